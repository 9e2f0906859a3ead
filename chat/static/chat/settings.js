// The settings: what is shown once is copied, this device is turned on and off, and a file that is brought
// in stays chosen while one sees what will be made of it.

// Browsers give a clipboard only to pages that came over HTTPS, or from this machine.
for (const button of document.querySelectorAll(".copy-value")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.value);
    button.textContent = button.dataset.copied;
  });
}

const place = document.getElementById("this-device");
if (place) import("./push.js").then((push) => offer(push)).catch(() => say("trouble"));

const say = (what) => (place.querySelector("[role=status]").textContent = place.dataset[what] ?? what);

async function offer({ isPossible, isOn, subscribe, unsubscribe }) {
  if (!isPossible()) return say("impossible");
  const button = document.createElement("button");
  button.className = "button quiet";
  let isSet = await isOn();
  const draw = () => (button.textContent = place.dataset[isSet ? "off" : "on"]);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await (isSet ? unsubscribe() : subscribe());
      location.reload(); // it tells by what reminders ring
    } catch (error) {
      say(error.name === "NotAllowedError" ? "refused" : error.name === "Error" ? error.message : "trouble");
      button.disabled = false;
    }
  });
  say("");
  draw();
  place.append(button);
}

const form = document.getElementById("import");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!form.ariaBusy) preview();
});
form?.addEventListener("change", () => put("preview")); // it was of another file

async function preview() {
  form.ariaBusy = true;
  tell(form.dataset.busy);
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (page.getElementById("preview")) show(page);
    else tell(page.querySelector("h1").textContent); // such as a file that is too large
  } catch {
    tell(form.dataset.trouble);
  }
  form.ariaBusy = null;
}

function show(page) {
  put("notices", page);
  put("preview", page);
  document.getElementById("previewed")?.focus();
}

const put = (id, page) => document.getElementById(id).replaceChildren(...(page?.getElementById(id).childNodes ?? []));

function tell(text) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.textContent = text;
  document.getElementById("notices").replaceChildren(notice);
}

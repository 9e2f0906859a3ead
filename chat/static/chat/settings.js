// The settings: what is shown once is copied, and this device is turned on and off.

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

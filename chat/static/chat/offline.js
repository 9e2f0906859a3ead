// What is read and written without a connection: the worker keeps this page on the device, as it is now.

import { build, changes, element, shown, words } from "./base.js";

const SETTLES = 5000; // milliseconds without another change
const { kept } = document.body.dataset; // when the page was drawn that the worker has shown
const { serviceWorker } = navigator;

serviceWorker.register("/worker.js").catch(() => {}); // then all is as it would be without it

// --- What is kept ---------------------------------------------------------------------------------

const address = () => location.href.split("#")[0];
const looks = (marks) => address() + JSON.stringify(marks);
const asDrawn = looks(JSON.parse(element("main").dataset.news));
const isThere = (url) => caches.match(url, { ignoreVary: true });

// The worker has kept what it has let through, if it was there already.
let asKept = serviceWorker.controller && !kept && (await isThere(address())) ? asDrawn : null;
let settling;

changes.addEventListener("reached", () => {
  const now = looks(shown);
  if (now === asKept) return;
  asKept = now;
  clearTimeout(settling);
  settling = setTimeout(keep, SETTLES);
});

document.addEventListener("visibilitychange", () => document.hidden && settling && keep());

function keep() {
  clearTimeout(settling);
  settling = null;
  send({ keep: address() });
}

changes.addEventListener("shut", () => {
  asKept = null;
  send("forget");
});

const send = async (message) => (await serviceWorker.ready).active.postMessage(message);

// --- What is told ---------------------------------------------------------------------------------

function tell(text, ...more) {
  const notice = build("div", { class: "notice warning" }, text, ...more);
  element("notices").append(notice);
  return notice;
}

if (kept) {
  const time = new Date(kept).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const notice = tell(words("asKept", { time }));
  changes.addEventListener("reached", () => notice.remove(), { once: true });
}

// The files of another version are there, and these not any more.
serviceWorker.addEventListener("controllerchange", async () => {
  asKept = null;
  const [script] = document.scripts;
  if (await isThere(script.src)) return;
  tell(words("updated"), build("a", { class: "button", href: address() }, words("reload")));
});

// Reminders that are due: shown on time by the clock of this tab, seen or not, heard once, and answered.
// Loaded when something rings or is about to.

import { ask, drawn, element, inSight, look, shows, speak } from "./base.js";
import { act, toast, undoOf } from "./tasks.js";

const LONGEST = 30_000; // milliseconds without a look at the clock: machines sleep
const AGAIN = 5000;
const place = element("ringing");
const others = new BroadcastChannel("reminders"); // the other tabs of this browser

// --- What rings ---------------------------------------------------------------------------------------

let asked = 0;
let answers = 0; // on their way: what is drawn meanwhile would ring again

export async function refreshRinging() {
  asked += 1;
  const mine = asked;
  const fresh = await drawn(place.dataset.part);
  if (mine !== asked || answers) return false;
  shows(fresh);
  show(fresh);
  return true;
}

// What is shown already stays, with the focus in it.
function show(fresh) {
  const [list, coming] = [place.querySelector("ul"), fresh.querySelector("ul")];
  place.querySelector(".rings").replaceWith(fresh.querySelector(".rings"));
  element("close-all").hidden = fresh.querySelector("#close-all").hidden;
  if (list && coming) putIn(list, [...coming.children]);
  else if (list) list.remove();
  else if (coming) place.append(coming);
  begin();
}

const isSame = (one, other) => one?.id === other?.id && one.dataset.state === other.dataset.state;

// They come in one order, so what stays does not move.
function putIn(list, rings) {
  for (const old of [...list.children]) if (!rings.some((ring) => isSame(ring, old))) old.remove();
  for (const [index, ring] of rings.entries()) {
    const there = list.children[index];
    if (!isSame(ring, there)) list.insertBefore(ring, there ?? null);
  }
}

function begin() {
  inSight(place);
  hear();
  wait();
}

// --- What is heard ------------------------------------------------------------------------------------

// Once in a tab, whatever page of ours it goes to.
function hear() {
  const rings = [...place.querySelectorAll("li")];
  const heard = JSON.parse(sessionStorage.getItem("rings") ?? "[]");
  const nameOf = ({ id, dataset }) => `${id} ${dataset.said}`;
  for (const ring of rings) if (!heard.includes(nameOf(ring))) speak(ring.dataset.said);
  sessionStorage.setItem("rings", JSON.stringify(rings.map(nameOf)));
}

// --- What will ring -----------------------------------------------------------------------------------

let timer;

// Until the next is due, by the seconds that the server told: the clock of this machine may be wrong. A
// tab that is not seen asks for nothing else, so while it rings it looks whether somebody has answered.
function wait() {
  clearTimeout(timer);
  const { next } = place.querySelector(".rings").dataset;
  const due = next === undefined ? Infinity : Date.now() + Number(next) * 1000;
  const tick = () => {
    const isDue = Date.now() >= due;
    if (isDue || (document.hidden && place.querySelector("li"))) refreshRinging().then(again, again);
    else timer = setTimeout(tick, Math.min(LONGEST, due - Date.now()));
  };
  const again = (isDrawn) => isDrawn === true || (timer = setTimeout(tick, AGAIN));
  timer = setTimeout(tick, Math.min(LONGEST, due - Date.now()));
}

others.addEventListener("message", () => refreshRinging().catch(() => {}));

// In a drawer that is open, which covers the rest.
for (const pane of document.querySelectorAll(".pane")) pane.addEventListener("toggle", () => inSight(place));

// --- Answers ------------------------------------------------------------------------------------------

// A form with data-act: of one ring, or for all that are shown.
export async function submit(form) {
  const forms = form.closest("li") ? [form] : place.querySelectorAll("li > form");
  answers += 1;
  try {
    for (const each of forms) await answer(each);
  } finally {
    answers -= 1;
  }
  others.postMessage("answered");
  await refreshRinging().catch(() => {});
  look();
}

async function answer(form) {
  const ring = form.closest("li");
  if (ring.ariaBusy) return;
  ring.ariaBusy = true;
  const next = ring.nextElementSibling ?? ring.previousElementSibling;
  const hadFocus = ring.contains(document.activeElement);
  try {
    await send(form, ring);
    ring.remove();
    if (hadFocus) next?.querySelector("button")?.focus();
  } finally {
    ring.ariaBusy = null;
  }
}

async function send(form, ring) {
  const { csrfmiddlewaretoken: _, ...said } = Object.fromEntries(new FormData(form));
  const url = `/api${form.getAttribute("action")}`;
  const response = await act(() => ask("POST", url, Object.keys(said).length ? said : null));
  const { told } = form.dataset;
  if (told) toast(told, undoOf(response, element(`task-${ring.dataset.task}`)));
}

begin();

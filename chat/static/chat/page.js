// What stands around the talk: the composer, the list of conversations, the tasks, the keyboard.
//
// What is read and said comes with the page; a script for more is loaded when it is first needed.

import {
  ask, build, changes, closeDialog, conversation, drawn, element, fill, followNews, goOn, hasKeyboard, isComposing, look,
  onTop, openDialog, Refused, shown, speak, tell, whenNew, words,
} from "./base.js";
import { isOurs, keepDraft, refreshAsked, refreshUndone, showMessages, statuses, takeDraft } from "./talk.js";
import * as turn from "./turn.js";

const loadTasks = () => import("./tasks.js");
const loadPalette = () => import("./palette.js");
const loadAround = () => import("./around.js");
const loadEditing = () => import("./editing.js");
const loadRinging = () => import("./ringing.js");
const loadConversations = () => import("./conversations.js");
const message = element("message");
const conversations = element("conversations");
const here = () => (conversation() ? `/c/${conversation()}/` : "/");
const linksOfConversations = () => [...conversations.querySelectorAll("li:not(.more) a")];
const LONGEST = Number(message.dataset.longest);
const later = () => {}; // what was only to be there early, or is asked for again
const sayTrouble = () => tell(words("trouble"));

document.documentElement.classList.add("js");

// --- Parts of the page that the server draws anew ---------------------------------------------------

async function refresh(name) {
  if (name === "tasks") return (await loadTasks()).refreshTasks();
  if (name === "reminders") return (await loadRinging()).refreshRinging();
  if (name === "conversations") return (await loadConversations()).refreshConversations();
  return refreshAbout();
}

// The title field stays, with what is being typed in it.
async function refreshAbout(mark) {
  if (mark === null) return;
  const page = await drawn(location.pathname);
  shown.about = JSON.parse(page.querySelector("#main").dataset.news).about;
  const about = page.querySelector("#about");
  element("due-today").dataset.title = page.querySelector("#due-today").dataset.title;
  showDue();
  if (!element("about")) return element("main").prepend(about);
  element("about").querySelector("h1").replaceWith(about.querySelector("h1"));
  const title = element("title");
  const isUntouched = title.value === title.defaultValue;
  title.defaultValue = about.querySelector("#title").defaultValue;
  if (isUntouched) title.value = title.defaultValue;
}

// How many tasks are for today, on the button that opens them; and in the title what rings, and those
// that are overdue.
function showDue() {
  const due = element("tasks").querySelector(".due-numbers")?.dataset;
  if (!due) return;
  const badge = element("due-today");
  badge.textContent = due.today;
  badge.hidden = due.today === "0";
  badge.parentElement.ariaLabel = due.label;
  const rings = element("ringing").querySelector(".rings").dataset.title;
  document.title = rings + (due.overdue === "0" ? "" : `(${due.overdue}) `) + badge.dataset.title;
}

// Of many lists the chosen one is in sight; in a drawer, once that is open.
function showChosen() {
  const chosen = element("tasks").querySelector(".lists [aria-current]");
  const lists = chosen?.closest("ul");
  if (lists) lists.scrollTop = chosen.offsetTop - lists.offsetTop;
}

element("tasks-pane").addEventListener("toggle", showChosen);

// Links of the panel choose what it shows; the address of the page keeps that.
element("tasks").addEventListener("click", (event) => {
  const title = event.target.closest(".task > .title");
  if (title && !String(getSelection())) title.parentElement.querySelector(".edit").requestSubmit();
  const link = event.target.closest('a[href^="?"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.closest(".more")) return loadTasks().then(({ showMore }) => showMore(link)).catch(sayTrouble);
  history.pushState(null, "", link.search || location.pathname);
  choose();
});

// What is needed in a moment is there, then.
for (const event of ["pointerover", "focusin", "touchstart", "scroll"]) {
  const once = { once: true, passive: true, capture: true };
  element("tasks-pane").addEventListener(event, () => loadTasks().catch(later), once);
  element("conversations-pane").addEventListener(event, () => loadConversations().catch(later), once);
}

function choose() {
  loadConversations().then(({ afterConversations }) => afterConversations()).catch(sayTrouble);
  refresh("tasks").catch(sayTrouble);
}

element("search").form.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh("conversations").catch(sayTrouble);
});

changes.addEventListener("arrived", () => {
  keepDraft(draft("new"), "");
  written();
});
changes.addEventListener("end", () => loadAround().then(({ showEnd }) => showEnd()).catch(sayTrouble));
for (const what of ["started", "tool", "settled"]) changes.addEventListener(what, look);
whenNew("tasks", () => refresh("tasks"));
new MutationObserver(showDue).observe(element("tasks"), { childList: true, subtree: true, attributeFilter: ["data-label"] });
new MutationObserver(showDue).observe(element("ringing"), { childList: true });
whenNew("reminders", () => refresh("reminders"));
whenNew("conversations", () => refresh("conversations"));
whenNew("about", refreshAbout);

const heard = statuses();
for (const change of ["started", "settled"]) {
  changes.addEventListener(change, () => {
    import("./heard.js").then(({ sayReplies }) => sayReplies(heard), later);
  });
}

// To what was there before, the reader has come alone.
changes.addEventListener("looked", () => {
  for (const [seq, status] of statuses()) heard.set(seq, status);
});

// --- Forms ------------------------------------------------------------------------------------------

// A form with data-api asks the API for what its action would do: "PATCH /api/…". Its data-said, with
// values of the answer, is what is heard of it.
async function submit(form) {
  const [method, url] = form.dataset.api.split(" ");
  const fields = Object.fromEntries(new FormData(form));
  delete fields.csrfmiddlewaretoken;
  try {
    const response = await ask(method, url, Object.keys(fields).length ? fields : null);
    tell("");
    if (form.dataset.said) speak(fill(form.dataset.said, await response.json()));
  } catch (error) {
    tell(error instanceof Refused ? error.message : words("trouble"));
    if (error.problem?.status !== 409) return; // else it has changed: see how
  }
  await refreshAfter(form).catch(later);
  look();
}

async function refreshAfter(form) {
  for (const name of (form.dataset.refresh ?? "").split(" ").filter(Boolean)) {
    if (name === "message") await refreshUndone(form.closest("article"));
    else if (name === "asked") await refreshAsked();
    else await refresh(name);
  }
}

// A form with data-act has a script of its own.
async function act(form) {
  const load = { edit: loadEditing, undo: loadEditing, ring: loadRinging }[form.dataset.act] ?? loadTasks;
  await (await load()).submit(form);
}

let leaving;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".say")) {
    event.preventDefault();
    sayFrom(form);
    if (hasKeyboard() || event.submitter) goOn();
  } else if (form.id === "add-task") {
    event.preventDefault();
    addTask();
  } else if (form.dataset.act) {
    event.preventDefault();
    act(form).catch((error) => tell(error instanceof Refused ? error.message : words("trouble")));
  } else if (form.matches(".again, .edit")) {
    event.preventDefault();
    onceMore(form);
  } else if (form.dataset.api) {
    event.preventDefault();
    submit(form);
  } else if (form.matches(".sign-out") && !leaving) {
    event.preventDefault();
    leaving = import("./leaving.js").then(() => form.requestSubmit()); // which it may stop
    leaving.catch(() => {
      leaving = null;
      sayTrouble();
    });
  } else if (form.closest("#really-delete")) rememberNext();
});

// Quick add is there at the first touch, and where something was kept for it.
let quick = null;
const loadQuick = async () => (quick ??= await import("./quick.js"));
element("add-task").addEventListener("focusin", () => loadQuick().catch(later), { once: true });
const keptForIt = new RegExp(`^(new-task|adds):${document.body.dataset.user}:`);
const loadForKept = () => !quick && Object.keys(localStorage).some((name) => keptForIt.test(name)) && loadQuick().catch(later);
loadForKept();
changes.addEventListener("reached", loadForKept); // it did not come before

// Until then what is written there is kept, as it is, and what is submitted. The line is taken at once:
// what is typed next belongs to another one.
function addTask() {
  if (quick) return quick.submit();
  const field = element("new-task");
  const text = field.value;
  if (!text.trim()) return;
  const [key, chosen] = [crypto.randomUUID(), new FormData(field.form)];
  const said = { said: { text, words: [] }, list: chosen.get("list"), tags: chosen.getAll("tags") };
  const add = { key, ...said, asWords: [], at: performance.timeOrigin + performance.now() };
  localStorage.setItem(`adds:${document.body.dataset.user}:${key}`, JSON.stringify(add));
  field.value = "";
  keepNewTask();
  loadQuick().catch(sayTrouble); // it sends what is kept
}

function keepNewTask() {
  const text = element("new-task").value;
  const line = text && JSON.stringify({ text, asWords: [], returned: null });
  if (!quick) keepDraft(`new-task:${document.body.dataset.user}`, line);
}

element("new-task").addEventListener("input", keepNewTask);

function clearComposer() {
  message.value = "";
  written();
}

function sayFrom(form) {
  const text = form.elements.message.value;
  if (!text.trim()) return;
  if (form === composer) clearComposer();
  const key = form.elements.idempotency_key?.value;
  // What began a conversation when it was said first is tried again as what begins one.
  const began = key && form.getAttribute("action").startsWith("/say/");
  turn.say(text, { ...(key && { key, isDrawn: true }), ...(began && { where: null }) });
}

function onceMore(form) {
  const article = form.closest("article");
  const again = import("./again.js");
  again.then(({ askAgain, edit }) => form.matches(".edit") ? edit(article) : askAgain(article, turn.say))
    .catch(sayTrouble);
}

// --- The composer -----------------------------------------------------------------------------------

const composer = element("composer");
const draft = (where = conversation() ?? "new") => `draft:${document.body.dataset.user}:${where}`;

// Code points, as the server counts.
const charactersLeft = () => LONGEST - [...message.value.trim()].length;

function written() {
  const left = charactersLeft();
  const counter = element("counter");
  counter.hidden = left > STEPS[0];
  counter.textContent = left < 0 ? words("tooLong", { n: -left }) : words("left", { n: left });
  message.setCustomValidity(left < 0 ? counter.textContent : "");
  element("send").hidden = turn.isBusy() && !message.value.trim(); // else it queues
  message.rows = Math.min(8, message.value.split("\n").length);
  keepDraft(draft(), message.value);
}

// The characters that are left are heard when there are only so many, not with each key.
const STEPS = [1000, 500, 100, 50, 10, 0];
const TOO_MANY = STEPS.length + 1;
let step = 0;

function sayLeft() {
  const left = charactersLeft();
  const before = step;
  step = left < 0 ? TOO_MANY : STEPS.filter((each) => left <= each).length;
  const fitsAgain = before === TOO_MANY && step < before;
  if (step > before || fitsAgain) speak(element("counter").textContent);
}

message.addEventListener("input", () => {
  written();
  sayLeft();
});
message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
  if (!enterSends() && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  if (message.value.trim()) composer.requestSubmit();
});

// In an empty composer the arrow upwards edits the last message.
message.addEventListener("keydown", (event) => {
  const isPlain = !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || isComposing(event));
  const form = [...messages.querySelectorAll("form.edit")].at(-1);
  if (event.key !== "ArrowUp" || !isPlain || message.value || !form || turn.isBusy()) return;
  event.preventDefault();
  form.requestSubmit();
});

// On a keyboard of the screen there is no Shift and Enter; the settings may have it otherwise.
const enterSends = () => (message.dataset.enter === "device" ? hasKeyboard() : message.dataset.enter === "sends");
message.enterKeyHint = enterSends() ? "send" : "enter";
document.documentElement.classList.toggle("enter-breaks", !enterSends());

const stopButton = build("button", { id: "stop", type: "button", hidden: "" }, words("stop"));
element("send").after(stopButton);
stopButton.addEventListener("click", () => {
  turn.stop();
  goOn();
});
changes.addEventListener("busy", () => {
  written();
  stopButton.hidden = !turn.isBusy();
});

// --- Dialogs and drawers ----------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest("[popovertarget]");
  if (!button) return;
  event.preventDefault();
  toggle(button.popoverTargetElement);
});

function toggle(panel) {
  if (panel.matches(":modal, :popover-open")) closeDialog(panel);
  else openDialog(panel);
}

// A window that has grown may have room for what was a drawer.
window.addEventListener("resize", () => {
  const panel = onTop();
  const opener = panel && document.querySelector(`body > header [popovertarget="${panel.id}"]`);
  if (panel?.matches(".pane") && !opener.checkVisibility()) toggle(panel);
});

// --- The title --------------------------------------------------------------------------------------

const loadTitle = () => import("./title.js");

document.addEventListener("focusin", ({ target }) => target.matches("#title") && loadTitle().catch(later));

document.addEventListener("focusout", ({ target }) => {
  if (target.matches("#title")) loadTitle().then(({ save }) => save(target)).catch(sayTrouble);
});

function leaveTitle(event) {
  event.preventDefault();
  loadTitle().then(({ leave }) => leave(event.target, event.key)).catch(sayTrouble);
}

// --- The focus -----------------------------------------------------------------------------------

// Of the conversation that is deleted the next one, or else the one before.
function rememberNext() {
  const links = linksOfConversations();
  const deleted = links.findIndex((link) => link.pathname === here());
  sessionStorage.setItem("next", (links[deleted + 1] ?? links[deleted - 1])?.pathname ?? "");
}

function focusAtFirst() {
  const next = sessionStorage.getItem("next");
  sessionStorage.removeItem("next");
  const link = linksOfConversations().find((link) => link.pathname === next && link.checkVisibility());
  const goal = link ?? (next === null ? null : document.querySelector("#notices button"));
  if (goal) goal.focus();
  else if (hasKeyboard() && document.activeElement === document.body) goOn();
}

// --- Copying ----------------------------------------------------------------------------------------

// Browsers give a clipboard only to pages that came over HTTPS, or from this machine.
document.documentElement.classList.toggle("clipboard", Boolean(navigator.clipboard));

document.addEventListener("click", ({ target }) => {
  const button = target.closest(".copy");
  if (button) import("./copying.js").then(({ copy }) => copy(button)).catch(sayTrouble);
});

// --- The keyboard -----------------------------------------------------------------------------------

const writes = (target) => target.matches("input, textarea, select");

function move(event) {
  const links = [...conversations.querySelectorAll("a")];
  const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  links[next]?.focus();
  event.preventDefault();
}

// It is open at once, for what is typed next is meant for it.
function openPalette() {
  const palette = element("palette");
  if (palette.open) return palette.close();
  element("palette-field").value = "";
  openDialog(palette);
  loadPalette().then((script) => script.begin()).catch(() => {
    palette.close();
    sayTrouble();
  });
}

element("open-palette").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPalette();
});

// Where the address names a task, it is shown, on a phone in the drawer.
async function showNamedTask() {
  const task = location.hash.startsWith("#task-") && element(location.hash.slice(1));
  if (task) await loadPalette().then(({ showTask }) => showTask(task)).catch(later);
}

document.addEventListener("keydown", (event) => {
  if (isComposing(event)) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette();
  }
  const inList = conversations.contains(document.activeElement) || document.activeElement.id === "search";
  if (event.target.matches("#title") && ["Enter", "Escape"].includes(event.key)) leaveTitle(event);
  else if (event.key === "Escape" && turn.isBusy() && !onTop()) turn.stop();
  // On a Mac, Option and N begin an ñ.
  else if (event.altKey !== event.ctrlKey && event.code === "KeyN" && event.key !== "Dead") {
    event.preventDefault();
    element("new-conversation").click();
  } else if (inList && ["ArrowDown", "ArrowUp"].includes(event.key)) move(event);
  else if (writes(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  else if (event.key === "/") {
    event.preventDefault();
    const pane = element("conversations-pane");
    if (!pane.checkVisibility() && !onTop()) openDialog(pane);
    element("search").focus();
  } else if (event.key === "?") toggle(element("shortcuts"));
});

// --- Beginning --------------------------------------------------------------------------------------

window.addEventListener("popstate", () => {
  if (location.pathname !== here()) location.reload();
  else if (location.search !== element("tasks").dataset.shown) choose(); // else it was a place on this page
});
message.value ||= takeDraft(draft(), clearComposer) ?? "";
written();
element("tasks").dataset.shown = location.search;
showChosen();
showMessages();
if (document.body.dataset.kept) element("notices").replaceChildren(); // of another time
for (const notice of document.querySelectorAll("#notices .notice")) speak(notice.firstChild.data.trim());
turn.start();
focusAtFirst();
if (new URLSearchParams(location.search).has("around")) loadAround().then(({ land }) => land());
followNews();
showNamedTask();
// What rings has come with the page; that it is heard, and what comes, can wait until the page has come.
if (element("ringing").querySelector("li, [data-next]")) setTimeout(() => loadRinging().catch(later), 1000);
const isEdited = (name) => name.startsWith(`edit:${document.body.dataset.user}:`) && isOurs(name);
if (Object.keys(localStorage).some(isEdited)) loadEditing().then((script) => script.goOn()).catch(later);

// Without a connection one reads and writes on; that can wait until the page has come.
if ("serviceWorker" in navigator) {
  setTimeout(() => import("./offline.js").catch(() => {}), document.body.dataset.kept ? 0 : 5000);
}

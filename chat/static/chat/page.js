// What stands around the talk: the composer, the list of conversations, the tasks, the keyboard.
//
// What is read and said comes with the page; a script for more is loaded when it is first needed.

import * as talk from "./talk.js";
import { ask, drawn, element, goOn, hasKeyboard, pause, Refused, words } from "./talk.js";
import * as turn from "./turn.js";

const loadTasks = () => import("./tasks.js");
const loadPalette = () => import("./palette.js");
const loadAround = () => import("./around.js");
const loadEditing = () => import("./editing.js");
const message = element("message");
const conversations = element("conversations");
const LONGEST = Number(message.dataset.longest);
const later = () => {}; // what was only to be there early, or is asked for again
const sayTrouble = () => talk.tell(words("trouble"));

document.documentElement.classList.add("js");

// --- Parts of the page that the server draws anew ---------------------------------------------------

async function refresh(name) {
  if (name === "tasks") return (await loadTasks()).refreshTasks();
  if (name === "conversations") return refreshConversations();
  return refreshAbout();
}

// The title field stays, with what is being typed in it.
async function refreshAbout(mark) {
  if (mark === null) return;
  const page = await drawn(location.pathname);
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

// How many tasks are for today, on the button that opens them; and in the title those that are overdue.
function showDue() {
  const due = element("tasks").querySelector(".due-numbers")?.dataset;
  if (!due) return;
  const badge = element("due-today");
  badge.textContent = due.today;
  badge.hidden = due.today === "0";
  badge.parentElement.ariaLabel = due.label;
  document.title = (due.overdue === "0" ? "" : `(${due.overdue}) `) + badge.dataset.title;
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
for (const event of ["pointerover", "focusin", "touchstart"]) {
  element("tasks-pane").addEventListener(event, () => loadTasks().catch(later), { once: true, passive: true });
}
element("tasks").addEventListener("scroll", () => loadTasks().catch(later), { once: true });

function choose() {
  afterConversations();
  refresh("tasks").catch(sayTrouble);
}

async function refreshConversations() {
  const search = element("search").value;
  const fresh = await drawn(`${conversations.dataset.part}?${new URLSearchParams({ search })}`);
  await drawOlder(fresh);
  if (search !== element("search").value) return false; // a newer search is on its way
  const before = linksOfConversations().map((link) => link.pathname);
  const focused = before.indexOf(document.activeElement.closest("#conversations a")?.pathname);
  conversations.replaceChildren(fresh);
  talk.shows(fresh);
  rememberSearch(search);
  afterConversations();
  if (focused === -1) return;
  const links = linksOfConversations();
  (links.find((link) => link.pathname === before[focused]) ?? links[focused] ?? links.at(-1))?.focus();
}

// As many as are shown already.
async function drawOlder(fresh) {
  for (let more; fresh.children.length < conversations.children.length; ) {
    more = fresh.querySelector(".more");
    if (!more) return;
    more.replaceWith(await drawn(conversations.dataset.part + more.querySelector("a").search));
  }
}

// The address has it, so that the list is the same when one comes back.
function rememberSearch(search) {
  const address = new URL(location);
  if (search) address.searchParams.set("search", search);
  else address.searchParams.delete("search");
  if (element("tasks").dataset.shown === location.search) element("tasks").dataset.shown = address.search;
  if (address.search !== location.search) history.replaceState(null, "", address);
}

const here = () => (talk.conversation() ? `/c/${talk.conversation()}/` : "/");

const linksOfConversations = () => [...conversations.querySelectorAll("li:not(.more) a")];

function afterConversations() {
  const asked = [...new URLSearchParams(location.search)];
  const kept = String(new URLSearchParams(asked.filter(([name]) => ["list", "tag", "view"].includes(name))));
  element("new-conversation").search = kept;
  for (const link of linksOfConversations()) {
    const own = [...new URLSearchParams(link.search)].filter(([name]) => name === "search" || name === "around");
    link.search = [String(new URLSearchParams(own)), kept].filter(Boolean).join("&");
    if (link.pathname === here()) link.setAttribute("aria-current", "page");
  }
  const more = conversations.querySelector(".more");
  if (more) downwards.observe(more);
}

// Where they cannot be loaded, their link leads on.
const downwards = new IntersectionObserver(([{ isIntersecting, target }]) => {
  if (!isIntersecting) return;
  downwards.unobserve(target);
  showOlder(target).catch(later);
}, { rootMargin: "200px" });

async function showOlder(target) {
  const older = await drawn(conversations.dataset.part + target.querySelector("a").search);
  const first = older.querySelector("a");
  const isFocused = target.contains(document.activeElement);
  target.replaceWith(older);
  if (isFocused) first.focus();
  afterConversations();
}

let searching;
element("search").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(() => refreshConversations().catch(sayTrouble), 250);
});
element("search").form.addEventListener("submit", (event) => {
  event.preventDefault();
  refreshConversations().catch(sayTrouble);
});

talk.changes.addEventListener("arrived", () => {
  localStorage.removeItem(draft("new"));
  written();
});
talk.changes.addEventListener("end", () => loadAround().then(({ showEnd }) => showEnd()).catch(sayTrouble));
for (const what of ["started", "tool", "settled"]) talk.changes.addEventListener(what, talk.look);
talk.whenNew("tasks", () => refresh("tasks"));
new MutationObserver(showDue).observe(element("tasks"), { childList: true, subtree: true, attributeFilter: ["data-label"] });
talk.whenNew("conversations", refreshConversations);
talk.whenNew("about", refreshAbout);

const heard = talk.statuses();
for (const change of ["started", "settled"]) {
  talk.changes.addEventListener(change, () => {
    import("./heard.js").then(({ sayReplies }) => sayReplies(heard), later);
  });
}

// To what was there before, the reader has come alone.
talk.changes.addEventListener("looked", () => {
  for (const [seq, status] of talk.statuses()) heard.set(seq, status);
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
    talk.tell("");
    if (form.dataset.said) talk.speak(talk.fill(form.dataset.said, await response.json()));
  } catch (error) {
    talk.tell(error instanceof Refused ? error.message : words("trouble"));
    if (error.problem?.status !== 409) return; // else it has changed: see how
  }
  await refreshAfter(form).catch(later);
  talk.look();
}

async function refreshAfter(form) {
  for (const name of (form.dataset.refresh ?? "").split(" ").filter(Boolean)) {
    if (name === "message") await talk.refreshUndone(form.closest("article"));
    else if (name === "asked") await talk.refreshAsked();
    else await refresh(name);
  }
}

// A form with data-act has a script of its own.
async function act(form) {
  const isOfOne = ["edit", "undo"].includes(form.dataset.act);
  await (await (isOfOne ? loadEditing() : loadTasks())).submit(form);
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
    act(form).catch((error) => talk.tell(error instanceof Refused ? error.message : words("trouble")));
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
if (["new-task", "adds"].some((name) => localStorage.getItem(`${name}:${document.body.dataset.user}`))) loadQuick().catch(later);

// The line is taken at once: what is typed next belongs to another one.
function addTask() {
  if (quick) return quick.submit();
  const field = element("new-task");
  const text = field.value;
  field.value = "";
  loadQuick().then(() => quick.add(text), () => {
    field.value = [text, field.value].filter(Boolean).join(" ");
    sayTrouble();
  });
}

function sayFrom(form) {
  const text = form.elements.message.value;
  if (!text.trim()) return;
  if (form === composer) {
    message.value = "";
    written();
  }
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
const draft = (where = talk.conversation() ?? "new") => `draft:${document.body.dataset.user}:${where}`;

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
  if (message.value) localStorage.setItem(draft(), message.value);
  else localStorage.removeItem(draft());
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
  if (step > before || fitsAgain) talk.speak(element("counter").textContent);
}

message.addEventListener("input", () => {
  written();
  sayLeft();
});
message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || talk.isComposing(event)) return;
  if (!enterSends() && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  if (message.value.trim()) composer.requestSubmit();
});

// In an empty composer the arrow upwards edits the last message.
message.addEventListener("keydown", (event) => {
  const isPlain = !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || talk.isComposing(event));
  const form = [...talk.messages.querySelectorAll("form.edit")].at(-1);
  if (event.key !== "ArrowUp" || !isPlain || message.value || !form || turn.isBusy()) return;
  event.preventDefault();
  form.requestSubmit();
});

// On a keyboard of the screen there is no Shift and Enter; the settings may have it otherwise.
const enterSends = () => (message.dataset.enter === "device" ? hasKeyboard() : message.dataset.enter === "sends");
message.enterKeyHint = enterSends() ? "send" : "enter";
document.documentElement.classList.toggle("enter-breaks", !enterSends());

const stopButton = talk.build("button", { id: "stop", type: "button", hidden: "" }, words("stop"));
element("send").after(stopButton);
stopButton.addEventListener("click", () => {
  turn.stop();
  goOn();
});
talk.changes.addEventListener("busy", () => {
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
  if (panel.matches(":modal, :popover-open")) talk.closeDialog(panel);
  else talk.openDialog(panel);
}

// A window that has grown may have room for what was a drawer.
window.addEventListener("resize", () => {
  const panel = talk.onTop();
  const opener = panel && document.querySelector(`body > header [popovertarget="${panel.id}"]`);
  if (panel?.matches(".pane") && !opener.checkVisibility()) talk.closeDialog(panel);
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

// --- The focus --------------------------------------------------------------------------------------

// What has the focus may vanish or be drawn anew; then what has its name in the same place takes it over, or
// the place itself, or one goes on.
const PLACES = ".card, .proposal, article";
const isThere = (node) => node.isConnected && !node.closest("[hidden]");
const nameOf = (control) => control.ariaLabel ?? control.textContent.trim();
let focused = null;

document.addEventListener("focusin", ({ target: control }) => {
  const places = [];
  for (let place = control.closest(PLACES); place; place = place.parentElement.closest(PLACES)) places.push(place.id);
  focused = { control, name: nameOf(control), places };
});

document.addEventListener("pointerdown", ({ target }) => {
  if (!target.closest("a, button, summary, input, select, textarea, label, [tabindex]")) focused = null;
});

function handOn({ name, places }) {
  for (const place of places.map(element).filter((place) => place && isThere(place))) {
    const same = [...place.querySelectorAll("a, button, summary")].find((control) => nameOf(control) === name);
    const itself = place.matches("[tabindex]") ? place : place.querySelector(".undone > summary, :scope > summary");
    if (same ?? itself) return (same ?? itself).focus({ preventScroll: true });
  }
  goOn();
}

new MutationObserver(() => {
  const has = document.activeElement;
  if (focused && !isThere(focused.control) && (has === document.body || !isThere(has))) handOn(focused);
}).observe(document.body, { childList: true, subtree: true, attributeFilter: ["hidden"] });

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

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const code = button.closest(".block")?.querySelector("pre");
  await navigator.clipboard.writeText(code ? code.textContent.trimEnd() : textOf(button.closest("article")));
  button.textContent = words("copied");
  talk.speak(words("copied"));
  await pause(1500);
  button.textContent = words("copy");
});

// As it is read, without the buttons between.
function textOf(article) {
  const buttons = article.querySelectorAll(".block .copy");
  for (const button of buttons) button.hidden = true;
  const texts = [...article.querySelectorAll(".text, .proposal > p")].map((text) => text.innerText.trim());
  for (const button of buttons) button.hidden = false;
  return texts.join("\n\n");
}

// --- The keyboard -----------------------------------------------------------------------------------

const writes = (target) => target.matches("input, textarea, select");

function move(event) {
  const links = [...conversations.querySelectorAll("a")];
  const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  links[next]?.focus();
  event.preventDefault();
}

const openPalette = () => loadPalette().then((palette) => palette.openPalette()).catch(sayTrouble);

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
  if (talk.isComposing(event)) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette();
  }
  const inList = conversations.contains(document.activeElement) || document.activeElement.id === "search";
  if (event.target.matches("#title") && ["Enter", "Escape"].includes(event.key)) leaveTitle(event);
  else if (event.key === "Escape" && turn.isBusy() && !talk.onTop()) turn.stop();
  // On a Mac, Option and N begin an ñ.
  else if (event.altKey !== event.ctrlKey && event.code === "KeyN" && event.key !== "Dead") {
    event.preventDefault();
    element("new-conversation").click();
  } else if (inList && ["ArrowDown", "ArrowUp"].includes(event.key)) move(event);
  else if (writes(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  else if (event.key === "/") {
    event.preventDefault();
    const pane = element("conversations-pane");
    if (!pane.checkVisibility() && !talk.onTop()) talk.openDialog(pane);
    element("search").focus();
  } else if (event.key === "?") toggle(element("shortcuts"));
});

// --- Beginning --------------------------------------------------------------------------------------

window.addEventListener("popstate", () => {
  if (location.pathname !== here()) location.reload();
  else if (location.search !== element("tasks").dataset.shown) choose(); // else it was a place on this page
});
message.value ||= localStorage.getItem(draft()) ?? "";
written();
afterConversations();
element("tasks").dataset.shown = location.search;
showChosen();
talk.showMessages();
for (const notice of document.querySelectorAll("#notices .notice")) talk.speak(notice.firstChild.data.trim());
turn.start();
focusAtFirst();
if (new URLSearchParams(location.search).has("around")) loadAround().then(({ land }) => land());
talk.followNews();
showNamedTask();

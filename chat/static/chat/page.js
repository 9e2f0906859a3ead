// What stands around the talk: the composer, the list of conversations, the tasks, the keyboard.
//
// What is read and said comes with the page; a script for more is loaded when it is first needed.

import * as talk from "./talk.js";
import { ask, drawn, element, pause, Refused, words } from "./talk.js";
import * as turn from "./turn.js";

const loadTasks = () => import("./tasks.js");
const message = element("message");
const conversations = element("conversations");
const LONGEST = Number(message.dataset.longest);
const COUNT_FROM = 0.9 * LONGEST;

document.documentElement.classList.add("js");

// --- Parts of the page that the server draws anew ---------------------------------------------------

async function refresh(name) {
  if (name === "tasks") return (await loadTasks()).refreshTasks();
  if (name === "conversations") return refreshConversations();
  return refreshAbout();
}

// The title field stays, with what is being typed in it.
async function refreshAbout() {
  const page = await drawn(location.pathname);
  const about = page.querySelector("#about");
  document.title = page.querySelector("title").textContent;
  if (!element("about")) return element("main").prepend(about);
  element("about").querySelector("h1").replaceWith(about.querySelector("h1"));
  element("title").defaultValue = about.querySelector("#title").defaultValue;
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
  const link = event.target.closest('a[href^="?"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.search || location.pathname);
  choose();
});

function choose() {
  afterConversations();
  refresh("tasks").catch(() => talk.tell(words("trouble")));
}

async function refreshConversations() {
  const search = element("search").value;
  const fresh = await drawn(`${conversations.dataset.part}?${new URLSearchParams({ search })}`);
  if (search !== element("search").value) return; // a newer search is on its way
  const focused = document.activeElement.closest("#conversations a")?.pathname;
  conversations.replaceChildren(fresh);
  afterConversations();
  if (focused) linksOfConversations().find((link) => link.pathname === focused)?.focus();
}

const here = () => (talk.conversation() ? `/c/${talk.conversation()}/` : "/");

const linksOfConversations = () => [...conversations.querySelectorAll("li:not(.more) a")];

function afterConversations() {
  const asked = [...new URLSearchParams(location.search)];
  const kept = String(new URLSearchParams(asked.filter(([name]) => name === "list" || name === "tag")));
  element("new-conversation").search = kept;
  for (const link of linksOfConversations()) {
    link.search = kept;
    if (link.pathname === here()) link.setAttribute("aria-current", "page");
  }
  const more = conversations.querySelector(".more");
  if (more) downwards.observe(more);
}

const downwards = new IntersectionObserver(async ([{ isIntersecting, target }]) => {
  if (!isIntersecting) return;
  downwards.unobserve(target);
  target.replaceWith(await drawn(conversations.dataset.part + target.querySelector("a").search));
  afterConversations();
}, { rootMargin: "200px" });

let searching;
element("search").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(refreshConversations, 250);
});
element("search").form.addEventListener("submit", (event) => {
  event.preventDefault();
  refreshConversations();
});

talk.changes.addEventListener("arrived", () => {
  localStorage.removeItem(draft("new"));
  written();
  redraw("about");
});
talk.changes.addEventListener("started", () => redraw("conversations"));
talk.changes.addEventListener("tool", () => redraw("tasks"));
talk.changes.addEventListener("settled", () => redraw("conversations", "tasks"));

// What cannot be drawn now is drawn with the next change.
function redraw(...names) {
  for (const name of names) refresh(name).catch(() => {});
}

// --- Forms ------------------------------------------------------------------------------------------

// A form with data-api asks the API for what its action would do: "PATCH /api/…".
async function submit(form) {
  const [method, url] = form.dataset.api.split(" ");
  const fields = Object.fromEntries(new FormData(form));
  delete fields.csrfmiddlewaretoken;
  if (fields.tags) fields.tags = [fields.tags];
  try {
    await ask(method, url, Object.keys(fields).length ? fields : null);
    talk.tell("");
    if (form.id === "add-task") form.reset();
  } catch (error) {
    talk.tell(error instanceof Refused ? error.message : words("trouble"));
    if (error.problem?.status !== 409) return; // else it has changed: see how
  }
  const place = form.closest("#messages .proposal")?.id;
  for (const name of (form.dataset.refresh ?? "").split(" ").filter(Boolean)) {
    if (name === "message") await talk.refreshUndone(form.closest("article"));
    else if (name === "asked") await talk.refreshAsked();
    else await refresh(name);
  }
  if (place) element(place)?.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".say")) {
    event.preventDefault();
    sayFrom(form);
  } else if (form.dataset.api) {
    event.preventDefault();
    submit(form);
  }
});

document.addEventListener("focusout", ({ target }) => {
  if (target.matches("#title") && target.value !== target.defaultValue) target.form.requestSubmit();
});

function sayFrom(form) {
  const text = form.elements.message.value;
  if (!text.trim()) return;
  if (turn.isBusy()) return talk.tell(words("busy"));
  if (form === composer) {
    message.value = "";
    written();
  }
  const key = form.elements.idempotency_key?.value;
  // What began a conversation when it was said first is tried again as what begins one.
  const began = key && form.getAttribute("action").startsWith("/say/");
  turn.say(text, key, began ? null : undefined);
}

// --- The composer -----------------------------------------------------------------------------------

const composer = element("composer");
const draft = (where = talk.conversation() ?? "new") => `draft:${document.body.dataset.user}:${where}`;

function written() {
  const characters = [...message.value.trim()].length; // code points, as the server counts
  const left = LONGEST - characters;
  const counter = element("counter");
  counter.hidden = characters < COUNT_FROM;
  counter.textContent = left < 0 ? words("tooLong", { n: -left }) : words("left", { n: left });
  message.setCustomValidity(left < 0 ? counter.textContent : "");
  message.rows = Math.min(8, message.value.split("\n").length);
  if (message.value) localStorage.setItem(draft(), message.value);
  else localStorage.removeItem(draft());
}

message.addEventListener("input", written);
message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!turn.isBusy()) composer.requestSubmit();
});

const stopButton = talk.build("button", { id: "stop", type: "button", hidden: "" }, words("stop"));
element("send").after(stopButton);
stopButton.addEventListener("click", turn.stop);
talk.changes.addEventListener("busy", () => {
  element("send").hidden = turn.isBusy();
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

// --- Copying ----------------------------------------------------------------------------------------

// Browsers give a clipboard only to pages that came over HTTPS, or from this machine.
document.documentElement.classList.toggle("clipboard", Boolean(navigator.clipboard));

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const code = button.closest(".block")?.querySelector("pre");
  await navigator.clipboard.writeText(code ? code.textContent.trimEnd() : textOf(button.closest("article")));
  button.textContent = words("copied");
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

document.addEventListener("keydown", (event) => {
  const inList = conversations.contains(document.activeElement) || document.activeElement.id === "search";
  if (event.key === "Escape" && turn.isBusy() && !talk.onTop()) turn.stop();
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
turn.start();

// What the other scripts stand on: words and elements, the server, who is signed in, what is new.

const main = document.getElementById("main");

// --- Words and elements --------------------------------------------------------------------------

export const element = (id) => document.getElementById(id);

export function words(name, values = {}) {
  return fill(element("words").dataset[name], values);
}

export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, key) => values[key] ?? whole);

export function build(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// An input method takes these keys. Safari tells of the last one when it is done, with this code alone.
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

export const conversation = () => main.dataset.conversation;
export const api = () => `/api/conversations/${conversation()}/`;

// Others who want to know: "busy", "started", "arrived", "tool", "settled", "merged", "outbox", "looked",
// "end", "reached" (the server), "shut" (out of it); `page.js` keeps the rest of the page true.
export const changes = new EventTarget();
export const announce = (what) => changes.dispatchEvent(new Event(what));

// --- What is told --------------------------------------------------------------------------------

export function tell(text) {
  const notice = element("notice");
  inSight(notice);
  notice.textContent = text;
  notice.hidden = !text;
}

// In the drawer, where one is open, because it covers the rest.
export function inSight(notice) {
  const before = openDrawer()?.querySelector("header") ?? element("transcript");
  if (notice.parentElement !== before.parentElement) before.after(notice);
}

let speech = null;

// Say what is seen, but would not be heard.
export function speak(text) {
  speech ??= import("./speech.js"); // asked for once, or texts would change places
  speech.then((script) => script.speak(text, onTop), () => (speech = null)); // or it is only seen
}

// --- Dialogs and drawers -------------------------------------------------------------------------

// They are popovers, which need no script to open. Here they are modal, too: what is behind cannot be
// reached, and when they close the focus is where it was.

const openDrawer = () => document.querySelector(".pane:popover-open");

// The dialog or drawer that covers the rest.
export const onTop = () => [...document.querySelectorAll("dialog:modal")].at(-1) ?? openDrawer();

export function openDialog(panel) {
  const before = document.activeElement;
  const giveBack = () => canHaveFocus(document.activeElement) || focusOn(before);
  const letGo = () => {
    setModal(panel, false);
    setTimeout(giveBack); // when it is closed
  };
  if (panel.matches("dialog")) {
    panel.showModal();
    panel.addEventListener("close", giveBack, { once: true });
  } else {
    panel.showPopover();
    setModal(panel, true);
    panel.addEventListener("beforetoggle", letGo, { once: true });
    panel.querySelector("a, button").focus();
  }
}

export function closeDialog(panel) {
  if (panel.matches("dialog")) panel.close();
  else panel.hidePopover();
}

// As a dialog is by itself; what is spoken is heard all the same.
function setModal(drawer, modal) {
  for (const other of document.body.children) {
    if (other !== drawer && other.id !== "spoken") other.inert = modal;
  }
  drawer.role = modal ? "dialog" : null;
  drawer.ariaModal = modal || null;
  drawer.ariaLabel = modal ? drawer.firstElementChild.ariaLabel : null;
}

const canHaveFocus = (node) => node !== document.body && node.isConnected && node.checkVisibility();

function focusOn(former) {
  if (canHaveFocus(former)) former.focus();
  else goOn();
}

// --- The focus -----------------------------------------------------------------------------------

// On a touch screen a field with the focus brings up a keyboard, which covers half of it.
export const hasKeyboard = () => matchMedia("(pointer: fine)").matches;

// Give the focus to where one goes on: the composer, or its button.
export function goOn() {
  const covers = onTop();
  if (hasKeyboard() && !covers) element("message").focus({ preventScroll: true });
  else (covers ?? element("composer")).querySelector("button:not([hidden])").focus();
}

// What has the focus may vanish or be drawn anew; then what has its name in the same place takes it over,
// or the place itself, or one goes on.
const PLACES = ".card, .proposal, #ringing, article";
const isThere = (node) => node.isConnected && !node.closest("[hidden]");
const nameOf = (control) => control.ariaLabel ?? control.textContent.trim();
let focused = null;

function remember(control) {
  const places = [];
  for (let place = control.closest(PLACES); place; place = place.parentElement.closest(PLACES)) places.push(place.id);
  focused = { control, name: nameOf(control), places };
}

document.addEventListener("focusin", ({ target }) => remember(target));

document.addEventListener("pointerdown", ({ target }) => {
  if (!target.closest("a, button, summary, input, select, textarea, label, [tabindex]")) focused = null;
});

function handOn({ name, places }) {
  for (const place of places.map(element).filter((place) => place && isThere(place))) {
    const there = [...place.querySelectorAll("a, button, summary")].filter(isThere);
    const same = there.find((control) => nameOf(control) === name);
    const itself = place.matches("[tabindex]") ? place : place.querySelector(".undone > summary, :scope > summary");
    if (same ?? itself) return (same ?? itself).focus({ preventScroll: true });
  }
  goOn();
}

new MutationObserver(() => {
  const has = document.activeElement;
  if (focused && !isThere(focused.control) && (has === document.body || !isThere(has))) handOn(focused);
}).observe(document.body, { childList: true, subtree: true, attributeFilter: ["hidden"] });

// --- The server ----------------------------------------------------------------------------------

export class Refused extends Error {
  constructor(response, problem) {
    super(problem.errors?.[0]?.detail ?? problem.detail ?? words("trouble"));
    this.code = problem.code;
    this.status = response.status;
    this.retryAfter = Number(response.headers.get("Retry-After")); // seconds, 0 for none
    this.problem = problem;
  }
}

// Raises Refused, and TypeError when the server cannot be reached. While nobody is signed in, or
// somebody else, it waits: what was asked for is done once the user is back.
export async function ask(method, url, body, headers = {}) {
  for (let isAgain = false; ; isAgain = true) {
    await shut?.isOver;
    const response = await fetch(url, {
      method,
      redirect: "manual", // to where one signs in
      headers: { "X-CSRFToken": token, ...(body && { "Content-Type": "application/json" }), ...headers },
      body: body && JSON.stringify(body),
    });
    if (response.ok) return response;
    if (response.status === 401 || response.type === "opaqueredirect") shutFor("signed-out");
    else if (response.status === 403 && !isAgain) await news(); // the token may be out of date
    else throw new Refused(response, await response.json().catch(() => ({})));
  }
}

// What the server has drawn, as nodes.
export async function drawn(url) {
  const response = await ask("GET", url);
  const { user, ...marks } = JSON.parse(response.headers.get("News") ?? "{}");
  if (user && !isOurs(user)) {
    shutFor("another-user");
    return drawn(url);
  }
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  template.content.marks = marks;
  return template.content;
}

// --- Who is signed in ----------------------------------------------------------------------------

let onShut = () => {};
let token = document.querySelector("[name=csrfmiddlewaretoken]").value;
let shut = null;

const isOurs = (user) => String(user) === document.body.dataset.user;

// Until the user is signed in again, wherever that is, nothing more is asked for.
function shutFor(why) {
  if (!shut) {
    let open;
    shut = { isOver: new Promise((done) => (open = done)) };
    shut.open = open;
    announce("shut");
    onShut();
  }
  for (const id of ["signed-out", "another-user"]) element(id).hidden = id !== why;
  inSight(element(why));
  const isWriting = (field) => field.type !== "hidden" && field.value !== field.defaultValue;
  const fields = [...document.querySelectorAll("input, textarea")];
  if (why === "another-user" && !fields.some(isWriting)) location.assign("/");
}

function open() {
  shut?.open();
  shut = null;
  for (const id of ["signed-out", "another-user"]) element(id).hidden = true;
}

// A form that is sent without a script has the token of whoever signed in last, too.
document.addEventListener("submit", ({ target }) => {
  const field = target.elements.csrfmiddlewaretoken;
  if (field) field.value = token;
}, true);

// --- What is new ---------------------------------------------------------------------------------

// A tab that is seen asks about once a second whether anything has changed, by whatever door. Each
// part whose mark is not that of what it shows is drawn anew.
const EACH = 1000; // milliseconds
const WHILE_SHUT = 3000;
const LONGEST = 30_000;
export const shown = JSON.parse(main.dataset.news);
const drawers = {};
const lookers = [];
let wake = () => {};

// `draw` returns false when it could not put all in place; then it is called again.
export const whenNew = (name, draw) => (drawers[name] = draw);

// What was drawn without being asked to, and is in place.
export const shows = (fragment) => Object.assign(shown, fragment.marks);

// At once; fulfilled when all is drawn that could be.
export function look() {
  return new Promise((done) => {
    lookers.push(done);
    wake();
  });
}

export async function followNews() {
  document.addEventListener("visibilitychange", look);
  for (let failures = 0, wait = EACH; ; ) {
    if (!lookers.length) await Promise.race([pause(wait), new Promise((now) => (wake = now))]);
    const asked = lookers.splice(0);
    if (!document.hidden && navigator.onLine) {
      failures = (await draw()) ? 0 : failures + 1;
      if (failures === 2) tell(words("lost"));
      if (!failures && element("notice").textContent === words("lost")) tell("");
      if (!failures && !shut) announce("reached");
    }
    wait = shut ? WHILE_SHUT : Math.min(LONGEST, EACH * 2 ** failures);
    for (const done of asked) done();
  }
}

// False when the server is away. While we are shut out what is asked for waits, but not the asking.
async function draw() {
  const untilShut = new Promise((done) => (onShut = () => done(false)));
  try {
    const marks = await news();
    for (const name of Object.keys(drawers)) {
      if (marks?.[name] === undefined || marks[name] === shown[name]) continue;
      const isDrawn = await Promise.race([drawers[name](marks[name]), untilShut]);
      if (isDrawn !== false) shown[name] = marks[name];
    }
    return true;
  } catch {
    return false;
  }
}

// The marks, unless we are shut out.
async function news() {
  const where = conversation();
  const query = where ? `?conversation=${where}` : "";
  const response = await fetch(`/news/${query}`, { signal: AbortSignal.timeout(LONGEST) });
  if (response.status === 401) return shutFor("signed-out");
  if (!response.ok) throw new TypeError(response.statusText);
  const { user, token: fresh, ...marks } = await response.json();
  if (!isOurs(user)) return shutFor("another-user");
  token = fresh;
  open();
  return where === conversation() ? marks : null;
}

// What the other scripts stand on: words, the server, where we are, and the messages of the talk.
//
// The server draws every message; a script only puts it in its place.

const main = document.getElementById("main");

export const messages = document.getElementById("messages");

// --- Words and the server -------------------------------------------------------------------------

export function words(name, values = {}) {
  return fill(document.getElementById("words").dataset[name], values);
}

export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, key) => values[key] ?? whole);

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

// --- Who is signed in -----------------------------------------------------------------------------

let token = document.querySelector("[name=csrfmiddlewaretoken]").value;
let shut = null;

const isOurs = (user) => String(user) === document.body.dataset.user;

// Until the user is signed in again, wherever that is, nothing more is asked for.
function shutFor(why) {
  if (!shut) {
    let open;
    shut = { isOver: new Promise((done) => (open = done)) };
    shut.open = open;
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

// --- What is new ----------------------------------------------------------------------------------

// A tab that is seen asks about once a second whether anything has changed, by whatever door. Each
// part whose mark is not that of what it shows is drawn anew.
const EACH = 1000; // milliseconds
const WHILE_SHUT = 3000;
const LONGEST = 30_000;
const shown = JSON.parse(main.dataset.news);
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
    }
    wait = shut ? WHILE_SHUT : Math.min(LONGEST, EACH * 2 ** failures);
    for (const done of asked) done();
  }
}

// False when the server is away.
async function draw() {
  try {
    const marks = await news();
    for (const name of Object.keys(drawers)) {
      if (marks?.[name] === undefined || marks[name] === shown[name]) continue;
      if ((await drawers[name](marks[name])) !== false) shown[name] = marks[name];
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

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// An input method takes these keys. Safari tells of the last one when it is done, with this code alone.
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

// --- Where we are ---------------------------------------------------------------------------------

export const conversation = () => main.dataset.conversation;
export const api = () => `/api/conversations/${conversation()}/`;
export const lastMessage = () => [...messages.querySelectorAll("article[data-seq]")].at(-1);
export const element = (id) => document.getElementById(id);

export function tell(text) {
  const notice = element("notice");
  inSight(notice);
  notice.textContent = text;
  notice.hidden = !text;
}

// In the drawer, where one is open, because it covers the rest.
function inSight(notice) {
  const before = openDrawer()?.querySelector("header") ?? element("transcript");
  if (notice.parentElement !== before.parentElement) before.after(notice);
}

// --- What is heard --------------------------------------------------------------------------------

const TAKEN_NOTE = 300; // milliseconds, after which a screen reader has what is there
const STAYS = 5000;
const toSay = [];
let isOdd = false;
let emptied;

// Say what is seen, but would not be heard: once, politely, one after the other.
export function speak(text) {
  toSay.push(text);
  if (toSay.length === 1) sayAll();
}

// The place is empty before each, and every other one ends in a space, so that the same words are
// heard again; it is empty in the end, so that nobody comes upon them there. What is behind an open
// dialog or drawer is not heard, nor what is in a tab that nobody looks at.
async function sayAll() {
  const spoken = element("spoken");
  clearTimeout(emptied);
  for (; toSay.length; toSay.shift()) {
    const place = onTop() ?? document.body;
    if (spoken.parentElement !== place) place.append(spoken);
    spoken.textContent = "";
    await pause(TAKEN_NOTE);
    if (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    isOdd = !isOdd;
    spoken.textContent = toSay[0] + (isOdd ? "" : "\u00a0");
    await pause(TAKEN_NOTE);
  }
  emptied = setTimeout(() => spoken.replaceChildren(), STAYS);
}

// --- Dialogs and drawers --------------------------------------------------------------------------

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

// On a touch screen a field with the focus brings up a keyboard, which covers half of it.
export const hasKeyboard = () => matchMedia("(pointer: fine)").matches;

// Give the focus to where one goes on: the composer, or its button.
export function goOn() {
  const covers = onTop();
  if (hasKeyboard() && !covers) element("message").focus({ preventScroll: true });
  else (covers ?? element("composer")).querySelector("button:not([hidden])").focus();
}

// Others who want to know: "busy", "started", "arrived", "tool", "settled", "merged", "outbox", "looked", "end"; `page.js`
// keeps the rest of the page true.
export const changes = new EventTarget();
export const announce = (what) => changes.dispatchEvent(new Event(what));

// --- What is not sent yet -------------------------------------------------------------------------

// It outlives the page. Each message is an item of its own, so that no tab overwrites what another one
// keeps; those of a conversation that has not begun yet go along when it does.
export const shelf = () => `unsent:${document.body.dataset.user}:${conversation() ?? "new"}:`;
export const keep = (message) => localStorage.setItem(shelf() + message.key, JSON.stringify(message));
export const forget = (key) => localStorage.removeItem(shelf() + key);

export function kept() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(shelf()));
  return names.map((name) => JSON.parse(localStorage.getItem(name))).sort((one, other) => one.at - other.at);
}

// --- Messages -------------------------------------------------------------------------------------

export function build(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function bubble(role, text) {
  const said = build("div", { class: "said" });
  if (text) said.append(build("div", { class: "text", dir: "auto" }, text));
  const name = words(role === "user" ? "you" : "assistant");
  return build("article", { class: `message ${role}` }, build("h2", { class: "visually-hidden" }, name), said);
}

// Only the last exchange can be asked again or edited.
export function clearPassed() {
  const last = [...messages.querySelectorAll(".user:not(.withdrawn)")].at(-1);
  for (const form of messages.querySelectorAll(".last-only")) {
    if (last && form.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_FOLLOWING) form.remove();
  }
}

// Put drawn messages where they belong: those that are there become as they are drawn, new ones come
// at the end. An answer that is still being shown is left to who shows it.
export async function merge(fragment) {
  const { morph } = await import("./morph.js");
  keepPlace(() => {
    for (const node of [...withCopyButtons(fragment).children]) {
      const { nextElementSibling: next } = node;
      if (node.matches("article")) {
        const old = element(node.id);
        if (!old) putInOrder(node);
        else if (!isOpen(old) || !isOpen(node)) morph(old, node);
      } else if (node.matches(".day")) {
        const there = placeOfDay(dayOf(node));
        if (there) there.textContent = node.textContent.trim(); // "Today" turns to "Yesterday"
        else messages.insertBefore(node, element(next.id));
      }
    }
  });
  clearPassed();
  announce("merged");
}

// By its place in the talk; what is not sent yet comes last.
export function putInOrder(article) {
  const isBehind = ({ dataset }) => !(Number(dataset.seq) <= article.dataset.seq);
  const others = [...messages.querySelectorAll(":scope > article")].filter((other) => other !== article);
  const next = others.find(isBehind) ?? null;
  if (!article.isConnected || article.nextElementSibling !== next) messages.insertBefore(article, next);
}

export function put(article) {
  const old = element(article.id);
  if (old) old.replaceWith(article);
  else putInOrder(article);
}

export const isOpen = (article) => article.dataset.status === "in_progress";

// A block of code can be copied by itself.
export function withCopyButtons(root) {
  for (const code of root.querySelectorAll("pre.code")) {
    const block = build("div", { class: "block" });
    code.replaceWith(block);
    block.append(code, build("button", { type: "button", class: "quiet copy" }, words("copy")));
  }
  return root;
}

export const dayOf = (node) => node.querySelector("time").dateTime;
const placeOfDay = (day) => messages.querySelector(`.day time[datetime="${day}"]`);

// The messages behind `seq`, drawn anew.
export async function refresh(seq) {
  await merge(await drawn(`${messages.dataset.part}?since=${seq}`));
}

async function refreshMessage(article) {
  await refresh(article.dataset.seq - 1);
}

// A message that was taken back, and what it may have taken back itself, further up.
export async function refreshUndone(article) {
  await refreshMessage(article);
  if (!hasLater()) await merge(await drawn(messages.dataset.part));
}

// The messages from the first one on whose question is open: it may have been answered.
export async function refreshAsked() {
  const first = firstAsked();
  if (first) await refreshMessage(first);
}

// The status of each reply that is there, by its seq.
export function statuses() {
  const replies = [...messages.querySelectorAll("article.assistant[data-seq]")];
  return new Map(replies.map(({ dataset }) => [Number(dataset.seq), dataset.status]));
}

export const firstAsked = () => messages.querySelector(".proposal.open")?.closest("article");

// --- Where one reads ------------------------------------------------------------------------------

// Who reads at the end follows it, until they scroll up, however little, and again once they are back.
let follows = true;
let seen = 0; // how far it was scrolled when we last looked

const toTheEndButton = element("to-the-end");
const fromTheEnd = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight;

// Positions are fractions of pixels, of which a browser rounds some.
function lookWhereOneReads() {
  const { scrollTop } = messages;
  const distance = fromTheEnd();
  if (scrollTop < seen && distance >= 1) follows = false;
  else if (distance < 1 || (scrollTop > seen && distance <= 1)) follows = !hasLater();
  seen = scrollTop;
}

// The end stays in sight for who reads there; who reads further up is told that there is more.
export function keepPlace(change) {
  lookWhereOneReads();
  const height = messages.scrollHeight;
  change();
  if (follows) toTheEnd();
  else showTheWay(messages.scrollHeight > height);
}

export function toTheEnd() {
  follows = !hasLater();
  messages.scrollTop = messages.scrollHeight;
  seen = messages.scrollTop;
  showTheWay();
}

function showTheWay(hasNews = false) {
  if (follows && document.activeElement === toTheEndButton) messages.focus();
  if (follows) delete toTheEndButton.dataset.news;
  else if (hasNews) toTheEndButton.dataset.news = "";
  const text = `${words("news" in toTheEndButton.dataset ? "newMessage" : "toTheEnd")} ↓`;
  if (toTheEndButton.textContent !== text) toTheEndButton.textContent = text;
  toTheEndButton.hidden = !hasLater() && (follows || fromTheEnd() < 1);
}

messages.addEventListener("scroll", () => {
  lookWhereOneReads();
  showTheWay();
});
// Whoever unfolds something reads there.
messages.addEventListener("toggle", () => {
  follows = fromTheEnd() < 1 && !hasLater();
  showTheWay();
}, { capture: true });
toTheEndButton.addEventListener("click", () => (hasLater() ? announce("end") : toTheEnd()));

// The composer grows, a keyboard comes up, the window is another one.
new ResizeObserver(() => (follows ? toTheEnd() : showTheWay())).observe(messages);

// Where a search has led, there are later messages that are not here: around.js loads them.
export const hasLater = () => messages.querySelector(".later") !== null;

// Messages further up, when the reader comes near them.
// Where they cannot be loaded, their link leads on.
const upwards = new IntersectionObserver(([{ isIntersecting, target }]) => {
  if (!isIntersecting) return;
  upwards.unobserve(target);
  showEarlier(target).catch(() => {});
}, { root: messages, rootMargin: "200px" });

async function showEarlier(target) {
  const before = new URL(target.querySelector("a").href).searchParams.get("before");
  const fragment = await drawn(`${messages.dataset.part}?before=${before}`);
  if (target.contains(document.activeElement)) messages.focus();
  const height = messages.scrollHeight - messages.scrollTop;
  const first = messages.querySelector(".day");
  const days = fragment.querySelectorAll(".day");
  if (first && days.length && dayOf(first) === dayOf(days[days.length - 1])) first.remove();
  target.replaceWith(withCopyButtons(fragment));
  messages.scrollTop = messages.scrollHeight - height;
  watchUpwards();
}

export function watchUpwards() {
  const earlier = messages.querySelector(".earlier");
  if (earlier) upwards.observe(earlier);
}

export function showMessages() {
  withCopyButtons(messages);
  toTheEnd();
  watchUpwards();
}

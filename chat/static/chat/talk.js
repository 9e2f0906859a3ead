// The messages of the talk, and where one reads.
//
// The server draws every message; a script only puts it in its place.

import { announce, build, conversation, drawn, element, Refused, words } from "./base.js";

export const messages = element("messages");
export const lastMessage = () => [...messages.querySelectorAll("article[data-seq]")].at(-1);

// --- What is being written ------------------------------------------------------------------------

// It outlives the page, too, and belongs to the tab where it is written. A tab that has nothing takes
// over what another one has left. One that is still there puts it back, or what has become of it; then
// the other one lets go of it, or it would be sent by both.
const tab = (sessionStorage.tab ??= `${Date.now()}-${Math.random()}`);
const drafts = new Map();
const taken = new Map(); // by the names they had: how to let go of them
export const isOurs = (name) => name.endsWith(`:${tab}`);

export function keepDraft(name, text) {
  const mine = `${name}:${tab}`;
  drafts.set(mine, text);
  if (text) localStorage.setItem(mine, text);
  else localStorage.removeItem(mine);
}

export function takeDraft(name, letGo = () => {}) {
  const left = Object.keys(localStorage).filter((each) => each === name || each.startsWith(`${name}:`));
  const from = left.find(isOurs) ?? left[0];
  if (!from) return null;
  const text = localStorage.getItem(from);
  localStorage.removeItem(from);
  keepDraft(name, text);
  if (!isOurs(from)) taken.set(from, () => drafts.get(`${name}:${tab}`) === text && letGo());
  return text;
}

window.addEventListener("storage", ({ key, newValue }) => {
  if (newValue !== null) {
    taken.get(key)?.();
    taken.delete(key);
  } else if (drafts.has(key)) {
    localStorage.setItem(key, drafts.get(key));
    if (!drafts.get(key)) localStorage.removeItem(key);
  }
});

// --- Messages ------------------------------------------------------------------------------------

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

const firstAsked = () => messages.querySelector(".proposal.open")?.closest("article");

// --- What is not sent yet ------------------------------------------------------------------------

export const LONGEST_PAUSE = 30_000; // milliseconds

// It outlives the page. Each message is an item of its own, so that no tab overwrites what another one
// keeps, on the shelf of its conversation, or of one that has not begun yet.
const ours = `unsent:${document.body.dataset.user}:`;
const names = () => Object.keys(localStorage).filter((name) => name.startsWith(ours));
export const shelf = (where = conversation()) => `${ours}${where ?? "new"}:`;
export const keep = (message, on = shelf()) => localStorage.setItem(on + message.key, JSON.stringify(message));
export const forget = (key, on = shelf()) => localStorage.removeItem(on + key);

export function kept(on = shelf()) {
  const messages = names().filter((name) => name.startsWith(on)).map((name) => JSON.parse(localStorage.getItem(name)));
  return messages.sort((one, other) => one.at - other.at);
}

// What was said before a conversation has begun goes along into it.
export function goAlong(where) {
  for (const message of kept(shelf(null))) {
    forget(message.key, shelf(null));
    keep({ ...message, where }, shelf(where));
  }
}

// Where anything waits but here, by when it was said.
export function otherShelves() {
  const shelves = new Set(names().map((name) => name.slice(0, name.indexOf(":", ours.length) + 1)));
  shelves.delete(shelf());
  return [...shelves].sort((one, other) => kept(one)[0].at - kept(other)[0].at);
}

// What cannot be sent now, but later, will be by itself; what never can be stays, with the reason.
export function whatNow({ tries = 0 }, error) {
  const wait = error.retryAfter ? 1000 * error.retryAfter : Math.min(LONGEST_PAUSE, 1000 * 2 ** tries);
  const again = { tries: tries + 1, after: Date.now() + wait };
  if (!(error instanceof Refused)) return { ...again, unreached: true };
  if (error.retryAfter || error.status >= 500) return { ...again, why: error.message, unreached: false };
  if (error.code === "changed_since") return { held: true, asks: true, unreached: false, why: words("changedSince") };
  return { refused: true, unreached: false, why: error.message };
}

// --- Where one reads -----------------------------------------------------------------------------

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

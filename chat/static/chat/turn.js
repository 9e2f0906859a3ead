// A turn on the page: a message is said, and its answer comes (`answer.js` shows it).

import {
  announce, api, ask, changes, conversation, drawn, element, look, pause, Refused, tell, whenNew, words,
} from "./base.js";
import {
  bubble, clearPassed, forget, goAlong, hasLater, keep, kept, lastMessage, LONGEST_PAUSE, merge, messages, otherShelves,
  refresh, shelf, toTheEnd, whatNow,
} from "./talk.js";

const loadAround = () => import("./around.js");
const main = element("main");
const LONGEST_TIMER = 2 ** 31 - 1; // milliseconds
const LATEST = 20; // messages, of which one may have been tried again

let busy = false;
let unwanted = false; // stopped, if need be as soon as it has begun
export const isBusy = () => busy;
const isAnswering = () => busy || messages.querySelector("[data-status=in_progress]") !== null;

function setBusy(now) {
  busy = now;
  unwanted = false;
  main.classList.toggle("busy", now);
  announce("busy");
}

// --- Events --------------------------------------------------------------------------------------

// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
async function* eventsIn(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (unread + value).split("\n\n");
    unread = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
      );
      if (fields.event) yield { id: fields.id, name: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

// What we ask of a stream: to tell the blocks of the answer as HTML, too.
const DRAWN = { Prefer: "drawn" };

// The events of a turn until it is settled, behind the one of the id `last`; a connection that breaks
// is made anew behind the last one.
async function* eventsOfTurn(response, last = "") {
  for (let failures = 0; ; failures += 1) {
    try {
      for await (const event of eventsIn(response)) {
        failures = 0;
        last = event.id;
        yield event;
        if (event.name === "turn.failed") hold();
        if (event.name === "turn.completed" || event.name === "turn.failed") return;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    if (!last) throw new TypeError("The connection broke before the turn began");
    tell(words("lost"));
    for (;;) {
      await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** failures));
      try {
        response = await ask("GET", `${api()}events/`, null, { "Last-Event-ID": last, ...DRAWN });
        break;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        failures += 1;
      }
    }
    tell("");
    if (response.status === 204) return;
  }
}

// --- Saying --------------------------------------------------------------------------------------

// Say something. It is kept until its turn has begun, under a key by which it is done once however
// often it is sent; while an answer is written, it waits.
//
// `more` may have the `key`, and `where` it was said first: a conversation, or null for a new one;
// `isDrawn`: it is there, and tried again; `instead`: a reply that is taken back before.
export function say(text, more = {}) {
  tell("");
  element("welcome")?.remove();
  const at = performance.timeOrigin + performance.now();
  keep({ text, key: crypto.randomUUID(), where: conversation() ?? null, at, ...more });
  return sendWaiting();
}

let timer;

// Send what waits, one after the other, in order.
async function sendWaiting() {
  clearTimeout(timer);
  for (;;) {
    const message = kept().find(({ held, refused }) => !held && !refused);
    const rest = (message?.after ?? 0) - Date.now();
    if (rest > 0) timer = setTimeout(sendWaiting, Math.min(rest, LONGEST_TIMER));
    if (!message || rest > 0 || isAnswering()) break;
    await send(message);
  }
  showOutbox();
  if (otherShelves().length) import("./elsewhere.js").then(({ sendElsewhere }) => sendElsewhere()).catch(() => {});
}

// What is tried again stays below the talk until it is answered.
async function send(message) {
  const { text, key, where, instead, leave } = message;
  setBusy(true);
  if (hasLater()) await loadAround().then(({ showEnd }) => showEnd()).catch(() => {});
  const article = message.tries ? null : pending(text);
  let began = false; // another tab may have sent it, too
  inTalk = article && key;
  showOutbox();
  try {
    if (instead) await (await import("./again.js")).withdraw(instead, leave);
    const body = { message: text, stream: true, ...(where && { conversation_id: where }) };
    const response = await ask("POST", "/api/chat/", body, { "Idempotency-Key": key, ...DRAWN });
    await take(eventsOfTurn(response), article, () => {
      began = true;
      forget(key);
    });
  } catch (error) {
    if (began) loseTrack(error);
    else {
      article?.remove();
      await notSent(message, error);
    }
  } finally {
    inTalk = null;
    setBusy(false);
  }
}

function pending(text) {
  const article = bubble("user", text);
  article.classList.add("pending");
  messages.append(article);
  toTheEnd();
  return article;
}

async function notSent(message, error) {
  if (error.code !== "turn_in_progress") return keep({ ...message, ...whatNow(message, error) });
  forget(message.key); // its answer to us was lost
  arrive(error.problem.conversation_id);
  await showOpenTurn();
}

// The turn goes on without us; when there is news of it, we come back.
function loseTrack(error) {
  tell(error instanceof Refused ? error.message : words("lost"));
}

// Follow the open turn, whoever has begun it.
async function follow() {
  if (busy) return;
  setBusy(true);
  await showOpenTurn();
  setBusy(false);
  sendWaiting();
}

async function showOpenTurn() {
  try {
    const last = placeOf(lastMessage());
    const response = await ask("GET", `${api()}events/`, null, { ...(last && { "Last-Event-ID": last }), ...DRAWN });
    tell("");
    if (response.status === 204) {
      await refresh((lastMessage()?.dataset.seq ?? 1) - 1);
      announce("settled");
    } else await take(eventsOfTurn(response, last));
  } catch (error) {
    loseTrack(error);
  }
}

// How much of an open answer was there when it was drawn; what comes is told from there on, once.
function placeOf(article) {
  const { place } = article?.dataset ?? {};
  if (place) delete article.dataset.place;
  return place;
}

export async function stop() {
  unwanted = true;
  hold();
  if (!messages.querySelector("[data-status=in_progress]")) return;
  await ask("POST", `${api()}cancel/`).catch(() => {}); // it was over, then
}

// --- What is not sent yet ------------------------------------------------------------------------

let inTalk = null; // the key of the one that is shown there already
const waiting = () => kept().filter(({ key }) => key !== inTalk);

// After a failure, or when somebody stops an answer: what waits may have been meant for another one.
function hold() {
  for (const message of waiting()) keep({ ...message, held: true });
  showOutbox();
}

// As long as we are here, no other tab sends what waits here.
const claim = () => navigator.locks?.request(shelf(), () => new Promise(() => {}));

// The server may be reached again.
function hurry() {
  for (const message of kept()) if (message.unreached) keep({ ...message, after: 0 });
  sendWaiting();
}

// It is shown by a script of its own, loaded before it is needed.
const loadOutbox = () => import("./outbox.js").catch(() => null); // later, then
const showOutbox = async () => (element("outbox") || waiting().length) && (await loadOutbox())?.show(waiting());

element("message").addEventListener("input", loadOutbox, { once: true });
window.addEventListener("storage", ({ key }) => key?.startsWith(shelf()) && showOutbox());
changes.addEventListener("outbox", sendWaiting); // something of it was decided

// What the server has drawn was sent, though we may not have heard of it.
changes.addEventListener("merged", () => {
  const there = new Set([...messages.querySelectorAll("[data-key]")].map((article) => article.dataset.key));
  for (const { key, isDrawn } of waiting()) if (there.has(key) && !isDrawn) forget(key);
  sendWaiting(); // the answer that it waited for may be there
});

// --- The answer as it comes ----------------------------------------------------------------------

// `article` is the message just said, where it was said here.
async function take(events, article, begun = () => {}) {
  const answer = await import("./answer.js");
  await answer.take(events, article, (conversationId) => {
    begun();
    arrive(conversationId);
    clearPassed();
    announce("started");
    if (unwanted) stop();
  });
}

// A conversation has an address of its own from its first message on.
function arrive(id) {
  if (conversation()) return;
  goAlong(id);
  main.dataset.conversation = id;
  messages.dataset.part = `/c/${id}/messages/`;
  claim();
  history.pushState(null, "", `/c/${id}/${location.search}`);
  announce("arrived");
}

// --- What happens elsewhere ----------------------------------------------------------------------

// Another tab or device may go on with this conversation.
whenNew("conversation", async (mark) => {
  showGone(mark === null);
  if (mark === null || hasLater()) return true;
  const latest = [...messages.querySelectorAll("article[data-seq]")].slice(-LATEST)[0];
  const isDrawn = await drawFrom(latest);
  if (lastMessage()?.dataset.status === "in_progress") follow();
  else if (isDrawn) announce("settled");
  return isDrawn;
});

function showGone(isGone) {
  element("gone").hidden = !isGone;
  const form = element("gone").querySelector("form");
  form.action = `/c/${conversation()}/restore/`;
  form.dataset.api = `POST ${api()}restore/`;
}

// What was done anywhere in it may be taken back, and what was asked be answered.
whenNew("undone", () => !conversation() || drawFrom(messages.querySelector("article[data-seq]")));

// This message and all that are shown below it, with those that are new. False while an answer is
// written, which must not be drawn over.
async function drawFrom(article) {
  const last = hasLater() ? Number(lastMessage().dataset.seq) : Infinity;
  for (let since = (article?.dataset.seq ?? 1) - 1; !busy; ) {
    const fragment = await drawn(`${messages.dataset.part}?since=${since}`);
    if (busy) return false;
    const found = [...fragment.querySelectorAll("article")];
    since = Number(found.at(-1)?.dataset.seq);
    for (const later of found.filter(({ dataset }) => dataset.seq > last)) later.remove();
    const isMore = fragment.querySelector(".later") && since < last;
    await merge(fragment);
    if (!isMore) return true;
  }
  return false;
}

document.addEventListener("visibilitychange", () => document.hidden || hurry());
window.addEventListener("online", () => {
  tell("");
  hurry();
  look();
});
window.addEventListener("offline", () => tell(words("offline")));

export function start() {
  claim();
  sendWaiting();
  if (lastMessage()?.dataset.status === "in_progress") follow();
}

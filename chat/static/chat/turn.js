// A turn on the page: a message is said, and its answer comes (`answer.js` shows it).

import {
  announce, api, ask, bubble, build, conversation, drawn, element, hasLater, keepPlace, lastMessage, look, merge, messages,
  pause, refresh, Refused, tell, toTheEnd, whenNew, words,
} from "./talk.js";

const loadAround = () => import("./around.js");
const main = element("main");
const LONGEST_PAUSE = 30_000; // milliseconds
const LATEST = 20; // messages, of which one may have been tried again

let busy = false;
let unwanted = false; // stopped, if need be as soon as it has begun
export const isBusy = () => busy;

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

// The events of a turn until it is settled; a connection that breaks is made anew behind the last one.
async function* eventsOfTurn(response) {
  let last = "";
  for (let failures = 0; ; failures += 1) {
    try {
      for await (const event of eventsIn(response)) {
        failures = 0;
        last = event.id;
        yield event;
        if (event.name === "turn.completed" || event.name === "turn.failed") return;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    if (!last) throw new TypeError("The connection broke before the turn began");
    for (;;) {
      tell(words("lost"));
      await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** failures));
      try {
        response = await ask("GET", `${api()}events/`, null, { "Last-Event-ID": last });
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

// Say something; `key` is its Idempotency-Key, so that it is done once however often it is sent.
// It is sent again to `where` it was sent first: a conversation, or null for a new one.
export async function say(text, key = crypto.randomUUID(), where = conversation() ?? null) {
  if (busy) return;
  setBusy(true);
  tell("");
  element("welcome")?.remove();
  keep({ text, key, where });
  if (hasLater()) await loadAround().then(({ showEnd }) => showEnd()).catch(() => {});
  const article = bubble("user", text);
  article.classList.add("pending");
  messages.append(article);
  toTheEnd();
  try {
    const body = { message: text, stream: true, ...(where && { conversation_id: where }) };
    const response = await ask("POST", "/api/chat/", body, { "Idempotency-Key": key });
    await take(eventsOfTurn(response), article, key);
  } catch (error) {
    if (!article.matches(".pending")) loseTrack(error);
    else if (error.code === "turn_in_progress" && conversation()) {
      article.remove();
      forget(key);
      setBusy(false);
      await follow();
    } else unsent(article, { text, key, where }, error);
  } finally {
    setBusy(false);
  }
}

// The turn goes on without us; when there is news of it, we come back.
function loseTrack(error) {
  tell(error instanceof Refused ? error.message : words("lost"));
}

// Follow the open turn, whoever has begun it.
async function follow() {
  if (busy) return;
  setBusy(true);
  try {
    const response = await ask("GET", `${api()}events/`);
    tell("");
    if (response.status === 204) {
      await refresh(lastMessage().dataset.seq - 1);
      announce("settled");
    } else await take(eventsOfTurn(response));
  } catch (error) {
    loseTrack(error);
  } finally {
    setBusy(false);
  }
}

export async function stop() {
  unwanted = true;
  if (!messages.querySelector("[data-status=in_progress]")) return;
  await ask("POST", `${api()}cancel/`).catch(() => {}); // it was over, then
}

// --- What could not be sent ----------------------------------------------------------------------

function unsent(article, { text, key, where }, error) {
  const unreached = words(navigator.onLine ? "notSent" : "offline");
  const why = error instanceof Refused ? error.message : unreached;
  const again = build("button", { type: "button" }, words("tryAgain"));
  const away = build("button", { type: "button", class: "quiet" }, words("dismiss"));
  const trouble = build("p", { class: "note trouble", role: "alert" }, why, " ", again, away);
  article.classList.replace("pending", "unsent");
  keepPlace(() => article.append(trouble));
  again.addEventListener("click", () => {
    if (busy) return tell(words("busy"));
    article.remove();
    say(text, key, where);
  });
  away.addEventListener("click", () => {
    article.remove();
    forget(key);
  });
}

// What is not sent yet outlives the page, until it is sent or dismissed.
const shelf = () => `unsent:${document.body.dataset.user}:${conversation() ?? "new"}`;
const kept = () => JSON.parse(localStorage.getItem(shelf()) ?? "[]");

function keep(message) {
  const others = kept().filter(({ key }) => key !== message.key);
  localStorage.setItem(shelf(), JSON.stringify([...others, message]));
}

function forget(key) {
  const others = kept().filter((message) => message.key !== key);
  if (others.length) localStorage.setItem(shelf(), JSON.stringify(others));
  else localStorage.removeItem(shelf());
}

function showUnsent() {
  for (const message of kept()) {
    element("welcome")?.remove();
    const article = bubble("user", message.text);
    article.classList.add("pending");
    messages.append(article);
    unsent(article, message, new TypeError());
  }
}

// --- The answer as it comes ----------------------------------------------------------------------

// `article` is the message just said, where it was said here.
async function take(events, article, key) {
  const answer = await import("./answer.js");
  await answer.take(events, article, (conversationId) => {
    forget(key);
    arrive(conversationId);
    announce("started");
    if (unwanted) stop();
  });
}

// A conversation has an address of its own from its first message on.
function arrive(id) {
  if (conversation()) return;
  for (const other of messages.querySelectorAll(".unsent")) other.remove(); // they wait at `/`
  main.dataset.conversation = id;
  messages.dataset.part = `/c/${id}/messages/`;
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
    merge(fragment);
    if (!isMore) return true;
  }
  return false;
}

window.addEventListener("online", () => {
  tell("");
  look();
});
window.addEventListener("offline", () => tell(words("offline")));

export function start() {
  showUnsent();
  if (lastMessage()?.dataset.status === "in_progress") follow();
}

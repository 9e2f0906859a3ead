// The answer as it comes: its text, what the assistant does in it, and how it is settled.
//
// The server draws each block of it as soon as the block has ended; the open one is text. In the end
// the whole message is drawn, and what is shown becomes as that is.

import { morphChildren } from "./morph.js";
import { announce, build, drawn, element, speak, words } from "./base.js";
import {
  bubble, isOpen, keepPlace, lastMessage, merge, messages, put, putInOrder, refresh, refreshAsked, withCopyButtons,
} from "./talk.js";

const SHORT_SILENCE = 3; // seconds

// Whether it is said after so many seconds that there is still no end: those who wait want to know
// that it goes on, and to hear other things meanwhile.
const isTimeToSay = (seconds) => seconds === 1 || seconds === 10 || seconds % 60 === 0;

// Show a turn as it goes on; `article` is the message just said, where it was said here. `begun` is
// called once it has begun.
export async function take(events, article, begun) {
  const shown = { reply: goingOn(), since: null, tookBack: false, heard: performance.now() };
  let seconds = 0;
  const clock = setInterval(() => {
    seconds += 1;
    showSilence(shown);
    if (isTimeToSay(seconds) && !document.hidden) speak(words("writing"));
  }, 1000);
  try {
    for await (const event of events) {
      shown.heard = performance.now();
      showSilence(shown);
      await show(event, shown, article, begun);
    }
  } finally {
    clearInterval(clock);
  }
  await refreshAsked();
  await refresh(shown.since ?? lastMessage().dataset.seq - 1);
  if (shown.tookBack) await merge(await drawn(messages.dataset.part)); // what was done further up
  announce("settled");
}

async function show({ name, data }, shown, article, begun) {
  switch (name) {
    case "turn.started":
      shown.since = Math.min(data.user_message.seq - 1, lastMessage()?.dataset.seq ?? 0); // what was missed, too
      shown.reply = begin(data, article);
      begun(data.conversation_id);
      break;
    case "message.delta":
      keepPlace(() => append(shown.reply, data.text));
      break;
    case "message.drawn":
      keepPlace(() => draw(shown.reply, data));
      break;
    case "tool.started": {
      const using = words("using", { tool: data.name });
      const card = build("p", { id: `call-${data.id}`, class: "card running" }, using);
      keepPlace(() => shown.reply.querySelector(".typing").before(card));
      break;
    }
    case "tool.finished": {
      const card = await drawn(`/calls/${data.id}/`);
      keepPlace(() => element(`call-${data.id}`).replaceWith(card));
      shown.tookBack ||= data.name === "undo_last";
      announce("tool");
      break;
    }
  }
}

// The articles of a turn: made here, or there already and begun anew.
function begin({ user_message: said, assistant_message_id: id }, article) {
  const old = element(`message-${said.id}`);
  article?.classList.remove("pending");
  if (article && old) article.remove();
  else if (!old) {
    article ??= bubble("user", said.content);
    article.id = `message-${said.id}`;
    article.dataset.seq = said.seq;
    putInOrder(article);
  }
  const reply = bubble("assistant", "");
  reply.id = `message-${id}`;
  reply.dataset.seq = said.seq + 1;
  reply.dataset.status = "in_progress";
  reply.querySelector(".said").append(typing());
  keepPlace(() => put(reply));
  return reply;
}

// The reply that is there already, if the events tell only what it does not show.
function goingOn() {
  const last = lastMessage();
  return last && isOpen(last) ? last : null;
}

// The piece of text that comes, behind the last tool.
function pieceOf(reply) {
  const end = reply.querySelector(".typing");
  if (!end.previousElementSibling?.matches(".text")) end.before(build("div", { class: "text markdown", dir: "auto" }));
  return end.previousElementSibling;
}

const openBlock = (text) => build("p", { class: "open" }, text);

function append(reply, text) {
  const piece = pieceOf(reply);
  const open = piece.lastElementChild;
  if (open?.matches(".open")) open.lastChild.appendData(text);
  else piece.append(openBlock(text));
}

// Blocks have ended, of `first` all that there are in this piece, and behind them is what is open.
function draw(reply, { html, first, open }) {
  const piece = pieceOf(reply);
  const template = build("template");
  template.innerHTML = html;
  const blocks = withCopyButtons(template.content).children;
  const begun = first ? piece.firstChild : piece.querySelector(":scope > .open");
  morphChildren(piece, begun, [...blocks, ...(open ? [openBlock(open)] : [])]);
}

// For how long the reply has said nothing and done nothing.
function showSilence({ reply, heard }) {
  const seconds = Math.floor((performance.now() - heard) / 1000);
  const place = reply?.querySelector(".typing .seconds");
  if (place) place.textContent = seconds < SHORT_SILENCE ? "" : words("thinking", { seconds });
}

// The seconds are for the eyes alone.
function typing() {
  const silent = build("span", { class: "visually-hidden" }, words("writing"));
  const seconds = build("span", { class: "seconds", "aria-hidden": "true" });
  return build("p", { class: "typing" }, silent, seconds);
}

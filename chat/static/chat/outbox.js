// What waits to be sent, below the talk: why it waits, and what can be done with it.

import { announce, build, element, goOn, speak, words } from "./base.js";
import { forget, keep } from "./talk.js";

const list = build("ol", { id: "outbox", "aria-label": words("outbox"), hidden: "" });
element("transcript").after(list);
let shown = "[]";
let known = new Set();

export function show(messages) {
  const now = JSON.stringify(messages.map(looks));
  if (now === shown) return;
  shown = now;
  const focused = document.activeElement.closest("#outbox button");
  list.replaceChildren(...messages.map(item));
  list.hidden = !messages.length;
  if (focused) keepFocus(focused);
  const queued = messages.filter((message) => !known.has(message.key) && !looks(message).why);
  if (queued.length) speak(words("queued"));
  known = new Set(messages.map(({ key }) => key));
}

const looks = (message) => ({
  key: message.key, text: message.text, why: reason(message), buttons: buttonsOf(message), refused: message.refused,
});

function reason({ why, unreached, held }) {
  if (unreached) return words(navigator.onLine ? "notSent" : "offline");
  return why ?? (held ? words("held") : "");
}

function buttonsOf({ why, unreached, held, refused, asks }) {
  if (asks) return ["goOn", "dismiss"];
  if (refused) return ["dismiss"];
  if (why || unreached) return ["tryAgain", "dismiss"];
  return held ? ["send", "remove"] : ["remove"];
}

function item(message) {
  const { text, why, buttons } = looks(message);
  const note = build("p", { class: "note", ...(why && { role: "alert" }) }, why || words("queued"));
  const controls = buttons.map((act) =>
    build("button", { type: "button", class: ACTS[act] === send ? "" : "quiet", "data-act": act }, words(act)),
  );
  const node = build("li", { "data-key": message.key }, build("div", { class: "text", dir: "auto" }, text), note, ...controls);
  node.addEventListener("click", ({ target }) => ACTS[target.dataset?.act]?.(message, target));
  return node;
}

// Where the focus was, or else where one goes on.
function keepFocus({ dataset: { act }, parentElement }) {
  const same = list.querySelector(`[data-key="${CSS.escape(parentElement.dataset.key)}"] [data-act="${act}"]`);
  if (same) same.focus();
  else goOn();
}

// Whatever held it up; with what else somebody decides on.
function send(message, _button, more = {}) {
  keep({ ...message, held: false, asks: false, why: undefined, after: 0, ...more });
  announce("outbox");
}

// The words go back to where they were written, beside what is being written there.
function dismiss({ key, text }) {
  forget(key);
  giveBack(text);
  announce("outbox");
}

// Where something else is being written they would be mixed, so they go only if that is clear.
function remove(message, button) {
  if (!element("message").value) return dismiss(message);
  if (button.dataset.sure) {
    forget(message.key);
    return announce("outbox");
  }
  button.dataset.sure = "yes";
  button.textContent = words("discard");
}

const ACTS = {
  send, dismiss, remove, tryAgain: send, goOn: (message, button) => send(message, button, { leave: true }),
};

export function giveBack(text) {
  const field = element("message");
  field.value = [text, field.value].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

// Quick add: what is understood shows as chips while one types, and the task is made of just that.
// Loaded when the field is first touched, and where something waits to be added.
//
// Places in a line count characters as code points, as the server does.

import { ask, build, changes, element, pause, Refused, speak, tell, words } from "./base.js";
import { keepDraft, takeDraft } from "./talk.js";
import { refreshTasks, toast, undoOf } from "./tasks.js";

const PAUSE = 150; // milliseconds without a key, before a line is read
const LONGEST_WAIT = 8_000; // milliseconds, for a line that is to be added to be read
const MOST_TRIES = 10;

const form = element("add-task");
const field = element("new-task");
const chips = element("understood");
const waiting = element("adds");

// --- What is understood ---------------------------------------------------------------------------

let before = field.value;
let asWords = []; // the places of what was clicked away
let reading = null; // the newest answer: what was said, the task and its spans
let returned = null; // what could not be added and is in the field again
let newest = 0;
let typing;

const line = () => ({ text: field.value, words: asWords.map(([start, end]) => ({ start, end })) });
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

field.addEventListener("input", () => {
  asWords = moved(asWords, [...before], [...field.value]);
  before = field.value;
  keepLine();
  clearTimeout(typing);
  typing = setTimeout(show, field.value.trim() ? PAUSE : 0);
});

// The places in a line that was changed: those beside the change move with their words.
function moved(places, old, now) {
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const by = now.length - old.length;
  return places.flatMap(([start, end]) => {
    if (end <= head) return [[start, end]];
    return start >= old.length - tail ? [[start + by, end + by]] : [];
  });
}

async function read(said) {
  const { spans, reminders, ...task } = await (await ask("POST", "/api/tasks/read/", said)).json();
  if (reminders.length) task.reminders = reminders; // else none was asked for, which is not to want none
  return { said, task, spans };
}

// The newest line wins; where it cannot be read now, there are no chips.
async function show() {
  newest += 1;
  const mine = newest;
  const said = line();
  const answer = said.text.trim() ? await read(said).catch(() => null) : null;
  if (mine !== newest) return;
  reading = answer;
  draw(answer?.spans ?? []);
}

function draw(spans) {
  const focused = [...chips.children].findIndex((item) => item.contains(document.activeElement));
  chips.replaceChildren(...spans.map(chip));
  chips.hidden = !spans.length;
  if (focused >= 0) (chips.children[Math.min(focused, spans.length - 1)]?.firstChild ?? field).focus();
}

function chip({ start, end, kind, words: understood }) {
  const said = [...reading.said.text].slice(start, end).join("");
  const label = words("takeAsWords", { words: said }) + (said === understood ? "" : `, ${understood}`);
  const button = build("button", { type: "button", class: `chip ${kind}`, "aria-label": label }, build("bdi", {}, understood));
  button.addEventListener("click", ({ detail }) => {
    asWords.push([start, end]);
    keepLine();
    if (detail) field.focus(); // by a mouse, which goes on typing
    show();
  }, { once: true });
  return build("li", {}, button);
}

// --- The line that is being written outlives the page -----------------------------------------------

const draft = `new-task:${document.body.dataset.user}`;

function keepLine() {
  keepDraft(draft, field.value && JSON.stringify({ text: field.value, asWords, returned }));
}

function write(text, places, add) {
  field.value = before = text;
  asWords = places;
  returned = add;
  keepLine();
  show();
}

// --- Adding -----------------------------------------------------------------------------------------

// What is to be added is kept until it is made: each an item of its own, so that no tab overwrites what
// another one keeps. Its key stays the same however often it is sent, and so does the task once the
// line was read, so that it is made once.
const shelf = `adds:${document.body.dataset.user}:`;
const forget = (key) => localStorage.removeItem(shelf + key);

function keep(add) {
  localStorage.setItem(shelf + add.key, JSON.stringify(add));
  return add;
}

function kept() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(shelf));
  return names.map((name) => JSON.parse(localStorage.getItem(name))).sort((one, other) => one.at - other.at);
}

let sending = false;

export function submit() {
  const said = line();
  if (!said.text.trim()) return;
  begin(same(returned?.said, said) ? returned : fresh(said));
  clearTimeout(typing);
  write("", [], null);
}

function begin(add) {
  keep({ ...add, at: performance.timeOrigin + performance.now() });
  tell("");
  flush();
}

// With what is chosen where the form stands; and with the task, if the line was read.
function fresh(said) {
  const chosen = new FormData(form);
  const add = { key: crypto.randomUUID(), said, asWords, list: chosen.get("list"), tags: chosen.getAll("tags") };
  return same(reading?.said, said) ? withTask(add, reading.task) : add;
}

const withTask = (add, task) => ({
  ...add,
  task: { ...task, list: task.list ?? add.list, tags: [...new Set([...task.tags, ...add.tags])] },
});

// One tab at a time: what it leaves when it is closed, another one sends.
async function flush() {
  drawWaiting();
  if (sending) return;
  sending = true;
  try {
    await (navigator.locks?.request(shelf, sendAll) ?? sendAll());
  } finally {
    sending = false;
  }
}

const next = () => kept().find(({ why }) => !why);

async function sendAll() {
  for (let add; (add = next()); drawWaiting()) {
    try {
      add = await understood(add);
      await send(add);
    } catch (error) {
      if (error instanceof Refused && error.problem?.status !== 401) giveBack(add, error.message);
      else hold(add);
    }
  }
}

async function understood(add) {
  return add.task ? add : keep(withTask(add, (await inTime(read(add.said))).task));
}

async function send(add) {
  const response = await create(add);
  forget(add.key);
  const said = words("added", { title: add.task.title });
  if (!response) return speak(said);
  const { id } = await response.json();
  await refreshTasks().catch(() => {});
  element(`task-${id}`)?.scrollIntoView({ block: "nearest" });
  toast(said, undoOf(response, element(`task-${id}`)));
}

// The answer; null when another tab has added it.
async function create({ key, task }) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask("POST", "/api/tasks/", task, { "Idempotency-Key": key });
    } catch (error) {
      if (error.code === "idempotency_key_reused") return null;
      if (error.code !== "turn_in_progress" || tries === MOST_TRIES) throw error;
      await pause(1000);
    }
  }
}

async function inTime(answer) {
  const late = pause(LONGEST_WAIT).then(() => {
    throw new TypeError("It was not read in time");
  });
  return Promise.race([answer, late]);
}

// --- What could not be added ------------------------------------------------------------------------

// Without a connection all wait for it; else the words go back where they came from.
function hold(add) {
  if (navigator.onLine) return giveBack(add, words("notAdded"));
  for (const each of kept()) keep({ ...each, why: words("waits") });
  speak(words("waits"));
}

function giveBack(add, why) {
  if (!field.value) {
    putBack(add);
    return tell(why);
  }
  keep({ ...add, why });
  speak(why);
}

// The words into the field, before what is written there.
function putBack(add) {
  forget(add.key);
  if (!field.value) return write(add.said.text, add.asWords, add);
  const by = [...add.said.text].length + 1;
  const moved = asWords.map(([start, end]) => [start + by, end + by]);
  write(`${add.said.text} ${field.value}`, [...add.asWords, ...moved], null);
}

const release = (add) => keep({ ...add, why: undefined });

let shown = "[]";

function drawWaiting() {
  const now = JSON.stringify(kept().map(({ key, why }) => [key, why]));
  if (now === shown) return;
  shown = now;
  waiting.replaceChildren(...kept().map(waitingItem));
  waiting.hidden = !waiting.children.length;
}

function waitingItem(add) {
  const { why } = add;
  const item = build("li", { class: why ? "unsent" : "pending" }, build("bdi", {}, add.said.text));
  if (!why) return item;
  const again = build("button", { type: "button" }, words("tryAgain"));
  const away = build("button", { type: "button", class: "quiet" }, words("dismiss"));
  again.addEventListener("click", () => {
    release(add);
    field.focus();
    flush();
  });
  away.addEventListener("click", () => {
    putBack(add);
    field.focus();
    drawWaiting();
  });
  item.append(build("p", { class: "note" }, why), again, away);
  return item;
}

function flushAll() {
  kept().forEach(release);
  flush();
}

window.addEventListener("online", flushAll);
window.addEventListener("storage", ({ key }) => key?.startsWith(shelf) && drawWaiting());
changes.addEventListener("reached", () => !sending && next() && flush()); // another tab may have left it

const left = field.value ? null : JSON.parse(takeDraft(draft, () => write("", [], null)));
if (left) write(left.text, left.asWords, left.returned);
else if (field.value) {
  keepLine();
  show();
}
flushAll();

// The panel of tasks: drawn anew where it differs, ticked at once, and what was done there undone.
// Loaded when it is first needed.

import { ask, build, drawn, element, onTop, Refused, shown as marks, shows, speak, tell, words } from "./base.js";

const STAYS = 2000; // milliseconds that a ticked row stays where it is
const TOAST = 10_000;
const tasks = element("tasks");

export const idOf = (row) => row.id.slice("task-".length);
export const titleOf = (row) => row.querySelector(":scope > .title").textContent;
export const why = (error) => (error instanceof Refused ? error.message : words("trouble"));

// --- What is shown ----------------------------------------------------------------------------------

let asked = 0;
let shown = 0; // the latest that was asked for and is drawn
let acts = 0; // on their way
let begun = 0; // or ended: what was asked for before is no news
let rows = 0; // how many are to be shown; 0: as many as at first

// What is drawn while something is done here would show it as it was; it is drawn behind it.
export async function refreshTasks() {
  const [wanted, ticket, before] = [location.search, ++asked, begun];
  if (wanted !== tasks.dataset.shown) rows = 0;
  const address = new URLSearchParams(wanted);
  if (rows) address.set("rows", rows);
  const fresh = await drawn(`${tasks.dataset.part}?${address}`).catch((error) => {
    delete marks.tasks; // then the next news draws it
    throw error;
  });
  if (wanted !== location.search || ticket < shown || before !== begun || acts) return false;
  shown = ticket;
  shows(fresh);
  show(fresh, wanted);
  return true;
}

function show(fresh, wanted) {
  const rowsOf = () => [...tasks.querySelectorAll(".task")];
  const before = new Map(rowsOf().map((row) => [row.id, row.dataset.changed]));
  const back = placeOfFocus();
  keepInPlace(fresh);
  known = new Map(rowsOf().map((row) => [row.id, row]));
  putChildren(tasks, fresh);
  const isOther = wanted !== tasks.dataset.shown;
  for (const row of rowsOf()) {
    row.classList.toggle("changed", !isOther && before.get(row.id) !== row.dataset.changed);
  }
  tasks.dataset.shown = wanted;
  back();
  watchMore();
}

// Where the focus is, or goes when that is gone: to the rows behind it and before it, the questions
// that are left, what was chosen.
function placeOfFocus() {
  const focused = document.activeElement;
  if (!tasks.contains(focused)) return () => {};
  const all = [...tasks.querySelectorAll(".task")];
  const index = all.indexOf(focused.closest(".task"));
  const near = index < 0 ? [] : [...all.slice(index), ...all.slice(0, index).reverse()];
  const inQuestions = focused.closest(".questions");
  return () => {
    if (document.activeElement === focused) return;
    const places = [
      () => focused.isConnected && focused.checkVisibility() && focused,
      () => inQuestions && tasks.querySelector(".questions > summary"),
      () => near.find((row) => row.isConnected)?.querySelector("button"),
      () => tasks.querySelector(".chosen-tag a, .lists [aria-current], .views [aria-current]"),
    ];
    for (const place of places) {
      const found = place();
      if (found) return found.focus({ preventScroll: true });
    }
  };
}

// --- Drawing only what differs ----------------------------------------------------------------------

let known = new Map(); // the rows that there were, by their ids

// Nodes stay what they are, with focus, scrolling, what is open and what is typed.
function put(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.matches(".editing") || old.isEqualNode(fresh)) return;
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  putChildren(old, fresh);
}

function putChildren(old, fresh) {
  const unused = new Map();
  for (const node of old.childNodes) unused.set(keyOf(node), [...(unused.get(keyOf(node)) ?? []), node]);
  const wanted = [...fresh.childNodes].map((node) => {
    const same = unused.get(keyOf(node))?.shift() ?? known.get(node.id);
    if (same) put(same, node);
    return same ?? made(node);
  });
  const kept = new Set(wanted);
  for (const node of [...old.childNodes]) if (!kept.has(node)) node.remove();
  let place = old.firstChild;
  for (const node of wanted) {
    if (node === place) place = place.nextSibling;
    else old.insertBefore(node, place);
  }
}

const keyOf = (node) => node.id || `${node.nodeName}.${node.className}`;

// What is new may have rows that were elsewhere.
function made(node) {
  if (!node.querySelector?.(".task")) return node;
  const empty = node.cloneNode(false);
  putChildren(empty, node);
  return empty;
}

// --- What stays where it is ---------------------------------------------------------------------------

const staying = new Map(); // rows that were ticked, until they may go

function stay(row, milliseconds) {
  clearTimeout(staying.get(row.id));
  const timer = milliseconds && setTimeout(() => letGo(row), milliseconds);
  staying.set(row.id, timer);
}

function letGo(row) {
  clearTimeout(staying.get(row.id));
  if (staying.delete(row.id)) refreshTasks().catch(() => {});
}

// A row that was just ticked does not go from under the finger, and one that is being edited not at
// all, though it may be drawn elsewhere, or be gone.
function keepInPlace(fresh) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const input of fresh.querySelectorAll("[name=csrfmiddlewaretoken]")) input.setAttribute("value", token);
  for (const row of tasks.querySelectorAll("section > ul > .task")) {
    if (staying.has(row.id) || isLeavingWith(row, fresh)) keep(row, fresh);
  }
}

function isLeavingWith(row, fresh) {
  const edited = row.matches(".editing") ? row : row.querySelector(".editing");
  if (!edited) return false;
  const drawnSection = fresh.getElementById(edited.id)?.closest("section");
  return drawnSection?.className !== row.closest("section").className;
}

function keep(row, fresh) {
  const section = row.closest("section");
  const moved = fresh.getElementById(row.id);
  const left = moved?.closest("section");
  moved?.remove();
  if (left && !left.querySelector(".task")) left.remove();
  fresh.querySelector(".empty")?.remove();
  const place = sectionLike(section, fresh);
  let before = row.previousElementSibling;
  while (before && !fresh.getElementById(before.id)) before = before.previousElementSibling;
  const neighbour = before && fresh.getElementById(before.id);
  if (neighbour?.parentElement === place) neighbour.after(row.cloneNode(true));
  else place.prepend(row.cloneNode(true));
}

// The list of the same section, which may have no other rows any more.
function sectionLike(section, fresh) {
  const like = (each) => fresh.querySelector(`section[class="${each.className}"]`);
  const there = like(section);
  if (there) return there.querySelector("ul");
  const made = section.cloneNode(true);
  made.querySelector("ul").replaceChildren();
  let next = section.nextElementSibling;
  while (next && !(next.matches("section") && like(next))) next = next.nextElementSibling;
  fresh.insertBefore(made, next ? like(next) : fresh.querySelector(".more"));
  return made.querySelector("ul");
}

// --- More rows ----------------------------------------------------------------------------------------

const downwards = new IntersectionObserver(([{ isIntersecting, target }]) => {
  if (isIntersecting) showMore(target);
}, { root: tasks, rootMargin: "200px" });

function watchMore() {
  downwards.disconnect();
  const more = tasks.querySelector(".more a");
  if (more) downwards.observe(more);
}

export function showMore(link) {
  rows = Number(new URLSearchParams(link.search).get("rows"));
  return refreshTasks().catch(() => tell(words("trouble")));
}

// --- What is done -------------------------------------------------------------------------------------

// While it is on its way nothing older is drawn; then all is.
export async function act(send) {
  acts += 1;
  begun += 1;
  try {
    return await send();
  } finally {
    acts -= 1;
    begun += 1;
    if (!acts) refreshTasks().catch(() => {});
  }
}

// What an answer has done, to be undone: null where nothing has changed. What is undone leads to `row`.
export function undoOf(response, row) {
  const id = response.headers.get("X-Act");
  return id && (() => undo(id, row));
}

export async function undo(id, row) {
  if (row) letGo(row);
  await act(() => ask("POST", `/api/acts/${id}/undo/`));
  await refreshTasks();
  return row && element(row.id)?.querySelector("button");
}

const inLine = new Map(); // by row: what is done with it after what was done before

// Of a row that is ticked twice the second tick waits for the first.
async function tick(form) {
  const row = form.closest(".task");
  const isDone = form.querySelector("button").ariaPressed !== "true";
  const before = inLine.get(row.id);
  const send = async () => {
    await before?.catch(() => {});
    return ask("POST", `/api/tasks/${idOf(row)}/${isDone ? "complete" : "reopen"}/`);
  };
  press(row, isDone);
  stay(row);
  const sent = act(send);
  inLine.set(row.id, sent);
  try {
    const told = words(isDone ? "completed" : "reopened", { title: titleOf(row) });
    const response = await sent;
    stay(row, STAYS);
    toast(told, undoOf(response, row));
  } catch (error) {
    if (inLine.get(row.id) === sent) press(row, !isDone);
    letGo(row);
    tell(`${words("notTicked", { title: titleOf(row) })} ${why(error)}`);
  }
}

function press(row, isDone) {
  const button = row.querySelector(":scope > .tick button");
  button.ariaPressed = isDone;
  button.ariaLabel = words(isDone ? "reopen" : "complete", { title: titleOf(row) });
}

async function skip(form) {
  const row = form.closest(".task");
  const response = await act(() => ask("POST", `/api/tasks/${idOf(row)}/skip/`));
  toast(words("skipped", { title: titleOf(row) }), undoOf(response, row));
}

async function catchUp(form) {
  const { csrfmiddlewaretoken: _, ...chosen } = Object.fromEntries(new FormData(form));
  const response = await act(() => ask("POST", "/api/tasks/catch-up/", chosen));
  const { moved } = await response.json();
  toast(words("caughtUp", { n: moved }), undoOf(response));
}

const ACTS = { tick, skip, "catch-up": catchUp };

// A form with data-act.
export async function submit(form) {
  await ACTS[form.dataset.act](form);
}

// --- What was done, and can be undone -------------------------------------------------------------------

let toasted;

// `undo` is what undoes it, and may return where the focus belongs then; null: nothing does.
export function toast(text, undo) {
  toasted?.remove();
  const box = build("div", { class: "toast" }, build("p", { dir: "auto" }, text));
  if (undo) box.append(undoButton(box, undo));
  toasted = box;
  toastPlace().append(box);
  goLater(box);
  speak(text);
}

// Beside the tasks, unless they are not to be seen.
function toastPlace() {
  const top = onTop();
  if (tasks.checkVisibility() && (!top || top.contains(tasks))) return tasks.parentElement;
  return top ?? element("transcript");
}

function undoButton(box, undo) {
  const button = build("button", { type: "button", class: "quiet", "aria-keyshortcuts": "Control+Z" }, words("undo"));
  button.addEventListener("click", async () => {
    if (button.ariaDisabled) return;
    button.ariaDisabled = true;
    try {
      const place = await undo();
      const hadFocus = box.contains(document.activeElement);
      box.remove();
      if (hadFocus) (place || tasks.querySelector("a, button"))?.focus();
      speak(words("tookBack", { what: box.querySelector("p").textContent }));
    } catch (error) {
      box.remove();
      tell(why(error));
    }
  });
  return button;
}

// Not while it is looked at.
function goLater(box) {
  let timer;
  const isHeld = () => box.matches(":hover") || box.contains(document.activeElement);
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (isHeld() ? wait() : box.remove()), TOAST);
  };
  for (const event of ["pointerleave", "focusout"]) box.addEventListener(event, wait);
  wait();
}

document.addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  const button = isUndo && !event.target.matches("input, textarea") && toasted?.isConnected && toasted.querySelector("button");
  if (!button) return;
  event.preventDefault();
  button.click();
});

watchMore();

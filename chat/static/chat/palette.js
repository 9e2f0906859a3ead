// The palette: one field for conversations, messages, tasks and actions. Loaded when it is first opened.
//
// A combobox with a listbox: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import { closeDialog, drawn, element, isComposing, openDialog, words } from "./base.js";

const palette = element("palette");
const field = element("palette-field");
const list = element("palette-options");
const SOON = 150; // milliseconds after the last key
let latest = 0;
let waiting;
let shownFor = null; // what was typed

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

// It has just been opened, and something may be typed there already.
export function begin() {
  list.replaceChildren();
  shownFor = null;
  showNumber("");
  look();
}

// The newest answer wins, whatever comes late. False when none came.
async function look() {
  latest += 1;
  const mine = latest;
  const typed = field.value;
  const asked = new URLSearchParams({ part: 1, q: typed });
  const fragment = await drawn(`${list.dataset.part}?${asked}`).catch(() => null);
  if (mine !== latest) return;
  if (!fragment) {
    showNumber(words("trouble"));
    return false;
  }
  shownFor = typed;
  list.replaceChildren(fragment);
  for (const option of options()) if (option.dataset.presses && !pressed(option)) option.remove();
  for (const group of list.querySelectorAll("[role=group]")) if (!group.querySelector("[role=option]")) group.remove();
  options().forEach((option, place) => (option.id = `palette-option-${place}`));
  showNumber(words("nothingFound"));
  choose(options()[0]);
}

function showNumber(otherwise) {
  const some = options().length > 0;
  list.hidden = !some;
  field.ariaExpanded = some;
  element("palette-empty").textContent = some ? "" : otherwise;
}

const pressed = (option) => document.querySelector(option.dataset.presses);

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

// What is shown may still be what was found for the words before.
async function enter() {
  clearTimeout(waiting);
  while (palette.open && shownFor !== field.value) if ((await look()) === false) return;
  if (palette.open && chosen()) act(chosen());
}

function act(option) {
  const task = element(`task-${option.pathname.split("/")[2]}`); // where it is on this page
  closeDialog(palette);
  if (task) showTask(task);
  else if (option.dataset.presses) setTimeout(() => pressed(option).click()); // when the focus is back
  else location.assign(option.href);
}

export function showTask(task) {
  const pane = element("tasks-pane");
  setTimeout(() => {
    if (!pane.checkVisibility()) openDialog(pane);
    task.scrollIntoView({ block: "center" });
    task.classList.add("changed");
    task.querySelector("button").focus({ preventScroll: true });
  });
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, SOON);
});
field.addEventListener("keydown", (event) => {
  if (isComposing(event)) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter") enter();
  else return;
  event.preventDefault();
});
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  act(option);
});

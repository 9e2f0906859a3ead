// The panel of tasks: drawn anew where it stands. Loaded when it is first needed.

import { drawn, element, shows } from "./talk.js";

export async function refreshTasks() {
  const tasks = element("tasks");
  const wanted = location.search;
  const fresh = await drawn(tasks.dataset.part + wanted);
  if (wanted !== location.search) return false;
  shows(fresh);
  if (wanted === tasks.dataset.shown && fresh.textContent === tasks.textContent) return true;
  const changed = (task) => [task.id, task.dataset.changed];
  const before = new Map([...tasks.querySelectorAll(".task")].map(changed));
  const back = placeIn(tasks);
  const isUnfolded = tasks.querySelector(".questions")?.open;
  const scrolled = tasks.querySelector(".lists ul")?.scrollTop;
  tasks.replaceChildren(fresh);
  tasks.querySelector(".lists ul")?.scrollTo(0, scrolled ?? 0);
  tasks.querySelector(".questions")?.toggleAttribute("open", Boolean(isUnfolded));
  for (const task of wanted === tasks.dataset.shown ? tasks.querySelectorAll(".task") : []) {
    task.classList.toggle("changed", before.get(task.id) !== task.dataset.changed);
  }
  tasks.dataset.shown = wanted;
  back()?.focus();
  return true;
}

// Where the focus belongs when the tasks are drawn anew: the same button, its task, the questions
// that are left, what was chosen.
function placeIn(tasks) {
  const focused = document.activeElement;
  if (!tasks.contains(focused)) return () => null;
  const action = focused.closest("form")?.getAttribute("action");
  const row = focused.closest(".task")?.id;
  const places = [
    action && `form[action="${action}"] button`,
    action && row && `#${row} button`,
    focused.closest(".questions") && ".questions > summary",
    ".chosen-tag a",
    ".lists [aria-current]",
    "a, button",
  ];
  const found = (place) => place && tasks.querySelector(place);
  return () => found(places.find(found));
}

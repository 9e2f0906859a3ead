// A task is edited where it stands, and its history is shown there. Loaded when it is first needed.

import { ask, build, drawn, element, isComposing, words } from "./base.js";
import { isOurs, keepDraft, takeDraft } from "./talk.js";
import { act, idOf, refreshTasks, titleOf, toast, undo, undoOf, why } from "./tasks.js";

const addressOf = (row) => `/tasks/${idOf(row)}/`;
const formOf = (row) => row.querySelector(":scope > .editor .edit-task");

// The form is that of the page of the task, with its history.
async function editorOf(row) {
  const page = await drawn(addressOf(row));
  const summary = build("summary", {}, words("history"));
  const past = build("details", { class: "past" }, summary, page.querySelector(".history"));
  return build("div", { class: "editor" }, page.querySelector(".edit-task"), past);
}

// A form with data-act.
export async function submit(form) {
  if (form.dataset.act !== "edit") return undoChange(form);
  const row = form.closest(".task");
  if (row.matches(".editing")) return close(row);
  (await edit(row))?.elements.title.focus();
}

// The form.
async function edit(row) {
  for (const other of document.querySelectorAll(".task.editing")) if (!isTouched(formOf(other))) close(other);
  row.classList.add("editing");
  try {
    const editor = await editorOf(row);
    if (!row.matches(".editing")) return null; // closed before it was there
    row.querySelector(":scope > .edit button").ariaExpanded = true;
    row.append(editor);
    const form = formOf(row);
    listen(form, row);
    const told = putBack(JSON.parse(takeDraft(draftOf(row))) ?? {}, form);
    if (told.length) trouble(form, [words("changedElsewhere"), ...told].join(" "));
    return form;
  } catch (error) {
    row.classList.remove("editing");
    throw error;
  }
}

function close(row) {
  keepDraft(draftOf(row), "");
  const hadFocus = row.contains(document.activeElement);
  row.querySelector(":scope > .editor")?.remove();
  row.classList.remove("editing");
  const button = row.querySelector(":scope > .edit button");
  button.ariaExpanded = null;
  if (hadFocus) button.focus();
  refreshTasks().catch(() => {});
}

function listen(form, row) {
  form.addEventListener("input", () => keepTouched(form, row));
  form.addEventListener("keydown", (event) => pressed(event, form, row));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (form.ariaBusy) return;
    if (button?.name === "forget") forget(form, button.value);
    else if (button?.matches(".chip")) chooseDay(form, button.value);
    else if (button?.matches(".delete")) finish(form, row, () => remove(form, row));
    else finish(form, row, () => save(form, row));
  });
  form.querySelector(".cancel").addEventListener("click", (event) => {
    event.preventDefault();
    close(row);
  });
}

function pressed(event, form, row) {
  if (isComposing(event)) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(row);
  } else if (event.key === "Enter") {
    const isAsked = event.target.matches("textarea") ? event.ctrlKey || event.metaKey : event.target.matches("select");
    if (!isAsked) return;
    event.preventDefault();
    form.requestSubmit();
  }
}

// Enter saves it then.
function chooseDay(form, day) {
  fieldOf(form, "due_date").value = day;
  if (!day) form.elements.due_time.value = "";
  keepTouched(form, form.closest(".task"));
  fieldOf(form, "due_date").focus();
}

// A reminder goes when the form is saved.
const remindersOf = (form) => [...form.querySelectorAll('[name="reminders"]')];

function forget(form, id) {
  const reminder = remindersOf(form).find((each) => each.value === id);
  if (!reminder) return;
  reminder.disabled = true;
  reminder.parentElement.hidden = true;
  fieldOf(form, "remind").focus();
}

// --- What is in the form ------------------------------------------------------------------------------

const FIELDS = ["title", "notes", "due_date", "due_time", "priority", "list", "tags", "duration_minutes", "remind"];

const fieldOf = (form, name) => form.querySelector(`:is(input, select, textarea)[name="${name}"]`);
const fieldsOf = (form) => FIELDS.map((name) => fieldOf(form, name)).filter(Boolean);

function drawnValue(field) {
  if (field.matches("select")) return [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0].value;
  return field.defaultValue;
}

const touched = (form) => fieldsOf(form).filter((field) => field.value !== drawnValue(field));
const isTouched = (form) => Boolean(form) && (touched(form).length > 0 || remindersOf(form).some(({ disabled }) => disabled));

// As the API takes it.
function valueOf({ name, value }) {
  if (name === "tags") return value.split(/[\s,]+/).filter(Boolean);
  if (name === "duration_minutes") return value ? Number(value) : null;
  return ["due_date", "due_time", "list"].includes(name) ? value || null : value;
}

function changesOf(form) {
  const changes = Object.fromEntries(touched(form).map((field) => [field.name, valueOf(field)]));
  if (changes.due_date === null) delete changes.due_time; // it goes with its day
  const { remind: asked, ...others } = changes;
  if (!asked?.trim() && !remindersOf(form).some(({ disabled }) => disabled)) return others;
  const kept = remindersOf(form).filter(({ disabled }) => !disabled).map(({ value }) => ({ id: value }));
  return { ...others, reminders: asked?.trim() ? [...kept, { words: asked }] : kept };
}

// --- What was typed outlives the page ------------------------------------------------------------------

const drafts = `edit:${document.body.dataset.user}:`;
const draftOf = (row) => drafts + idOf(row);

// By the names of the fields: what was typed there, and what stood there before.
const typedIn = (form) => Object.fromEntries(touched(form).map((field) => [field.name, [field.value, drawnValue(field)]]));

function keepTouched(form, row) {
  keepDraft(draftOf(row), touched(form).length && JSON.stringify(typedIn(form)));
}

// Returns what stands there now where that has changed meanwhile.
function putBack(typed, form) {
  const told = [];
  for (const [name, [value, before]] of Object.entries(typed)) {
    const field = fieldOf(form, name);
    if (![before, value].includes(drawnValue(field))) told.push(nowIs(form, field));
    field.value = value;
  }
  return told;
}

// What this tab has not saved before it was loaded anew. What was saved after all is not edited any more.
export async function goOn() {
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(drafts) && isOurs(each))) {
    const row = element(`task-${name.split(":")[2]}`);
    if (row && !row.matches(".editing") && !isTouched(await edit(row))) close(row);
  }
}

// --- Saving -------------------------------------------------------------------------------------------

const asItWas = (form) => ({ "If-Match": `"${form.elements.version.value}"` });

async function save(form, row) {
  const changes = changesOf(form);
  if (!Object.keys(changes).length) return close(row);
  const title = fieldOf(form, "title").value;
  const response = await act(() => ask("PATCH", `/api/tasks/${idOf(row)}/`, changes, asItWas(form)));
  close(row);
  toast(words("saved", { title }), undoOf(response, row));
}

async function remove(form, row) {
  const title = titleOf(row);
  const next = neighbour(row);
  const response = await act(() => ask("DELETE", `/api/tasks/${idOf(row)}/`, null, asItWas(form)));
  close(row);
  row.remove();
  next?.focus();
  toast(words("deleted", { title }), undoOf(response, row));
}

function neighbour(row) {
  const rows = [...element("tasks").querySelectorAll(".task")].filter((other) => !row.contains(other));
  const place = rows.findIndex((other) => row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  return rows.at(place)?.querySelector(".edit button") ?? element("tasks").querySelector("a");
}

// Do it once, however often it is asked for; what cannot be done is told in the form.
async function finish(form, row, doIt) {
  setBusy(form, true);
  try {
    await doIt();
  } catch (error) {
    if (error.problem?.status === 412) await showChanged(form, row);
    else if (error.problem?.status === 404) trouble(form, words("gone"));
    else refuse(form, error);
  } finally {
    setBusy(form, false);
  }
}

// What would be typed meanwhile would be gone with the form.
function setBusy(form, busy) {
  form.ariaBusy = busy || null;
  for (const field of form.querySelectorAll("input, textarea")) field.readOnly = busy;
}

function refuse(form, error) {
  trouble(form, why(error));
  const { field = "" } = error.problem?.errors?.[0] ?? {};
  fieldOf(form, field.startsWith("reminders") ? "remind" : field)?.focus();
}

function trouble(form, text) {
  const place = form.querySelector(".trouble");
  place.textContent = text;
  place.hidden = false;
}

// --- Changed elsewhere --------------------------------------------------------------------------------

// The form as it is to be drawn now, with what was typed here; and what stands there now in its place.
async function showChanged(form, row) {
  const editor = await editorOf(row).catch(() => null);
  const fresh = editor?.querySelector(".edit-task");
  if (!fresh) return trouble(form, words("changedElsewhere"));
  const told = putBack(typedIn(form), fresh);
  for (const { value, disabled } of remindersOf(form)) if (disabled) forget(fresh, value);
  const name = document.activeElement.name;
  form.closest(".editor").replaceWith(editor);
  listen(fresh, row);
  (fieldOf(fresh, name) ?? fieldOf(fresh, "title")).focus();
  trouble(fresh, [words("changedElsewhere"), ...told].join(" "));
}

function nowIs(form, field) {
  const value = field.matches("select") ? field.selectedOptions[0]?.textContent : field.value;
  return words("now", { name: form.querySelector(`[for="${field.id}"]`).textContent, value: value || words("nothing") });
}

// --- The history --------------------------------------------------------------------------------------

// One change of the history is undone; what was typed meanwhile stays.
async function undoChange(form) {
  const row = form.closest(".task");
  const { textContent: what } = form.closest("li").querySelector("strong");
  await undo(form.getAttribute("action").split("/")[2]);
  toast(words("tookBack", { what: `${what}, ${titleOf(row)}` }), null);
  const editor = await editorOf(row).catch(() => null);
  if (!row.matches(".editing")) return;
  const isTyped = isTouched(formOf(row));
  if (!editor?.querySelector(".edit-task")) return isTyped ? trouble(formOf(row), words("gone")) : close(row);
  if (isTyped) editor.querySelector(".edit-task").replaceWith(formOf(row));
  else listen(editor.querySelector(".edit-task"), row);
  editor.querySelector(".past").open = true;
  row.querySelector(":scope > .editor").replaceWith(editor);
  editor.querySelector(".past summary").focus();
}

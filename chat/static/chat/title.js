// The title of the conversation, which is edited in place. Loaded when somebody comes to it.

import { goOn } from "./base.js";

// Who leaves it has it saved; an empty one is none, and the old one is back.
export function save(field) {
  field.value = field.value.trim() || field.defaultValue;
  if (field.value !== field.defaultValue) field.form.requestSubmit();
}

export function leave(field, key) {
  if (key === "Escape") field.value = field.defaultValue;
  goOn();
}

// Tell the form of signing up which zone the clock of this browser is in.
const field = document.querySelector('input[name="time_zone"]');
field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

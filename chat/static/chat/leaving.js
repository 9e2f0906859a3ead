// Signing out deletes what the browser keeps: where that is words which were not sent, it asks first.

const KEPT = /^(draft|unsent|new-task|adds):/;

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".sign-out") || !Object.keys(localStorage).some((name) => KEPT.test(name))) return;
  event.preventDefault();
  document.getElementById("really-leave").showModal();
});

// A conversation that is shown around a message to which a search has led, and not at its end.

import { announce, drawn, element, words } from "./base.js";
import { dayOf, messages, toTheEnd, watchUpwards, withCopyButtons } from "./talk.js";

// Messages further down, when the reader comes near them.
const downwards = new IntersectionObserver(([{ isIntersecting, target }]) => {
  if (!isIntersecting) return;
  downwards.unobserve(target);
  load(target).catch(() => {}); // then its link leads on
}, { root: messages, rootMargin: "200px" });

async function load(later) {
  const since = new URL(later.querySelector("a").href).searchParams.get("since");
  const fragment = await drawn(`${messages.dataset.part}?since=${since}`);
  if (!later.isConnected) return;
  fragment.querySelector(".earlier")?.remove();
  const last = [...messages.querySelectorAll(".day")].at(-1);
  const first = fragment.querySelector(".day");
  if (last && first && dayOf(last) === dayOf(first)) first.remove();
  later.replaceWith(withCopyButtons(fragment));
  announce("looked");
  watchDownwards();
}

function watchDownwards() {
  const later = messages.querySelector(".later");
  if (later) downwards.observe(later);
}

// The message that was found is in sight, and has the focus.
export function land() {
  const seq = Number(new URLSearchParams(location.search).get("around"));
  const found = messages.querySelector(`article:target, article[data-seq="${seq}"]`);
  if (!found) return;
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
  found.scrollIntoView({ block: "center" });
  if (!messages.querySelector(".later")) return;
  element("to-the-end").textContent = `${words("toTheEnd")} ↓`;
  element("to-the-end").hidden = false;
  watchDownwards();
}

// The newest messages in place of all that are shown.
export async function showEnd() {
  const fragment = await drawn(messages.dataset.part);
  messages.replaceChildren(withCopyButtons(fragment));
  announce("looked");
  const address = new URL(location);
  address.searchParams.delete("around");
  address.hash = "";
  history.replaceState(null, "", address);
  watchUpwards();
  toTheEnd();
}

// The list of conversations: its search, and what is further down. Loaded when it is first needed.

import { changes, conversation, drawn, element, shows, tell, words } from "./base.js";

const later = () => {}; // it is asked for again
const sayTrouble = () => tell(words("trouble"));
const conversations = element("conversations");
const here = () => (conversation() ? `/c/${conversation()}/` : "/");
const linksOfConversations = () => [...conversations.querySelectorAll("li:not(.more) a")];

export async function refreshConversations() {
  const search = element("search").value;
  const fresh = await drawn(`${conversations.dataset.part}?${new URLSearchParams({ search })}`);
  await drawOlder(fresh);
  if (search !== element("search").value) return false; // a newer search is on its way
  const before = linksOfConversations().map((link) => link.pathname);
  const focused = before.indexOf(document.activeElement.closest("#conversations a")?.pathname);
  conversations.replaceChildren(fresh);
  shows(fresh);
  rememberSearch(search);
  afterConversations();
  if (focused === -1) return;
  const links = linksOfConversations();
  (links.find((link) => link.pathname === before[focused]) ?? links[focused] ?? links.at(-1))?.focus();
}

// As many as are shown already.
async function drawOlder(fresh) {
  for (let more; fresh.children.length < conversations.children.length; ) {
    more = fresh.querySelector(".more");
    if (!more) return;
    more.replaceWith(await drawn(conversations.dataset.part + more.querySelector("a").search));
  }
}

// The address has it, so that the list is the same when one comes back.
function rememberSearch(search) {
  const address = new URL(location);
  if (search) address.searchParams.set("search", search);
  else address.searchParams.delete("search");
  if (element("tasks").dataset.shown === location.search) element("tasks").dataset.shown = address.search;
  if (address.search !== location.search) history.replaceState(null, "", address);
}

export function afterConversations() {
  const asked = [...new URLSearchParams(location.search)];
  const kept = String(new URLSearchParams(asked.filter(([name]) => ["list", "tag", "view"].includes(name))));
  element("new-conversation").search = kept;
  for (const link of linksOfConversations()) {
    const own = [...new URLSearchParams(link.search)].filter(([name]) => name === "search" || name === "around");
    link.search = [String(new URLSearchParams(own)), kept].filter(Boolean).join("&");
    if (link.pathname === here()) link.setAttribute("aria-current", "page");
  }
  const more = conversations.querySelector(".more");
  if (more) downwards.observe(more);
}

// Where they cannot be loaded, their link leads on.
const downwards = new IntersectionObserver(([{ isIntersecting, target }]) => {
  if (!isIntersecting) return;
  downwards.unobserve(target);
  showOlder(target).catch(later);
}, { rootMargin: "200px" });

async function showOlder(target) {
  const older = await drawn(conversations.dataset.part + target.querySelector("a").search);
  const first = older.querySelector("a");
  const isFocused = target.contains(document.activeElement);
  target.replaceWith(older);
  if (isFocused) first.focus();
  afterConversations();
}

let searching;
element("search").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(() => refreshConversations().catch(sayTrouble), 250);
});

changes.addEventListener("arrived", afterConversations); // its row may have been drawn before
afterConversations();
const typed = element("search").value; // perhaps before this was here
if (typed !== (new URLSearchParams(location.search).get("search") ?? "")) refreshConversations().catch(sayTrouble);

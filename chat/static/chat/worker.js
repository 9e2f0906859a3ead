// The service worker: without a connection it shows the pages that were shown last. Scripts and styles
// come from the device; whatever else is asked for passes by, and so does all that is written.
//
// Reminders that a push service brings are shown and answered by it, with the page closed (decision 56).
//
// /worker.js loads it, with VERSION and FILES, which are the static files of this version, and ICON.

const OF_FILES = `files-${VERSION}`;
const OF_PAGES = `pages-${VERSION}-`; // and whose they are: there are those of one user alone
const MOST_PAGES = 10;
const LONGEST = 7 * 24 * 60 * 60 * 1000; // milliseconds
const NOT_KEPT = "/offline/";
const DOOR = "/accounts/login/";
const ADDRESS = /^\/(c\/[^/]+\/)?$/; // of a page that may be kept
const AWAY = [502, 503, 504];
const anyway = { ignoreVary: true };

// --- A new version ----------------------------------------------------------------------------------

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(keepFiles());
});

async function keepFiles() {
  const files = await caches.open(OF_FILES);
  await files.addAll([...FILES, new Request(NOT_KEPT, { credentials: "omit" })]);
}

addEventListener("activate", (event) => event.waitUntil(takeOver()));

// Pages of another version would need its files. What is open without a worker stays so.
async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name !== OF_FILES && !name.startsWith(OF_PAGES));
  await Promise.all(old.map((name) => caches.delete(name)));
  await registration.navigationPreload?.enable();
}

// --- What is asked for ------------------------------------------------------------------------------

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) return;
  const isAccount = method !== "GET" && pathname.startsWith("/accounts/"); // it may become another one
  if (isAccount || pathname === DOOR) event.waitUntil(forget());
  else if (method !== "GET") return;
  else if (FILES.includes(pathname)) event.respondWith(file(event.request));
  else if (mode === "navigate" && ADDRESS.test(pathname)) event.respondWith(page(event));
});

const file = async (request) => (await caches.match(request, anyway)) ?? fetch(request);

async function page(event) {
  const [url] = event.request.url.split("#");
  const before = timesForgotten;
  try {
    const response = (await event.preloadResponse) ?? (await fetch(event.request));
    if (AWAY.includes(response.status)) return (await keptPage(url)) ?? response;
    event.waitUntil(put(url, response.clone(), before));
    return response;
  } catch {
    return (await keptPage(url)) ?? caches.match(NOT_KEPT, anyway);
  }
}

// --- What is kept -----------------------------------------------------------------------------------

addEventListener("message", (event) => event.waitUntil(event.data === "forget" ? forget() : keep(event.data.keep)));

// As it is now; a page that has changed since it was loaded asks for it.
async function keep(url) {
  const before = timesForgotten;
  const response = await fetch(url, { redirect: "manual" }).catch(() => null);
  if (response) await put(url, response, before);
}

// A redirect leads to where one signs in.
async function put(url, response, before) {
  if (response.type === "opaqueredirect") return forget();
  if (response.status === 404) return remove(url);
  const user = response.ok && (await response.clone().text()).match(/<body [^>]*data-user="(\d+)"/)?.[1];
  if (!user) return;
  const name = OF_PAGES + user;
  await forgetBut(name);
  const pages = await caches.open(name);
  if (before !== timesForgotten) return caches.delete(name);
  await pages.delete(url, anyway); // the latest comes last
  await pages.put(url, response);
  for (const { url: old } of (await pages.keys()).slice(0, -MOST_PAGES)) await pages.delete(old, anyway);
}

let timesForgotten = 0; // what was asked for before is not kept afterwards

function forget() {
  timesForgotten += 1;
  return forgetBut(null);
}

async function forgetBut(mine) {
  const others = (await caches.keys()).filter((name) => name.startsWith(OF_PAGES) && name !== mine);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function remove(url) {
  await (await keptPages())?.delete(url, anyway);
}

async function keptPages() {
  const name = (await caches.keys()).find((each) => each.startsWith(OF_PAGES));
  return name && caches.open(name);
}

// --- What is shown of it ----------------------------------------------------------------------------

// Or one with other tasks beside it; and where one begins, what was shown last.
async function keptPage(url) {
  const pages = await keptPages();
  if (!pages) return null;
  const urls = await recent(pages);
  if (urls.includes(url)) return asKept(await pages.match(url, anyway));
  const path = new URL(url).pathname;
  const near = urls.find((other) => new URL(other).pathname === path) ?? (path === "/" && urls[0]);
  return near ? Response.redirect(near) : null;
}

const drawnAt = (kept) => new Date(kept.headers.get("Date"));

// The addresses, the latest first; what is older is not kept any longer.
async function recent(pages) {
  const urls = [];
  for (const { url } of await pages.keys()) {
    if (Date.now() - drawnAt(await pages.match(url, anyway)) < LONGEST) urls.unshift(url);
    else await pages.delete(url, anyway);
  }
  return urls;
}

// With the time at which it was drawn, and bound by the same policy.
async function asKept(kept) {
  const html = (await kept.text()).replace("<body ", `<body data-kept="${drawnAt(kept).toISOString()}" `);
  const headers = new Headers(kept.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response(html, { headers });
}

// --- Reminders --------------------------------------------------------------------------------------

// A push service brings what reminders/push.py tells; done or put off here, or on the page it opens.
const ACTIONS = [
  { action: "done", title: "Done" },
  { action: "soon", title: "In 10 minutes" },
  { action: "tomorrow", title: "Tomorrow" },
];
const ANSWERS = {
  done: ["done", {}],
  soon: ["snooze", { minutes: 10 }],
  tomorrow: ["snooze", { words: "tomorrow" }],
};
const FORMS = "/accounts/settings/"; // has the token that a form is sent with

addEventListener("push", (event) => event.waitUntil(show(event.data.json())));

// A later one about the same reminder takes its place, and is heard again.
function show({ title, body, reminder, task }) {
  const again = reminder && { tag: reminder, renotify: true, actions: ACTIONS };
  return registration.showNotification(title, { body, icon: ICON, data: { reminder, task }, ...again });
}

addEventListener("notificationclick", (event) => {
  const { action, notification } = event;
  notification.close();
  event.waitUntil(answer(action, notification.data));
});

async function answer(action, { reminder, task }) {
  const [what, how] = ANSWERS[action] ?? [];
  if (what && (await post(`/api/reminders/${reminder}/${what}/`, how))) return;
  await open(task ? `/tasks/${task}/` : "/");
}

// True if it was taken: by the session, so for whoever is signed in here.
async function post(url, body) {
  try {
    const form = await (await fetch(FORMS, { redirect: "manual" })).text();
    const token = form.match(/name="csrfmiddlewaretoken" value="(\w+)"/)?.[1];
    if (!token) return false;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).ok;
  } catch {
    return false;
  }
}

async function open(path) {
  const windows = await clients.matchAll({ type: "window" });
  const shown = windows.find(({ url }) => new URL(url).pathname === path);
  await (shown ? shown.focus() : clients.openWindow(path));
}

// The browser, or its push service, has ended a subscription: the next one takes its place.
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAnew()));

async function subscribeAnew() {
  const { push_key: applicationServerKey } = await (await fetch("/api/channels/")).json();
  const fresh = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await post("/api/channels/push/", fresh);
}

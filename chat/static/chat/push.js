// Reminders on this device, with the page closed: the browser subscribes at its push service, and the
// server is told where. It needs a page with a form, whose token it sends.

const CHANNELS = "/api/channels/";
const { serviceWorker } = navigator;

// Where it can be had at all: not over plain HTTP, nor on a phone of Apple's before the page is installed.
export const isPossible = () => Boolean(serviceWorker) && "PushManager" in globalThis;

// The server may have let all devices go meanwhile.
export async function isOn() {
  return isPossible() && Boolean(await current()) && (await channels()).push;
}

// The browser may ask the person first; what it then throws is a DOMException named NotAllowedError.
// Throws an Error with a sentence where the server does not take it, and TypeError where that is away.
export async function subscribe() {
  await serviceWorker.register("/worker.js");
  const { pushManager } = await serviceWorker.ready;
  const { push_key: applicationServerKey } = await channels();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await ask("POST", `${CHANNELS}push/`, subscription);
}

export async function unsubscribe() {
  const subscription = await current();
  if (!subscription) return;
  await ask("DELETE", `${CHANNELS}push/`, { endpoint: subscription.endpoint });
  await subscription.unsubscribe();
}

const current = async () => (await serviceWorker.getRegistration("/"))?.pushManager.getSubscription();

const channels = async () => (await ask("GET", CHANNELS)).json();

async function ask(method, url, body) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, ...(body && { "Content-Type": "application/json" }) };
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.errors?.[0]?.detail ?? problem.detail ?? String(response.status));
}

// What waits in conversations that no tab has open goes out as well, each once and in order; its answer
// is there when somebody opens them.

import { ask, Refused } from "./base.js";
import { forget, goAlong, keep, kept, LONGEST_PAUSE, otherShelves, whatNow } from "./talk.js";

let sending = null;
let timer;
let wait; // milliseconds, until it is tried again

export function sendElsewhere() {
  clearTimeout(timer);
  sending ??= sendAll().finally(() => (sending = null));
  return sending;
}

async function sendAll() {
  const tried = new Set();
  wait = LONGEST_PAUSE;
  for (let shelf; (shelf = otherShelves().find((each) => !tried.has(each))); tried.add(shelf)) {
    // Held by the tab that has it open, which knows better when.
    await navigator.locks?.request(shelf, { ifAvailable: true }, (lock) => lock && sendInOrder(shelf));
  }
  if (otherShelves().length) timer = setTimeout(sendElsewhere, wait);
}

async function sendInOrder(shelf) {
  for (let message; (message = kept(shelf).find(({ refused }) => !refused)); ) {
    if (message.held || message.instead || isTooEarly(message)) return;
    try {
      const where = await said(message);
      forget(message.key, shelf);
      if (!message.where) goAlong(where);
    } catch (error) {
      keep({ ...message, ...whatNow(message, error) }, shelf);
      if (error.retryAfter) wait = Math.min(wait, 1000 * error.retryAfter);
      if (!(error instanceof Refused)) return;
    }
  }
}

const isTooEarly = ({ after, unreached }) => after > Date.now() && !unreached;

// The conversation, once the words are safe in it: also while they are answered, or when the model failed.
async function said({ text, key, where }) {
  const body = { message: text, ...(where && { conversation_id: where }) };
  try {
    const response = await ask("POST", "/api/chat/", body, { "Idempotency-Key": key });
    return (await response.json()).conversation_id;
  } catch (error) {
    const { user_message: begun, conversation_id: there } = error.problem ?? {};
    if (!begun && error.code !== "turn_in_progress") throw error;
    return there;
  }
}

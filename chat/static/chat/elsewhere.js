// What waits in conversations that no tab has open goes out as well, each once and in order; its answer
// is there when somebody opens them.

import { ask, Refused } from "./base.js";
import { keptElsewhere } from "./talk.js";

const AGAIN = 30_000; // milliseconds
let sending = null;
let timer;

export function sendElsewhere() {
  clearTimeout(timer);
  sending ??= sendAll().finally(() => (sending = null));
  return sending;
}

async function sendAll() {
  for (const [shelf, messages] of keptElsewhere()) {
    // Held by the tab that has it open, which knows better when.
    await navigator.locks?.request(shelf, { ifAvailable: true }, (lock) => lock && sendInOrder(shelf, messages));
  }
  if (keptElsewhere().size) timer = setTimeout(sendElsewhere, AGAIN);
}

// Those that begin a conversation are all of the one that the first of them begins.
async function sendInOrder(shelf, messages) {
  let begun;
  for (const message of messages) {
    if (message.held || message.refused || message.instead || isTooEarly(message)) return;
    begun = await said({ ...message, where: message.where ?? begun });
    if (!begun) return;
    localStorage.removeItem(shelf + message.key);
  }
}

const isTooEarly = ({ after, unreached }) => after > Date.now() && !unreached;

// The conversation, once the words are safe in it, which they are also when the model failed.
async function said({ text, key, where }) {
  const body = { message: text, ...(where && { conversation_id: where }) };
  try {
    const response = await ask("POST", "/api/chat/", body, { "Idempotency-Key": key });
    return (await response.json()).conversation_id;
  } catch (error) {
    return error instanceof Refused && error.problem.user_message ? error.problem.conversation_id : null;
  }
}

// The last exchange once more: its message is sent again or edited, and before that it is taken back.

import { announce, ask, build, conversation, drawn, Refused, speak, tell, words } from "./base.js";
import { merge, messages } from "./talk.js";
import { giveBack } from "./outbox.js";

// Take an exchange back by one of its messages, with what it did unless that is left. Raises Refused.
export async function withdraw(id, leave = false) {
  await ask("POST", `/api/messages/${id}/withdraw/`, { keep: leave });
  await merge(await drawn(messages.dataset.part));
  announce("settled");
  speak(words("takenBack"));
}

const idOf = (article) => article.id.replace("message-", "");

// Under a key of what it replaces: whoever asks for it a second time gets the same answer.
export function askAgain(reply, say) {
  const said = messages.querySelector(`[data-seq="${reply.dataset.seq - 1}"] .text`);
  const id = idOf(reply);
  reply.querySelector("form.again").remove();
  say(said.textContent, { key: `again-${id}`, where: conversation(), instead: id });
}

export async function edit(article, leave = false) {
  const button = article.querySelector("form.edit button");
  if (button.disabled) return;
  button.disabled = true;
  if (!leave) giveBack(article.querySelector(".text").textContent);
  try {
    await withdraw(idOf(article), leave);
  } catch (error) {
    button.disabled = false;
    if (error.code === "changed_since") askWhether(article);
    else tell(error instanceof Refused ? error.message : words("trouble"));
  }
}

function askWhether(article) {
  const goOn = build("button", { type: "button" }, words("goOn"));
  const note = build("p", { class: "note trouble last-only", role: "alert", "data-own": "" }, words("changedSince"), " ", goOn);
  article.append(note);
  goOn.addEventListener("click", () => {
    note.remove();
    edit(article, true);
  });
}

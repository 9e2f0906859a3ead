// Copying a reply, or a block of code in it.

import { pause, speak, words } from "./base.js";

export async function copy(button) {
  const code = button.closest(".block")?.querySelector("pre");
  await navigator.clipboard.writeText(code ? code.textContent.trimEnd() : textOf(button.closest("article")));
  button.textContent = words("copied");
  speak(words("copied"));
  await pause(1500);
  button.textContent = words("copy");
}

// As it is read, without the buttons between.
function textOf(article) {
  const buttons = article.querySelectorAll(".block .copy");
  for (const button of buttons) button.hidden = true;
  const texts = [...article.querySelectorAll(".text, .proposal > p")].map((text) => text.innerText.trim());
  for (const button of buttons) button.hidden = false;
  return texts.join("\n\n");
}

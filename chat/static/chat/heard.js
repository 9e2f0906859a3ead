// What is heard of an answer: all of it, once, when it is there. Loaded with the first turn.

import { speak } from "./base.js";
import { messages, statuses } from "./talk.js";

const UNSAID = "article > h2, footer, button, form, .thinking, .typing, .card > dl, .proposal > details";

// Say the replies that have come to their end, or to another one, since `heard` (see statuses).
export function sayReplies(heard) {
  const newest = Math.max(0, ...heard.keys());
  for (const [seq, status] of statuses()) {
    const isNews = seq > newest || (heard.has(seq) && heard.get(seq) !== status);
    if (isNews && status !== "in_progress") speak(wordsOf(messages.querySelector(`article[data-seq="${seq}"]`)));
    heard.set(seq, status);
  }
}

// In reading order, a line for each block; of what a tool did, its one sentence.
function wordsOf(article) {
  return read(article).replace(/[^\S\n]+/g, " ").replace(/\s*\n\s*/g, "\n").trim();
}

function read(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(UNSAID)) return "";
  const inner = [...node.childNodes].map(read).join("");
  if (getComputedStyle(node).display === "inline") return inner;
  return node.matches("ol > li") ? `\n${numberOf(node)}. ${inner}\n` : `\n${inner}\n`;
}

const numberOf = (item) => item.parentElement.start + [...item.parentElement.children].indexOf(item);

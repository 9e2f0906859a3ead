// What is seen, but would not be heard: said once, politely, one after the other.

const TAKEN_NOTE = 300; // milliseconds, after which a screen reader has what is there
const STAYS = 5000;
const toSay = [];
let isOdd = false;
let emptied;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// `onTop` tells what covers the rest of the page.
export function speak(text, onTop) {
  toSay.push(text);
  if (toSay.length === 1) sayAll(onTop);
}

// The place is empty before each, and every other one ends in a space, so that the same words are
// heard again; it is empty in the end, so that nobody comes upon them there. What is behind an open
// dialog or drawer is not heard, nor what is in a tab that nobody looks at.
async function sayAll(onTop) {
  const spoken = document.getElementById("spoken");
  clearTimeout(emptied);
  for (; toSay.length; toSay.shift()) {
    const place = onTop() ?? document.body;
    if (spoken.parentElement !== place) place.append(spoken);
    spoken.textContent = "";
    await pause(TAKEN_NOTE);
    if (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    isOdd = !isOdd;
    spoken.textContent = toSay[0] + (isOdd ? "" : "\u00a0");
    await pause(TAKEN_NOTE);
  }
  emptied = setTimeout(() => spoken.replaceChildren(), STAYS);
}

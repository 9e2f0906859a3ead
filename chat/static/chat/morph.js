// Make what is shown equal to what was drawn anew, and touch nothing but what differs.
//
// So a reader keeps what they hold: a selection, the focus, how far a block is scrolled, a card that
// they have unfolded.

const isElement = (node) => node?.nodeType === Node.ELEMENT_NODE;

// `old` becomes as `fresh`, which is of the same kind.
export function morph(old, fresh) {
  if (old.isEqualNode(fresh) || old.matches(".copy")) return; // the latter may say that it has copied
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isTheReaders(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morphChildren(old, old.firstChild, fresh.childNodes);
}

const isTheReaders = (node, name) => name === "open" && node.matches("details");

// The children of `parent` from `place` on become as `nodes`; what the page has added itself stays.
export function morphChildren(parent, place, nodes) {
  for (const node of [...nodes]) {
    const same = counterpart(place, node);
    if (!same) {
      parent.insertBefore(node, place);
      continue;
    }
    for (; place !== same; place = removed(place));
    if (isElement(node)) morph(same, node);
    else morphText(same, node.data);
    place = same.nextSibling;
  }
  while (place) place = removed(place);
}

// What is to become `node`: the next that is equal to it, else what stands here, if it is of its kind.
function counterpart(place, node) {
  if (!isElement(node)) return place?.nodeType === node.nodeType ? place : null;
  for (let other = place; other; other = other.nextSibling) {
    if (node.id ? other.id === node.id : other.isEqualNode(node)) return other;
  }
  const here = isElement(place) ? place : isElement(place?.nextSibling) && !place.data.trim() ? place.nextSibling : null;
  return here && isAlike(here, node) ? here : null;
}

// A button that does something else is another one, and whoever has the focus on it loses that.
const isAlike = (old, fresh) =>
  !old.id && !fresh.id && old.localName === fresh.localName && old.getAttribute("action") === fresh.getAttribute("action");

function removed(node) {
  const next = node.nextSibling;
  if (!isElement(node) || !("own" in node.dataset)) node.remove();
  return next;
}

// A selection moves with the letters around which something is put in, cut off or parted.
function morphText(old, text) {
  if (old.data === text) return;
  if (text && old.data.startsWith(text)) return void old.splitText(text.length);
  const shorter = Math.min(old.length, text.length);
  let head = 0;
  while (head < shorter && old.data[head] === text[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.data.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  old.replaceData(head, old.length - head - tail, text.slice(head, text.length - tail));
}

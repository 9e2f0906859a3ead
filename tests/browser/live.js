// Tells `isSaid` of each change in a live region, as https://www.w3.org/TR/wai-aria-1.2/ has it:
// the nearest of them that is one counts, and what is atomic in it is said as a whole.

const LIVE = { alert: "assertive", status: "polite", log: "polite", timer: "off", marquee: "off" };
const ATOMIC = ["alert", "status"];

const roleOf = (element) => element.getAttribute("role") ?? (element.matches("output") ? "status" : null);
const liveOf = (element) => element.getAttribute("aria-live") ?? LIVE[roleOf(element)];
const isAtomic = (element) => (element.getAttribute("aria-atomic") ?? String(ATOMIC.includes(roleOf(element)))) === "true";

function nearest(element, is) {
  for (let each = element; each; each = each.parentElement) if (is(each)) return each;
  return null;
}

function isHidden(element) {
  if (!element.isConnected || !element.checkVisibility({ visibilityProperty: true })) return true;
  const modal = [...document.querySelectorAll("dialog:modal")].at(-1);
  if (modal && !modal.contains(element)) return true;
  return element.closest("[aria-hidden=true], [inert]") !== null;
}

function textOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || isHidden(node)) return "";
  if (node.matches("button, input, textarea, select")) return ` ${node.ariaLabel ?? node.value ?? ""} ${node.textContent} `;
  const inner = [...node.childNodes].map(textOf).join("");
  return getComputedStyle(node).display.startsWith("inline") ? inner : ` ${inner} `;
}

// What is said of one change: the node, or what is atomic around it, by its live region.
function heard(node, said) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  if (!element || isHidden(element)) return;
  const region = nearest(element, liveOf);
  if (!region || liveOf(region) === "off") return;
  const whole = nearest(element, (each) => each === region || isAtomic(each));
  said.set(isAtomic(whole) ? whole : node, liveOf(region));
}

function regionsIn(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  return [node, ...node.querySelectorAll("*")].filter((each) => liveOf(each) !== undefined);
}

function observe(records) {
  const said = new Map();
  for (const { type, target, addedNodes } of records) {
    if (type === "attributes" && ["alert"].includes(roleOf(target))) heard(target, said); // it is shown
    if (type === "characterData") heard(target, said);
    for (const node of addedNodes) {
      heard(node, said);
      for (const region of regionsIn(node)) heard(region, said);
    }
  }
  for (const [node, live] of said) {
    const text = textOf(node).replace(/\s+/g, " ").trim();
    if (text) window.isSaid(`${live}: ${text}`);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  new MutationObserver(observe).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["hidden"],
  });
});

// Keeps what the reader looks at, or types into, where it is while the page around it changes.
const READ = "[data-comment], textarea, .idea-part, h1, h2";

function anchorIn(height) {
  const focused = document.activeElement;
  if (focused?.matches("input, textarea, select")) return focused;
  for (const element of document.querySelectorAll(READ)) {
    const box = element.getBoundingClientRect();
    if (box.height && box.bottom > 60 && box.top < height) return element;
  }
  return null;
}

/** Run `change`, then scroll by what it moved the anchor. Native scroll anchoring is off where this is used (CSS). */
export function hold(change) {
  const anchor = anchorIn(innerHeight);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor?.isConnected) return;
  const moved = anchor.getBoundingClientRect().top - before;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

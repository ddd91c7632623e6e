// How many new comments the reader hasn't seen, and the way to the first. What has been in view counts as seen.

const inView = (element) => {
  const box = element.getBoundingClientRect();
  return box.height > 0 && box.top < innerHeight && box.bottom > 0;
};

/** Counts in `bar`, whose first child is the button. `one` and `many` (with {n}) are what it says. */
export function newsIn(bar, { one, many }) {
  let unread = [];

  function show() {
    unread = unread.filter((comment) => comment.isConnected && !inView(comment));
    bar.hidden = !unread.length;
    bar.firstElementChild.textContent = unread.length === 1 ? one : many.replace("{n}", unread.length);
  }

  function clear() {
    unread = [];
    bar.hidden = true;
  }

  function goTo() {
    const first = unread.find((comment) => comment.isConnected);
    clear();
    first?.scrollIntoView({ block: "center" });
    first?.focus({ preventScroll: true });
  }

  addEventListener("scroll", () => unread.length && show(), { passive: true });
  return { add: (comment) => unread.push(comment), show, clear, goTo };
}

// A short word about what has just happened, in the page's polite live region.
const region = document.querySelector("[data-toasts]");

/** Say `text`; `action` and `url` add one thing to do about it; `urgent` stays until it is closed by another. */
export function toast(text, { action, url, urgent = false, seconds = 6 } = {}) {
  if (!region) return;
  const element = document.createElement("div");
  element.className = urgent ? "toast toast--signal" : "toast";
  element.textContent = text;
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = action;
    element.append(" ", link);
  }
  region.append(element);
  while (region.children.length > 3) region.firstElementChild.remove();
  if (urgent) return;
  let timer = setTimeout(() => element.remove(), seconds * 1000);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => (timer = setTimeout(() => element.remove(), 2000)));
}

/** Tell a screen reader something that the eye can already see. */
export function announce(text) {
  const line = document.querySelector("[data-announce]");
  if (line) line.textContent = text;
}

/** The header's and footer's line: "live", "trying" or "offline"; "" hides it. */
export function showStatus(status) {
  for (const line of document.querySelectorAll("[data-live-status]")) {
    line.dataset.status = status;
    line.hidden = !status;
    for (const text of line.querySelectorAll("[data-status-text]")) text.hidden = text.dataset.statusText !== status;
  }
}

for (const button of document.querySelectorAll("[data-notice-close]")) {
  button.hidden = false;
  button.addEventListener("click", () => button.closest("[data-notice]").remove());
}

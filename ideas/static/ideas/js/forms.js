// Counters, one submission at a time, the error summary's focus, and a question before unsaved words are left behind.
import { word } from "./words.js";

function count(counter) {
  const area = document.getElementById(counter.dataset.counter);
  if (!area) return;
  const left = Number(counter.dataset.max) - [...area.value].length;
  counter.textContent = left >= 0 ? `${left} ${word("characters")}` : `${-left} ${word("over")}`;
  counter.classList.toggle("is-near", left >= 0 && left <= counter.dataset.max * 0.1);
  counter.classList.toggle("is-over", left < 0);
}

for (const counter of document.querySelectorAll("[data-counter]")) count(counter);
document.addEventListener("input", (event) => {
  const counter = event.target.id && document.querySelector(`[data-counter="${CSS.escape(event.target.id)}"]`);
  if (counter) count(counter);
});

document.querySelector("[data-focus]")?.focus();

// A form marked data-guard asks before the page is left with changes; `clean(form)` says that they are safe.
const changed = new Set();
export const clean = (form) => changed.delete(form);

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) changed.add(form);
});
document.addEventListener("submit", (event) => {
  clean(event.target);
  if (event.target.method !== "post" || event.defaultPrevented) return;
  if (event.target.dataset.sending) event.preventDefault();
  else {
    event.target.dataset.sending = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  }
});
addEventListener("beforeunload", (event) => {
  for (const form of changed) if (!form.isConnected) changed.delete(form);
  if (changed.size) event.preventDefault();
});
// Coming back by the browser's button must not find the form still locked.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

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

function unlock(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  clean(form);
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) return event.preventDefault();
  // Only once every other listener has had its say: a form that scripts send themselves is theirs to lock.
  setTimeout(() => {
    if (event.defaultPrevented) return;
    form.dataset.sending = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(unlock, 10_000, form);
  });
});

addEventListener("beforeunload", (event) => {
  for (const form of changed) if (!form.isConnected) changed.delete(form);
  if (changed.size) event.preventDefault();
});

// Coming back by the browser's button must not find the form still locked.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) unlock(form);
});

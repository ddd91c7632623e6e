// Copies what a button stands for; where the browser refuses, what can be copied by hand is selected.
import { toast } from "./toasts.js";

const words = document.querySelector("script[data-copied]").dataset;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(words.copied);
  } catch {
    window.prompt(words.selected, button.dataset.copy);
  }
});

document.addEventListener("focusin", ({ target }) => target.matches("[data-select]") && target.select());

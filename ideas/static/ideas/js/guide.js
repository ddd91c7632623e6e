// The marks of the parts of a long form, and what is missing in it, as it is filled.
const guide = document.querySelector("[data-guide]");
const form = guide?.closest("form");

/** Whether a text is empty, or has nothing but headings, as a template gives them. */
export const saysNothing = (text) => text.split("\n").every((line) => !line.trim() || line.startsWith("# "));

const isWritten = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : !saysNothing(field.value));
const isFilled = (name) => [...form.elements].some((field) => field.name === name && isWritten(field));

function mark() {
  for (const line of guide.querySelectorAll("[data-mark]")) {
    const fields = line.dataset.mark.split(" ");
    const done = fields.filter(isFilled).length;
    line.textContent = line.dataset.markWords.replace("{n}", done).replace("{total}", fields.length);
    line.classList.toggle("is-whole", done === fields.length);
  }
  for (const link of guide.querySelectorAll("[data-missing]")) link.hidden = isFilled(link.dataset.missing);
}

if (form) {
  form.addEventListener("input", mark);
  mark();
}

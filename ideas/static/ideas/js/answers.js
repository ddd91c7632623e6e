// Texts to begin an answer with: put where the reader writes, without a reload. Without scripts each is a link.
const area = document.querySelector("textarea[name=reason], .decide textarea");
const links = [...document.querySelectorAll("[data-answer]")];

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-answer]");
  if (!link || !area || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const typed = area.value.trim();
  // A ready text gives way to another one; the reader's own words stay.
  const own = typed && !links.some((one) => one.dataset.answer === typed);
  area.value = own ? `${area.value.trimEnd()}\n\n${link.dataset.answer}` : link.dataset.answer;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});

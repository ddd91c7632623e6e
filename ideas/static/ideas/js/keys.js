// j k move between cards, Enter opens, / searches, c writes, ? lists the keys. Never while somebody is typing.
const typing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function move(step) {
  const cards = [...document.querySelectorAll("[data-card]")].filter((card) => card.offsetParent);
  if (!cards.length) return;
  const here = cards.findIndex((card) => card.classList.contains("is-here"));
  const next = cards[Math.min(Math.max(here + step, 0), cards.length - 1)];
  cards[here]?.classList.remove("is-here");
  next.classList.add("is-here");
  (next.querySelector("a.covers") ?? next.querySelector("a"))?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const acts = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("[data-search], input[type=search]")?.focus(),
  c: () => document.querySelector("[data-composer] textarea, .composer textarea")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

/** Keys of one page, {key: act}; it lists them in a template[data-keys] for the list of keys. */
export function addKeys(more) {
  Object.assign(acts, more);
  const list = document.querySelector("#keys .keys");
  for (const template of document.querySelectorAll("template[data-keys]")) list?.prepend(template.content.cloneNode(true));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || !Object.hasOwn(acts, event.key)) return;
  event.preventDefault();
  acts[event.key]();
});

/* Points out with whom an organisation works, while the pointer or the focus is on its name. */

for (const drawing of document.querySelectorAll("[data-network]")) {
  const show = (node) => {
    drawing.classList.toggle("is-pointing", Boolean(node));
    for (const arc of drawing.querySelectorAll("[data-ends]")) {
      arc.classList.toggle("is-lit", Boolean(node) && arc.dataset.ends.split(" ").includes(node.dataset.node));
    }
  };
  drawing.addEventListener("pointerover", (event) => show(event.target.closest("[data-node]")));
  drawing.addEventListener("pointerleave", () => show(null));
  drawing.addEventListener("focusin", (event) => show(event.target.closest("[data-node]")));
  drawing.addEventListener("focusout", () => show(null));
}

// A side panel follows the reader; one that is taller than the window goes along until its end shows.
const panel = document.querySelector("[data-stuck]");

const place = () => {
  const gap = 24;
  const below = document.querySelector(".top").offsetHeight + gap;
  panel.style.setProperty("--stuck-at", `${Math.min(below, innerHeight - panel.offsetHeight - gap)}px`);
};

if (panel) {
  new ResizeObserver(place).observe(panel);
  addEventListener("resize", place);
}

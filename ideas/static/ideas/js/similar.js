// Ideas like the one being written, quietly below its title; they come a moment after the last key.
import { fragment } from "./post.js";

const WAIT_MS = 700;
const place = document.querySelector("[data-similar]");
const form = place?.closest("form");

if (form) {
  const { title } = form.elements;
  let timer = 0;
  let asked = "";

  const ask = async () => {
    const query = new URLSearchParams({ title: title.value, language: form.elements.language.value, but: place.dataset.but }).toString();
    if (query === asked) return;
    asked = query;
    const html = await fragment(`${place.dataset.similar}?${query}`);
    // A later question is on its way, or the server can't say now.
    if (query === asked && html !== null) place.innerHTML = html;
  };
  const plan = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  };

  title.addEventListener("input", plan);
  form.addEventListener("change", (event) => event.target.name === "language" && plan());
  if (title.value) plan();
}

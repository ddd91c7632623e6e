// The outline for the call that is chosen in an idea's form: what to write where, as soon as the call is chosen.
//
// [data-outline=ADDRESS], [data-outline-near], [data-outline-prompts=FIELD] get what the address gives for a call.
import { saysNothing } from "./guide.js";
import { fragment } from "./post.js";

const place = document.querySelector("[data-outline]");
const form = place?.closest("form");
const TEXTS = ["problem", "approach", "expected_result", "advantage"];
let asked = 0;

async function renew() {
  const mine = (asked += 1);
  const query = new URLSearchParams({ call: form.elements.call.value });
  for (const name of TEXTS) if (form.elements[name].value.trim() && saysNothing(form.elements[name].value)) query.append("headed", name);
  const html = await fragment(`${place.dataset.outline}?${query}`);
  // A later choice is on its way, or the server can't say now: then the button of the form still can.
  if (html === null || mine !== asked) return;
  const next = new DOMParser().parseFromString(html, "text/html");
  for (const part of next.body.children) {
    const name = part.dataset.outlinePrompts;
    const here = name ? form.querySelector(`[data-outline-prompts=${name}]`) : form.querySelector(part.hasAttribute("data-outline") ? "[data-outline]" : "[data-outline-near]");
    here?.replaceChildren(...part.childNodes);
  }
}

form?.elements.call.addEventListener("change", renew);

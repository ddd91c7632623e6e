// How far reviews are, live: the page asks anew for what its reader may know, and swaps it in its place.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { refreshTimes } from "./times.js";
import { announce } from "./toasts.js";

const place = document.querySelector("[data-reviews]");
// On the page of a list the topic is named by the list itself.
const { topic, after, epoch } = (place?.dataset.topic ? place : document.querySelector("[data-shortlist]"))?.dataset ?? {};
const KINDS = new Set(["reviews.changed", "shortlist.changed"]);
let asked = 0; // the newest answer wins: an older one that comes late is dropped

async function refresh() {
  const mine = (asked += 1);
  const html = await fragment(place.dataset.url);
  if (html && mine === asked) show(html);
}

function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html").body;
  // The panel brings its own place along; the overview comes as what stands in it.
  const fresh = next.querySelector("[data-reviews]") ?? next;
  const [old, now] = [place, fresh].map((element) => element.textContent.replace(/\s+/g, " "));
  if (old === now) return;
  refreshTimes(fresh);
  const focused = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
  hold(() => place.replaceChildren(...fresh.childNodes));
  if (focused) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  if (place.dataset.changed) announce(place.dataset.changed);
}

if (place && topic) follow(topic, { after, epoch }, ({ kind }) => KINDS.has(kind) && refresh());

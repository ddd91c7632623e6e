// The lead's desk, brought up to date when the bell rings, and when the reader comes back to it.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { refreshTimes } from "./times.js";

const QUIET_MS = 1_000; // several notices of one act make one look
const STALE_MS = 30_000;

const desk = document.querySelector("[data-desk]");
let asked = 0; // the newest answer wins: an older one that comes late is dropped
let drawnAt = Date.now();
let waiting = 0;

async function refresh() {
  const mine = (asked += 1);
  const html = await fragment(desk.dataset.url);
  if (!html || mine !== asked) return;
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-desk-part]");
  if (!fresh) return;
  drawnAt = Date.now();
  show(fresh);
}

function show(fresh) {
  const now = desk.querySelector("[data-desk-part]");
  if (now.innerHTML === fresh.innerHTML) return;
  // Nothing leaves from under the pointer: it waits until the pointer has left.
  if (now.matches(":hover") && matchMedia("(hover: hover)").matches) {
    now.addEventListener("pointerleave", refresh, { once: true });
    return;
  }
  const focused = now.contains(document.activeElement) && document.activeElement.getAttribute("href");
  hold(() => now.replaceWith(document.adoptNode(fresh)));
  refreshTimes(desk);
  if (focused) desk.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, QUIET_MS);
}

function back() {
  if (document.visibilityState === "visible" && Date.now() - drawnAt > STALE_MS) soon();
}

if (desk) {
  const { topic, after, epoch } = desk.dataset;
  follow(topic, { after, epoch }, soon);
  addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
}

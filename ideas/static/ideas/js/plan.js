// The plan of an idea, live for its team: drawn by the server, swapped in its place. Without scripts the buttons post.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { teamFollower } from "./team.js";
import { refreshTimes } from "./times.js";
import { toast } from "./toasts.js";

const panel = () => document.querySelector("[data-plan]");
const today = () => new Date().toDateString();
let drawn = today();
let asked = 0; // the newest answer wins: an older one that comes late is dropped
const attend = teamFollower(({ kind }) => kind === "plan.changed" && refresh(), refresh);

async function refresh() {
  const mine = (asked += 1);
  const html = await fragment(panel().dataset.fragment);
  if (html && mine === asked) show(html);
}

/** What stands where: while this stays the same, nothing moves. */
function outline(element) {
  const parts = [...element.querySelectorAll("[data-part]")].map((part) => part.dataset.part);
  return [element.dataset.topic ?? "", element.querySelector(".notice")?.textContent ?? "", ...parts].join(" ");
}

function show(html, { own = false } = {}) {
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-plan]");
  const now = panel();
  if (!next) return;
  refreshTimes(next);
  const moves = outline(now) !== outline(next);
  // Nothing leaves from under the pointer: it waits until the pointer has left.
  if (moves && !own && now.matches(":hover") && matchMedia("(hover: hover)").matches)
    return now.addEventListener("pointerleave", refresh, { once: true });
  const focused = now.contains(document.activeElement) && document.activeElement.id;
  hold(() => (moves ? now.replaceWith(document.adoptNode(next)) : renew(now, next)));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (next.dataset.refused) toast(next.dataset.refused);
  drawn = today();
  attend(panel().dataset);
}

/** Only the parts that say something else, so that a press half way stays on its button. */
function renew(now, next) {
  for (const part of next.querySelectorAll("[data-part]")) {
    const old = now.querySelector(`[data-part="${part.dataset.part}"]`);
    if (bare(old) === bare(part)) continue;
    old.replaceWith(document.adoptNode(part));
    if (!part.matches("li")) continue;
    part.classList.add("is-changed");
    setTimeout(() => part.classList.remove("is-changed"), 3000);
  }
}

/** What a part says, without tokens that are new each time and glows that pass. */
const bare = (part) => part.outerHTML.replace(/ name="csrfmiddlewaretoken" value="[^"]*"| is-changed/g, "");

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-plan] form");
  if (!form) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  event.submitter?.setAttribute("aria-busy", "true");
  const options = { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" };
  const answer = await fetch(form.action, options).catch(() => null);
  event.submitter?.removeAttribute("aria-busy");
  if (answer?.status !== 200 && answer?.status !== 409) return toast(panel().dataset.failed, { urgent: true });
  const html = await answer.text();
  asked += 1;
  show(html, { own: true });
});

// Another target or another team make another plan; dates of the call move its days.
const page = document.querySelector("[data-live-topic]");
const elsewhere = new Set(["idea.changed", "consortium.changed", "deadline.changed"]);
if (page) {
  const { liveTopic, liveAfter, liveEpoch } = page.dataset;
  follow(liveTopic, { after: liveAfter, epoch: liveEpoch }, ({ kind }) => elsewhere.has(kind) && refresh());
}
document.addEventListener("visibilitychange", () => document.hidden || drawn === today() || refresh());
attend(panel().dataset);

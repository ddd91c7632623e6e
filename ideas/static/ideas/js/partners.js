// The consortium sheet, live for the team: drawn by the server, swapped in its place.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { teamFollower } from "./team.js";

const sheet = () => document.querySelector("[data-sheet]");
const told = new Set(["partners.changed", "consortium.changed", "idea.changed", "deadline.changed"]);
let asked = 0; // the newest answer wins: an older one that comes late is dropped

async function refresh() {
  const mine = (asked += 1);
  const html = await fragment(sheet().dataset.fragment);
  const next = html && new DOMParser().parseFromString(html, "text/html").querySelector("[data-sheet]");
  if (!next || mine !== asked) return;
  const now = sheet();
  // Nothing leaves from under the pointer: it waits until the pointer has left. What is closed to the reader goes now.
  if (next.dataset.topic && now.matches(":hover") && matchMedia("(hover: hover)").matches && moves(now, next))
    return now.addEventListener("pointerleave", refresh, { once: true });
  attend(next.dataset);
  if (now.outerHTML !== next.outerHTML) hold(() => now.replaceWith(document.adoptNode(next)));
}

const parts = (element) => [...element.querySelectorAll("[data-part]")].map(({ dataset }) => dataset.part).join(" ");
const moves = (now, next) => parts(now) !== parts(next);

const hear = ({ kind }) => told.has(kind) && refresh();
const attend = teamFollower(hear, refresh);

const page = document.querySelector("[data-live-topic]");
if (page && sheet()) {
  const { liveTopic, liveAfter, liveEpoch } = page.dataset;
  follow(liveTopic, { after: liveAfter, epoch: liveEpoch }, hear);
  attend(sheet().dataset);
}

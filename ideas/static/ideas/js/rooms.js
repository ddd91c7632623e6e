// The tabs of an idea's two discussions: they come with the team and go with it, and count what stands in either.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { teamFollower } from "./team.js";

const SOON_MS = 150;
const holder = document.querySelector("[data-rooms]");
let asked = 0; // the newest answer wins: an older one that comes late is dropped
let waiting = 0;

async function refresh() {
  waiting = 0;
  const mine = (asked += 1);
  const html = await fragment(holder.dataset.fragment);
  const next = html && new DOMParser().parseFromString(html, "text/html").querySelector("[data-rooms]");
  if (!next || mine !== asked) return;
  for (const name of ["topic", "after", "epoch"]) {
    if (name in next.dataset) holder.dataset[name] = next.dataset[name];
    else delete holder.dataset[name];
  }
  if (holder.innerHTML !== next.innerHTML) hold(() => holder.replaceChildren(...document.adoptNode(next).childNodes));
  attend(holder.dataset);
}

/** Several comments at once are one question. */
const soon = () => (waiting ||= setTimeout(refresh, SOON_MS));
const counts = new Set(["comment.posted", "comment.deleted", "consortium.changed", "idea.changed"]);
const hear = ({ kind }) => counts.has(kind) && soon();
const attend = teamFollower(hear, refresh);

const page = holder?.closest("[data-live-topic]");
if (page) {
  const { liveTopic, liveAfter, liveEpoch } = page.dataset;
  follow(liveTopic, { after: liveAfter, epoch: liveEpoch }, hear);
  attend(holder.dataset);
}

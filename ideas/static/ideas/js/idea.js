// The page of one idea: says when its text has changed since it was drawn, and keeps the call's dates as they are now.
// Comments and consortium look after themselves.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { refreshTimes } from "./times.js";

const page = document.querySelector("[data-live-topic]");
const notice = page?.querySelector("[data-idea-changed]");

/** The dates of the call stand by themselves: they change in their place, without a press. */
let asked = 0;
async function renewCall() {
  const mine = (asked += 1);
  const html = await fragment(location.pathname);
  if (mine !== asked) return; // a later answer is the newer one
  const now = page.querySelector("[data-target-call]");
  const next = html && new DOMParser().parseFromString(html, "text/html").querySelector("[data-target-call]");
  if (!now || !next) return (notice.hidden = false);
  refreshTimes(next);
  if (now.innerHTML !== next.innerHTML) hold(() => now.replaceChildren(...next.childNodes));
}

/** What happened stands on the page in its place; whoever has opened the older part finds it open. */
let told = 0;
async function renewHistory() {
  const mine = (told += 1);
  const now = page.querySelector("[data-history]");
  const html = now && (await fragment(now.dataset.history));
  if (!html || mine !== told) return;
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-history]");
  if (!next) return;
  if (now.querySelector("[data-history-older][open]")) next.querySelector("[data-history-older]")?.setAttribute("open", "");
  if (now.innerHTML !== next.innerHTML) hold(() => now.replaceChildren(...next.childNodes));
}
const HAPPENINGS = ["idea.changed", "consortium.changed", "deadline.changed"];

if (notice) {
  const { liveTopic, liveAfter, liveEpoch, ideaVersion, ideaState } = page.dataset;
  const changed = ({ kind, payload }) => {
    if (HAPPENINGS.includes(kind)) renewHistory();
    if (kind === "deadline.changed") renewCall();
    else if (kind === "idea.changed" && (payload.version !== Number(ideaVersion) || payload.state !== ideaState)) notice.hidden = false;
  };
  const onRevoked = () => {
    notice.hidden = true;
    page.querySelector("[data-idea-gone]").hidden = false;
  };
  follow(liveTopic, { after: liveAfter, epoch: liveEpoch }, changed, { onRevoked });
}

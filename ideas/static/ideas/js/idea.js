// The page of one idea: says when its text has changed since it was drawn. Comments and consortium look after themselves.
import { follow } from "../../realtime/live.js";

const page = document.querySelector("[data-live-topic]");
const notice = page?.querySelector("[data-idea-changed]");

if (notice) {
  const { liveTopic, liveAfter, liveEpoch, ideaVersion, ideaState } = page.dataset;
  const changed = ({ kind, payload }) => {
    const news = kind === "deadline.changed" || (kind === "idea.changed" && (payload.version !== Number(ideaVersion) || payload.state !== ideaState));
    if (news) notice.hidden = false;
  };
  const onRevoked = () => {
    notice.hidden = true;
    page.querySelector("[data-idea-gone]").hidden = false;
  };
  follow(liveTopic, { after: liveAfter, epoch: liveEpoch }, changed, { onRevoked });
}

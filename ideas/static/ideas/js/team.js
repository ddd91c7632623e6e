// The team's topic of an idea: what a page shows of the team names it, and only as long as the reader is on the team.
import { follow } from "../../realtime/live.js";

/**
 * Returns attend({topic, after, epoch}), to be called with what each drawing names: it follows that topic, and leaves the
 * one before. `hear(change)` hears its changes, `revoked()` that it was closed to the reader.
 */
export function teamFollower(hear, revoked) {
  let followed = "";
  let unfollow = null;
  return ({ topic = "", after, epoch }) => {
    if (topic === followed) return;
    unfollow?.();
    followed = topic;
    unfollow = topic ? follow(topic, { after, epoch }, hear, { onRevoked: revoked }) : null;
  };
}

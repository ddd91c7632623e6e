// A call's page says so when its dates change under the reader's eyes.
import { follow } from "../../realtime/live.js";

const page = document.querySelector("[data-call]");
const notice = document.querySelector("[data-deadline-changed]");
if (page && notice) {
  const { topic, after, epoch } = page.dataset;
  follow(topic, { after, epoch }, (change) => {
    if (change.kind === "deadline.changed") notice.hidden = false;
  });
}

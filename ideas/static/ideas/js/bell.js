// The header's bell counts by itself, and the page says whether it is live.
import { follow, status } from "../../realtime/live.js";
import { announce, showStatus, toast } from "./toasts.js";

const bell = document.querySelector("[data-bell]");
const LINE = { online: "live", resuming: "trying", offline: "offline", signed_out: "offline" };

for (const name of Object.keys(LINE)) status.addEventListener(name, () => showStatus(LINE[name]));

if (bell) {
  const figure = bell.querySelector("[data-unread]");
  const { topic, after, epoch, newest, word, signedOut, signIn, login } = bell.dataset;
  let last = Number(newest);

  const show = (unread) => {
    figure.textContent = unread;
    figure.hidden = !unread;
  };

  follow(topic, { after, epoch }, ({ kind, payload }) => {
    if (kind === "notification.read") {
      last = payload.newest;
      show(payload.unread);
    }
    // The count on the page may have seen it already: the position was read before it.
    if (kind !== "notification.added" || payload.id <= last) return;
    last = payload.id;
    show(Number(figure.textContent) + 1);
    announce(word);
  });

  status.addEventListener("signed_out", () => toast(signedOut, { url: login, action: signIn, urgent: true }));
}

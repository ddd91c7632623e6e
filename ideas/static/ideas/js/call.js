// A call's page keeps its dates as they are now: what changed is drawn anew in its place, by the server's own markup.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { refreshTimes } from "./times.js";

const page = document.querySelector("[data-call]");
const notice = document.querySelector("[data-deadline-changed]");

let asked = 0;
async function renew() {
  const mine = (asked += 1);
  const html = await fragment(location.pathname);
  if (mine !== asked) return; // a later answer is the newer one
  const fresh = html && new DOMParser().parseFromString(html, "text/html");
  if (!fresh?.querySelector("[data-call]")) return (notice.hidden = false);
  notice.hidden = true;
  hold(() => page.querySelectorAll("[data-renew]").forEach((part) => swap(part, fresh)));
  document.querySelector("[data-announce]").textContent = notice.dataset.said;
}

function swap(part, fresh) {
  const next = fresh.querySelector(`[data-renew="${part.dataset.renew}"]`);
  if (!next) return;
  refreshTimes(next);
  if (part.innerHTML === next.innerHTML) return;
  const isOpen = part.querySelector("details")?.open;
  part.replaceChildren(...next.childNodes);
  if (isOpen) part.querySelector("details")?.setAttribute("open", "");
  part.classList.remove("is-changed");
  requestAnimationFrame(() => part.classList.add("is-changed"));
}

if (page && notice) {
  const { topic, after, epoch } = page.dataset;
  follow(topic, { after, epoch }, ({ kind }) => kind === "deadline.changed" && renew());
}

// Files beside an idea: sent with a bar that shows how far it is, and the list kept live. Without scripts the form posts.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { refreshTimes } from "./times.js";
import { announce, toast } from "./toasts.js";

const panel = () => document.querySelector("[data-attachments]");
const drawnFrom = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-attachments]");
let asked = 0; // the newest answer wins: an older one that comes late is dropped
let sending = null;
let followed = "";
let unfollow = null;

/** The list alone: what somebody is about to send stays as it is. */
async function refresh() {
  const mine = (asked += 1);
  const html = await fragment(panel().dataset.fragment);
  const next = html && mine === asked ? drawnFrom(html) : null;
  if (!next) return;
  const now = panel();
  const [old, list] = [now, next].map((element) => element.querySelector("[data-files]"));
  const upload = now.querySelector("[data-upload]");
  refreshTimes(next);
  if (bare(old) !== bare(list)) hold(() => old.replaceWith(document.adoptNode(list)));
  if (!sending && Boolean(upload) !== Boolean(next.querySelector("[data-upload]"))) swap(next);
  now.hidden = next.hidden;
  attend(next);
}

const bare = (list) => [...list.children].map(({ id }) => id).join(" ");

function swap(next) {
  attend(next);
  hold(() => panel().replaceWith(document.adoptNode(next)));
}

/** Follow the team's topic as long as the reader is on the team: the panel names it to nobody else. */
function attend({ dataset }) {
  const { topic = "", after, epoch } = dataset;
  if (topic === followed) return;
  unfollow?.();
  followed = topic;
  unfollow = topic ? follow(topic, { after, epoch }, hear, { onRevoked: refresh }) : null;
}

const hear = ({ kind }) => (kind.startsWith("attachment.") || kind === "consortium.changed") && refresh();

// Sending ------------------------------------------------------------------------------------------------------------

function complain(form, text) {
  const field = form.querySelector("input[type=file]").closest(".field");
  const place = field.querySelector(".field__error") ?? field.appendChild(document.createElement("div"));
  place.className = "field__error";
  place.setAttribute("role", "alert");
  place.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
  field.classList.add("has-error");
}

function show(form, share) {
  const line = form.querySelector("[data-progress]");
  line.hidden = share === null;
  // From the last byte on the server looks at the file, and nobody knows for how long.
  const bar = line.querySelector("progress");
  if (share === null || share >= 1) bar.removeAttribute("value");
  else bar.value = Math.floor(share * 100);
  form.querySelector(".form__acts").hidden = share !== null;
}

function ended(form, { status, responseText, responseURL }) {
  sending = null;
  show(form, null);
  const next = [200, 400, 409].includes(status) ? drawnFrom(responseText) : null;
  if (!next) {
    const text = status === 413 ? form.dataset.tooLarge : form.dataset.lost;
    return complain(form, status === 403 || responseURL.includes("/account/") ? form.dataset.signedOut : text);
  }
  refreshTimes(next);
  asked += 1;
  if (status === 200) {
    swap(next);
    toast(form.dataset.done);
    return panel().querySelector("summary")?.focus();
  }
  const texts = [...next.querySelectorAll(".field__error p")].map((line) => line.textContent);
  complain(form, texts.join(" "));
  announce(texts.join(" "));
}

function send(form) {
  const file = form.querySelector("input[type=file]").files[0];
  if (file && file.size > Number(form.dataset.largest)) return complain(form, form.dataset.tooLarge);
  sending = new XMLHttpRequest();
  sending.open("POST", form.action);
  sending.setRequestHeader("HX-Request", "true");
  sending.upload.addEventListener("progress", ({ loaded, total }) => sending && show(form, loaded / total));
  sending.addEventListener("load", ({ target }) => ended(form, target));
  sending.addEventListener("error", ({ target }) => ended(form, target));
  sending.addEventListener("abort", () => ((sending = null), show(form, null)));
  show(form, 0);
  sending.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-upload] form");
  if (!form) return;
  event.preventDefault();
  if (!sending) send(form);
});
document.addEventListener("click", (event) => event.target.closest("[data-cancel]") && sending?.abort());
addEventListener("beforeunload", (event) => sending && event.preventDefault());

const page = document.querySelector("[data-live-topic]");
if (page && panel()) {
  const { liveTopic, liveAfter, liveEpoch } = page.dataset;
  follow(liveTopic, { after: liveAfter, epoch: liveEpoch }, hear);
  attend(panel());
}

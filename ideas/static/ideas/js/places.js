// The places of an idea for its authors: live, and moved without a reload. Without scripts every button posts by itself.
import { follow } from "../../realtime/live.js";
import { clean } from "./forms.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { refreshTimes } from "./times.js";
import { announce, toast } from "./toasts.js";

const page = document.querySelector("[data-places-page]");
const own = page.dataset;
const waiting = page.querySelector("[data-waiting]");
let asking = false;
let again = false;

const part = () => page.querySelector("[data-places]");

/** Whether taking the list away would take words from the reader. */
function busy() {
  return [...part().querySelectorAll("textarea")].some((area) => area.value || area === document.activeElement);
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-places]");
  if (!fresh) return location.reload();
  const next = document.importNode(fresh, true);
  const focused = part().contains(document.activeElement) ? document.activeElement.id : "";
  for (const element of part().querySelectorAll("details[open][id]")) {
    const same = next.querySelector(`#${element.id}`);
    if (same) same.open = true;
  }
  for (const form of part().querySelectorAll("form[data-guard]")) clean(form);
  refreshTimes(next);
  hold(() => part().replaceWith(next));
  waiting.hidden = true;
  refocus(focused);
  if (next.dataset.said) announce(next.dataset.said);
  return undefined;
}

function refocus(id) {
  const element = id && document.getElementById(id);
  if (!element) return;
  // A button that came to the end of its way is off; its neighbour carries on.
  const usable = element.disabled ? element.parentElement.querySelector("button:not([disabled])") : element;
  usable?.focus({ preventScroll: true });
}

async function refresh() {
  if (asking) return (again = true);
  asking = true;
  const html = await fragment(own.url);
  asking = false;
  if (html) show(html);
  else waiting.hidden = false;
  if (again) {
    again = false;
    catchUp();
  }
  return undefined;
}

function catchUp() {
  if (busy()) waiting.hidden = false;
  else refresh();
}

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" });
    // 400 and 409 carry the list as it is now, and say why nothing was changed.
    if (!answer.ok && answer.status !== 400 && answer.status !== 409) throw new Error(String(answer.status));
    show(await answer.text());
    if (!answer.ok) toast(part().dataset.said, { urgent: false });
  } catch {
    toast(own.failed, { urgent: true });
  }
}

page.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-act-on-place]") || busy()) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
page.querySelector("[data-show-waiting]").addEventListener("click", refresh);

follow(own.topic1, { after: own.after1, epoch: own.epoch1 }, ({ kind }) => {
  if (kind === "consortium.changed") catchUp();
});
follow(own.topic2, { after: own.after2, epoch: own.epoch2 }, ({ kind, payload }) => {
  const concerns = kind === "request.changed" && payload.idea === Number(own.idea);
  if (concerns || (kind === "notification.added" && payload.url.split("#")[0] === own.ideaUrl)) catchUp();
});

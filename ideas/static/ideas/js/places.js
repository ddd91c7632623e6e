// The places of an idea for its authors, and a member's list of requests: live, and places moved without a reload.
// Without scripts every button posts by itself.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { refreshTimes } from "./times.js";
import { announce, toast } from "./toasts.js";

const page = document.querySelector("[data-places-page]");
const own = page.dataset;
const waiting = page.querySelector("[data-waiting]");
let turn = 0; // the newest question wins: an older answer that comes late is dropped

const part = () => page.querySelector("[data-places]");

/** Whether taking the list away would take words from the reader. */
function busy() {
  return typed().length > 0 || part().contains(document.activeElement?.closest("textarea") ?? null);
}

/** What is written and not sent: [id of its field, words]. */
function typed() {
  const areas = [...part().querySelectorAll("textarea")];
  return areas.filter(({ value }) => value).map(({ id, value }) => [id, value]);
}

/** Put the new list in the old one's place, with what is typed. `anyway`: though a step that it is for is gone. */
function show(html, { anyway = false } = {}) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-places]");
  if (!fresh) return location.reload();
  const next = document.importNode(fresh, true);
  const words = typed();
  if (!anyway && words.some(([id]) => !next.querySelector(`#${id}`))) {
    waiting.hidden = false;
    return undefined;
  }
  for (const [id, said] of words) {
    const area = next.querySelector(`#${id}`);
    if (area) area.value = said;
  }
  const holder = part().contains(document.activeElement) ? document.activeElement : null;
  const place = holder?.closest("[data-place]")?.id;
  for (const element of part().querySelectorAll("details[open][id]")) {
    const same = next.querySelector(`#${element.id}`);
    if (same) same.open = true;
  }
  refreshTimes(next);
  waiting.hidden = true;
  if (bare(part()) === bare(next)) return undefined;
  hold(() => part().replaceWith(next));
  if (holder) refocus(holder.id, place);
  if (next.dataset.said) announce(next.dataset.said);
  return undefined;
}

/** What the list says, without tokens that are new each time. */
const bare = (element) => element.outerHTML.replace(/ name="csrfmiddlewaretoken" value="[^"]*"/g, "");

function refocus(id, place) {
  const element = (id && document.getElementById(id)) || document.querySelector(`#${place} .place__acts .button`);
  if (!element) return;
  // A button that came to the end of its way is off; its neighbour carries on.
  const usable = element.disabled ? element.parentElement.querySelector("button:not([disabled])") : element;
  usable?.focus({ preventScroll: true });
}

async function refresh(options) {
  const mine = ++turn;
  const html = await fragment(own.url);
  if (mine !== turn) return;
  if (html) show(html, options);
  else waiting.hidden = false;
}

function catchUp() {
  if (busy()) waiting.hidden = false;
  else refresh();
}

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const mine = ++turn;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" });
    // 400 and 409 carry the list as it is now, and say why nothing was changed.
    if (!answer.ok && answer.status !== 400 && answer.status !== 409) throw new Error(String(answer.status));
    const html = await answer.text();
    if (mine === turn) show(html);
    if (!answer.ok && part().dataset.said) toast(part().dataset.said, { urgent: false });
  } catch {
    toast(own.failed, { urgent: true });
  }
}

page.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-act-on-place]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
page.querySelector("[data-show-waiting]").addEventListener("click", () => refresh({ anyway: true }));

if (own.ideaTopic) follow(own.ideaTopic, { after: own.ideaAfter, epoch: own.ideaEpoch }, ({ kind }) => {
  if (kind === "consortium.changed") catchUp();
});
follow(own.ownTopic, { after: own.ownAfter, epoch: own.ownEpoch }, ({ kind, payload }) => {
  const concerns = kind === "request.changed" && (!own.idea || payload.idea === Number(own.idea));
  const told = kind === "notification.added" && (own.idea ? payload.url.split("#")[0] === own.ideaUrl : payload.kind.startsWith("join."));
  if (concerns || told) catchUp();
});

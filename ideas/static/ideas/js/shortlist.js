// A shortlist in order: live, moved by buttons, keyboard or the pointer. Without scripts the buttons post by themselves.
import { follow } from "../../realtime/live.js";
import { clean } from "./forms.js";
import { order } from "./order.js";
import { refreshTimes } from "./times.js";
import { announce, toast } from "./toasts.js";

const page = document.querySelector("[data-shortlist]");
const waiting = document.querySelector("[data-waiting]");
let asked = 0; // the newest fetch wins: an older answer that comes late is dropped
let hand = null; // what orders the rows, see order.js
let sending = 0; // one's own acts on their way: their answers bring the list, so that changes heard meanwhile can wait
let heard = 0; // the newest version that the topic told of
let back = false; // an idea came back since the list was fetched

const fields = () => [...page.querySelectorAll("[data-editing][open] :is(textarea, input[type=text])")];
const part = () => page.querySelector("[data-entries]");
const version = () => Number(part().dataset.version);

/** Whether taking the list away would take something from the reader: words, an open question, a row in the hand. */
function busy() {
  const writing = fields().some((field) => field === document.activeElement || field.value !== field.defaultValue);
  return writing || hand.isHeld() || Boolean(page.querySelector("dialog[open]"));
}

function show(html, { say = "" } = {}) {
  const focused = page.contains(document.activeElement) ? document.activeElement.id : "";
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector("[data-entries]");
  if (!fresh) return location.reload();
  const published = fresh.dataset.state !== part().dataset.state;
  const words = typed();
  const picked = [...page.querySelectorAll("[id^=pick-]:checked")].map((box) => box.id);
  const told = page.querySelector("[data-changes]")?.open;
  for (const form of page.querySelectorAll("form[data-guard]")) clean(form);
  part().replaceWith(fresh);
  type(words);
  for (const id of picked) page.querySelector(`#${id}`)?.click();
  const history = page.querySelector("[data-changes]");
  if (history && told) history.open = true;
  ready();
  refocus(focused);
  announce(say || fresh.dataset.said);
  waiting.hidden = true;
  if (published) location.reload(); // the head of the page speaks of the state, too
  return undefined;
}

/** Words that weren't saved, by the id of their field, so that the new list takes them over. */
function typed() {
  return new Map(fields().filter((field) => field.value !== field.defaultValue).map((field) => [field.id, field.value]));
}

function type(words) {
  for (const [id, value] of words) {
    const area = document.getElementById(id);
    if (!area) {
      keepAside(value);
      continue;
    }
    area.closest("details").open = true;
    area.value = value;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Words for an idea that somebody took off meanwhile: they stay to be copied. */
function keepAside(words) {
  const notice = document.querySelector("template[data-aside]").content.cloneNode(true);
  notice.querySelector("[data-words]").textContent = words;
  page.before(notice);
}

function refocus(id) {
  const element = id && document.getElementById(id);
  if (!element) return;
  // A button that came to the end of its way is off; its neighbour carries on.
  const usable = element.disabled ? element.parentElement.querySelector("button:not([disabled])") : element;
  usable?.focus({ preventScroll: true });
}

async function fetchPart(url, options = {}) {
  const turn = ++asked;
  const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
  // 409 carries the list as it is now and says why nothing was moved.
  if (!response.ok && response.status !== 409 && response.status !== 400) throw new Error(String(response.status));
  const html = await response.text();
  return { html, refused: !response.ok, last: turn === asked };
}

/** Fetch the list and show it. What the reader took into the hand meanwhile lets it wait, unless they `wanted` it. */
async function refresh(say = "", { wanted = false } = {}) {
  try {
    const { html, last } = await fetchPart(`${page.dataset.url}?fragment=1`);
    if (last && busy() && !wanted) waiting.hidden = false;
    else if (last) show(html, { say });
  } catch {
    waiting.hidden = false;
  }
}

async function send(form, position) {
  const body = new FormData(form);
  if (position) body.set("position", position);
  sending += 1;
  try {
    const { html, refused, last } = await fetchPart(`${form.action}?fragment=1`, { method: "POST", body });
    if (last) show(html);
    if (refused) toast(part().dataset.said, { urgent: false });
  } catch {
    toast(page.dataset.failed, { urgent: true });
    await refresh();
  } finally {
    sending -= 1;
    catchUp();
  }
}

/** Show what the topic told of, unless it is here already, or the reader has something in the hand. */
function catchUp() {
  if (sending || (heard <= version() && !back)) return;
  back = false;
  if (busy()) waiting.hidden = false;
  else refresh(page.dataset.changed);
}

// Buttons, and rows in the hand -------------------------------------------------------------------------------------

page?.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-move]")) return;
  event.preventDefault();
  send(event.target, event.submitter?.value);
});

// Live ---------------------------------------------------------------------------------------------------------------

function ready() {
  for (const element of page.querySelectorAll("[data-js]")) element.hidden = false;
  refreshTimes(page);
}

/** A published list is followed by everybody; that an idea came back to it only its leads hear, by their bell. */
function followBell() {
  const bell = document.querySelector("[data-bell]");
  if (!bell || !page.querySelector("[data-decision]")) return;
  const { topic, after, epoch } = bell.dataset;
  follow(topic, { after, epoch }, ({ kind, payload }) => {
    if (kind !== "notification.added" || payload.kind !== "decision.answered") return;
    back = true;
    catchUp();
  });
}

if (page) {
  hand = order(page, {
    rows: "[data-entry]",
    grip: "[data-grip]",
    words: { held: page.dataset.sayHeld, moved: page.dataset.sayMoved, back: page.dataset.sayBack },
    dropped: (grip, place) => send(grip.closest("form"), place),
    released: catchUp,
  });
  ready();
  const { topic, after, epoch } = page.dataset;
  follow(topic, { after, epoch }, (change) => {
    // An idea came back revised: the list's version stays, for no place in it has changed.
    if (change.kind === "decisions.answered") back = true;
    else if (change.kind !== "shortlist.changed") return;
    heard = Math.max(heard, change.payload.version ?? 0);
    catchUp();
  });
  followBell();
  document.querySelector("[data-show-waiting]")?.addEventListener("click", () => refresh(page.dataset.changed, { wanted: true }));
}

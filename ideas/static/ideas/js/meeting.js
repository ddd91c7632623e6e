// A meeting's room, the same on every screen. Presses are forms: without scripts they post by themselves. The topic only
// says that something changed; the page asks for its part anew and swaps what differs, never under what is being typed.
import { attend, follow, status } from "../../realtime/live.js";
import { addKeys } from "./keys.js";
import { refreshTimes } from "./times.js";
import { announce, toast } from "./toasts.js";

const AGAIN_MS = 2_000;
const page = document.querySelector("[data-meeting]");
const room = () => page.querySelector("[data-room]");
const parts = (of) => new Map([...of.children].map((part) => [part.dataset.part, part]));
const sources = new WeakMap(); // part → its HTML as it came, to tell whether a fresh one differs
let busy = 0; // fetches on their way
let heard = 0; // the newest change that the topic told of
let here = null; // ids of who is here now; null: nobody has said yet
let given = null; // one's own mark until the server has it: {item, id of its button, sending}
let unfollow = null;

// Swapping -----------------------------------------------------------------------------------------------------------

// What is new in every answer without meaning anything.
const source = (part) => part.outerHTML.replace(/(name="(csrfmiddlewaretoken|client_id)" value|data-now)="[^"]*"/g, "");
const fields = (part) => [...part.querySelectorAll("textarea, input:not([type=hidden])")];
const typed = (field) => (field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
const written = (part) => part.matches("[data-keep]") && fields(part).some(typed);

/** Show a room that came; an answer that an overtaking one has outdated only says why it refused. */
function show(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector("[data-room]");
  if (!fresh) return location.reload();
  const old = room();
  const was = { ...old.dataset };
  if (fresh.dataset.said) toast(fresh.dataset.said);
  if (Number(fresh.dataset.head) < Number(was.head) && fresh.dataset.epoch === was.epoch) return undefined;
  const focused = page.contains(document.activeElement) ? document.activeElement.id : "";
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) old.setAttribute(name, value);
  for (const column of fresh.querySelectorAll("[data-column]")) swap(old.querySelector(`[data-column=${column.dataset.column}]`), column);
  ready();
  refocus(focused);
  say(was, old.dataset);
  return undefined;
}

/** Put what differs of a column in the place of what was there; what stays the same isn't touched. */
function swap(old, fresh) {
  const now = parts(old);
  const next = parts(fresh);
  for (const [name, part] of now) {
    if (next.has(name)) continue;
    if (written(part)) keepAside(part);
    part.remove();
  }
  let last = null;
  for (const [name, part] of next) {
    const there = now.get(name);
    if (there && (sources.get(there) === source(part) || written(there))) {
      last = there;
      if (written(there)) keep(there, part);
      continue;
    }
    sources.set(part, source(part));
    if (there) {
      for (const fold of there.querySelectorAll("[data-fold][open]")) part.querySelector(`#${fold.id}`)?.setAttribute("open", "");
      there.replaceWith(part);
    } else if (last) last.after(part);
    else old.prepend(part);
    last = part;
  }
}

/** What is being written stays, with the idea for which it was begun; of the same idea a press may name what is now. */
function keep(there, fresh) {
  const same = there.dataset.keep === fresh.dataset.keep;
  const [version, newer] = [there, fresh].map((form) => form.querySelector("input[name=version]"));
  if (same && version) version.value = newer.value;
  there.querySelector("[data-about]").hidden = same;
}

/** Words for which there is no place any more: they stay to be copied. */
function keepAside(part) {
  const notice = document.querySelector("template[data-aside]").content.cloneNode(true);
  const words = fields(part).filter((field) => field.type !== "radio").map(({ value }) => value);
  notice.querySelector("[data-words]").textContent = words.join(" ");
  page.before(notice);
}

function refocus(id) {
  const element = id && document.getElementById(id);
  if (!element || element === document.activeElement) return;
  const usable = element.disabled ? element.parentElement.querySelector("button:not([disabled])") : element;
  usable?.focus({ preventScroll: true });
}

/** Tell who doesn't see the screen what all others see. */
function say(was, now) {
  if (now.item !== was.item && now.title) announce(page.dataset.sayTurned.replace("{title}", now.title));
  else if (now.revealed && !was.revealed) announce(page.dataset.sayRevealed.replace("{said}", now.spread));
}

// Asking -------------------------------------------------------------------------------------------------------------

async function ask(url, options = {}) {
  busy += 1;
  try {
    const answer = await fetch(`${url}?part=room`, { headers: { Accept: "text/html" }, redirect: "manual", ...options });
    // 400 and 409 carry the room as it is now, and say why nothing was done.
    if (!answer.ok && answer.status !== 409 && answer.status !== 400) throw Object.assign(new Error("refused"), { status: answer.status });
    return { html: await answer.text(), accepted: answer.ok };
  } finally {
    busy -= 1;
  }
}

async function refresh() {
  try {
    show((await ask(page.dataset.url)).html);
    lost(false);
  } catch {
    lost(true);
    return setTimeout(catchUp, AGAIN_MS);
  }
  return catchUp();
}

/** Show what the topic told of, unless it is here, or an answer is on its way that may bring it. */
function catchUp() {
  if (!busy && heard > Number(room().dataset.head)) refresh();
}

async function send(form, submitter) {
  if (form.ariaBusy === "true") return;
  const body = new FormData(form, submitter);
  form.ariaBusy = "true";
  try {
    const { html, accepted } = await ask(form.action, { method: "POST", body });
    // Accepted words stand in the minutes: the next ones get a fresh form.
    if (accepted && form.matches("[data-keep]")) {
      form.reset();
      sources.delete(form);
    }
    show(html);
    lost(false);
  } catch ({ status: code = 500 }) {
    toast(page.dataset.failed, { urgent: true });
    // An answer that isn't the room: what the presser may has changed. Anything else is the network.
    if (code < 500) refresh();
    else lost(true);
  } finally {
    form.ariaBusy = "false";
    catchUp();
  }
}

/** Give a mark: shown at once; a newer one follows an older one, so that the last press is the one that counts. */
async function give(form, button) {
  const mine = (given = { item: room().dataset.item, id: button.id, sending: given?.sending ?? false });
  press();
  if (mine.sending) return;
  mine.sending = true;
  try {
    show((await ask(form.action, { method: "POST", body: new FormData(form, button) })).html);
    lost(false);
    if (given === mine) given = null;
    else giveLatest();
  } catch ({ status: code = 500 }) {
    // The network, or the server in trouble: tried again. Anything else is an answer: the idea isn't the reader's.
    if (code < 500) given = null;
    else {
      given.sending = false;
      setTimeout(giveLatest, AGAIN_MS);
    }
    lost(true);
  }
  catchUp();
}

/** Give the mark that was pressed last, if its idea is still the current one. */
function giveLatest() {
  const latest = given;
  given = null;
  if (latest?.item === room().dataset.item) click(latest.id);
}

/** Show the mark that one has just given, although the server hasn't said it back yet. */
function press() {
  const button = given && given.item === room().dataset.item && document.getElementById(given.id);
  if (!button) return;
  for (const one of button.form.querySelectorAll("[aria-pressed=true]")) one.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", "true");
}

function lost(on) {
  document.querySelector("[data-lost]").hidden = !on;
}

// Time and people ----------------------------------------------------------------------------------------------------

let ends = 0; // on this browser's clock
let over = false;

/** The server says when the time is over and what time it is there: this browser's own clock may be wrong. */
function wind() {
  const timer = page.querySelector("[data-timer]");
  const next = timer ? Date.parse(timer.dataset.ends) - Date.parse(timer.dataset.now) : 0;
  ends = timer ? (timer.started ??= Date.now()) + next : 0;
  over = timer !== null && next <= 0;
  tick();
}

function tick() {
  const timer = page.querySelector("[data-timer]");
  if (!timer || !ends) return;
  const seconds = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const figure = timer.querySelector("[data-left]");
  if (figure.textContent !== text) figure.textContent = text;
  timer.classList.toggle("is-over", seconds === 0);
  if (seconds === 0 && !over) announce(page.dataset.sayTime);
  over = seconds === 0;
}

function showPeople() {
  if (!here) return;
  for (const one of page.querySelectorAll("[data-person]")) one.classList.toggle("is-here", here.has(one.dataset.person));
  const gone = page.querySelector("[data-gone]");
  if (gone) gone.hidden = !here.size || here.has(room().dataset.lead);
}

// Keys ---------------------------------------------------------------------------------------------------------------

const click = (id) => page.querySelector(`#${id}:not([disabled])`)?.click();

/** Half a mark more than the one given, or from a half back to the whole. */
function half() {
  const mark = Number(page.querySelector("[data-mark] [aria-pressed=true]")?.value ?? NaN);
  if (!Number.isNaN(mark)) click(`mark-${mark % 2 || mark === 10 ? mark - 1 : mark + 1}`);
}

// Live ---------------------------------------------------------------------------------------------------------------

function ready() {
  for (const element of page.querySelectorAll("[data-js]")) element.hidden = false;
  refreshTimes(page);
  press();
  wind();
  showPeople();
}

function live() {
  const { head, epoch } = room().dataset;
  unfollow?.();
  unfollow = follow(page.dataset.topic, { after: head, epoch }, (change) => {
    heard = Math.max(heard, change.seq);
    catchUp();
  }, { onReset: () => refresh().then(live), onRevoked: () => location.reload() });
  attend(page.dataset.topic, ({ members }) => {
    here = new Set(members.map(({ id }) => String(id)));
    showPeople();
  });
}

if (page) {
  for (const part of page.querySelectorAll("[data-part]")) sources.set(part, source(part));
  ready();
  live();
  setInterval(tick, 250);
  addKeys({
    ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((mark) => [String(mark), () => click(`mark-${mark * 2}`)])),
    ",": half,
    ".": half,
    n: () => click("turn-on"),
    p: () => click("turn-back"),
  });
  page.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-press]")) return;
    event.preventDefault();
    if (event.target.matches("[data-mark]")) give(event.target, event.submitter);
    else send(event.target, event.submitter);
  });
  status.addEventListener("offline", () => {
    lost(true);
    here = new Set();
    showPeople();
  });
  status.addEventListener("online", () => {
    lost(false);
    catchUp();
  });
}

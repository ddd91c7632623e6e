// The board, live. A card that changed is written anew where it stands; whatever would move the list waits for a press.
import { follow } from "../../realtime/live.js";
import { lacksInWords } from "./radar.js";
import { fill, write } from "./templates.js";
import { refreshTimes } from "./times.js";

const DAY = 24 * 60 * 60 * 1000;
const SOON = 30 * DAY;
const MOST_WAITING = 500; // a tab that sleeps longer asks for the whole board
const words = JSON.parse(document.getElementById("board-words").textContent);
const news = document.querySelector("[data-board-news]");
const button = news.querySelector("button");
const calendar = new Intl.DateTimeFormat("en-CA", { timeZone: words.zone });

let results; // the element on the page, and what the server wrote down with it
let start;
let follows = [];
let waiting = []; // changes since the last frame
let known; // id → Map(topic → card as told, "drawn" as the server drew it, or null where it has gone)
let fresh; // ids of ideas that a fresh page would show otherwise
let lost; // the counts can't be kept up any more

function begin() {
  for (const end of follows) end();
  results = document.getElementById("results");
  start = JSON.parse(results.dataset.board);
  start.mine = new Set(start.mine);
  [waiting, known, fresh, lost] = [[], new Map(), new Set(), false];
  for (const card of cards()) topicsOf(Number(card.dataset.id)).set(card.dataset.topic, "drawn");
  follows = Object.entries(start.topics).map(([topic, after]) =>
    follow(topic, { after, epoch: start.epoch }, (change) => wait(topic, change), {
      onReset: lose,
      onRevoked: () => revoked(topic),
    }),
  );
  news.hidden = true;
}

const cards = () => [...results.querySelectorAll("[data-card]")];
const cardOf = (id) => results.querySelector(`[data-card][data-id="${Number(id)}"]`);

function topicsOf(id) {
  if (!known.has(id)) known.set(id, new Map());
  return known.get(id);
}

// What arrives, a frame at a time: a tab in the background draws no frames ---------------------------------------------

function wait(topic, change) {
  if (lost || !results.isConnected) return; // a fresh board begins with its own positions
  if (waiting.push([topic, change]) === 1) requestAnimationFrame(draw);
  if (waiting.length > MOST_WAITING) lose();
}

function lose() {
  lost = true;
  waiting = [];
  say();
}

function revoked(topic) {
  for (const [id, topics] of known)
    if (topics.get(topic)) gone(topic, { id });
  lose();
}

function draw() {
  const steps = new Map();
  for (const [topic, { kind, payload, at }] of waiting) {
    if (kind === "card.changed") changed(topic, payload);
    else if (kind === "card.gone") gone(topic, payload);
    count(payload, at, steps);
  }
  waiting = [];
  for (const [key, step] of steps) move(key, step);
  say();
}

function changed(topic, { id, card }) {
  const topics = topicsOf(id);
  topics.delete(topic);
  topics.set(topic, card); // last: what was told last is drawn
  const element = cardOf(id);
  if (!element) {
    if (fits(card) && isInReach(card)) fresh.add(id);
    return;
  }
  const before = keyOf(element);
  redraw(element, card);
  if (!fits(card) || (keyOf(element) !== before && isMisplaced(element))) fresh.add(id);
}

/** An idea that goes from one audience to another comes and goes in either order: it is gone when it is nowhere. */
function gone(topic, { id }) {
  const topics = topicsOf(id);
  topics.set(topic, null);
  const element = cardOf(id);
  if (!element) return;
  const rest = [...topics.values()].filter(Boolean).pop();
  if (rest) {
    if (rest !== "drawn") redraw(element, rest);
    return;
  }
  fresh.add(id);
  if (start.mine.has(id) || element.classList.contains("is-gone")) return;
  element.classList.add("is-gone");
  const note = Object.assign(document.createElement("span"), { className: "badge", textContent: words.gone });
  note.dataset.gone = "";
  element.querySelector(".idea__top").append(note);
}

// One card ------------------------------------------------------------------------------------------------------------

/** As `ideas.pages.parts.cards` on the server. */
function shown(card, url) {
  const [chain, ...others] = card.value_chains.map((code) => words.chains[code] ?? { code, name: code, glyph: "" });
  return {
    ...card,
    url,
    chain,
    tags: [...others, ...card.kets.map((code) => ({ code, name: words.kets[code] ?? code }))],
    state_label: words.states[card.state],
    call_title: card.call ?? "",
    lacks: lacksInWords(words.radar, card),
    lacking: card.lacking.join(" "),
    expired: Boolean(card.valid_until) && card.valid_until < today() && words.expiring.includes(card.state),
  };
}

function redraw(element, card) {
  element.classList.remove("is-gone");
  element.querySelector("[data-gone]")?.remove();
  const data = shown(card, element.querySelector("[data-href=url]").getAttribute("href"));
  const closes = element.dataset.closes;
  write(element, data);
  element.querySelector(".count").classList.toggle("is-wanted", card.open_slots > 0);
  const tags = element.querySelector(".idea__tags");
  for (const tag of tags.querySelectorAll(".tag")) tag.remove();
  tags.prepend(
    ...data.tags.map(({ code, name }) =>
      Object.assign(document.createElement("span"), { className: "tag tag--code", title: name, textContent: code }),
    ),
  );
  if (Date.parse(closes) !== Date.parse(element.dataset.closes)) showDeadline(element, card.closes_at);
  glow(element);
}

function showDeadline(element, closesAt) {
  element.querySelector(".countdown")?.remove();
  const left = daysLeft(closesAt);
  if (left === null) return;
  const template = document.querySelector(left < 0 ? "[data-countdown-closed]" : "[data-countdown-open]");
  const countdown = fill(template, {});
  const figure = countdown.querySelector("time");
  figure.dateTime = closesAt;
  figure.title = new Date(closesAt).toLocaleString(document.documentElement.lang, { timeZone: words.zone });
  figure.textContent =
    left < 0 ? words.closed : left === 0 ? words.today : (left === 1 ? words.day_left : words.days_left).replace("{n}", left);
  countdown.classList.toggle("is-urgent", left >= 0 && left <= words.urgent_days);
  countdown.querySelector("rect")?.setAttribute("width", Math.min(left, 90));
  element.querySelector(".idea__side").prepend(countdown);
  refreshTimes(countdown);
}

/** Days of the reader's calendar, as `ideas.moments.days_left`. */
function daysLeft(closesAt) {
  if (!closesAt) return null;
  const date = (instant) => Date.parse(calendar.format(instant));
  const days = Math.round((date(new Date(closesAt)) - date(new Date())) / DAY);
  return Date.parse(closesAt) >= Date.now() ? days : Math.min(days, -1);
}

/** The day of the reader's calendar, as the server writes days. */
const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: words.zone }).format(new Date());

function glow(element) {
  element.classList.remove("is-changed");
  requestAnimationFrame(() => element.classList.add("is-changed"));
  setTimeout(() => element.classList.remove("is-changed"), 3000);
}

// Where a card belongs --------------------------------------------------------------------------------------------------

const any = (asked, values) => !asked.length || asked.some((value) => values.includes(value));
const isSoon = (instant) => instant >= Date.now() && instant <= Date.now() + SOON;

/** Whether the filters let a card through; what the text search would say only the server knows. */
function fits({ id, value_chains, kets, call, state, closes_at, lacking }) {
  const { asked } = start;
  return (
    any(asked.value_chain, value_chains) &&
    any(asked.ket, kets) &&
    any(asked.call, [call]) &&
    any(asked.state, [state]) &&
    any(asked.lacks, lacking) &&
    (!asked.mine || start.mine.has(id)) &&
    (!asked.closing_soon || isSoon(Date.parse(closes_at))) &&
    (asked.sort !== "closing" || Boolean(closes_at))
  );
}

/** Whether a card itself says where it stands; by relevance, and of the newest, only the server knows. */
const isOrdered = () => start.asked.sort === "activity" || start.asked.sort === "closing";

const keyOf = ({ dataset }) => Date.parse(start.asked.sort === "closing" ? dataset.closes : dataset.activity) || 0;
const isBefore = (one, other) => {
  const step = keyOf(one) - keyOf(other) || Number(one.dataset.id) - Number(other.dataset.id);
  return start.asked.sort === "closing" ? step < 0 : step > 0;
};

/** Whether a card stands between the wrong neighbours; those known to be out of place are no measure. */
function isMisplaced(element) {
  if (!isOrdered()) return false;
  const all = cards().filter((card) => card === element || !fresh.has(Number(card.dataset.id)));
  const place = all.indexOf(element);
  const [before, after] = [all[place - 1], all[place + 1]];
  if (!before && start.cursor) return true;
  if (!after && start.more) return true;
  return Boolean((before && !isBefore(before, element)) || (after && !isBefore(element, after)));
}

/** Whether a card that isn't here would be on a fresh page, and not on an earlier or a later one. */
function isInReach(card) {
  if (!isOrdered()) return !start.cursor;
  const all = cards();
  const one = { dataset: { id: card.id, activity: card.activity_at, closes: card.closes_at } };
  if (start.cursor && all.length && isBefore(one, all[0])) return false;
  return !start.more || !all.length || isBefore(one, all.at(-1));
}

// Counts ----------------------------------------------------------------------------------------------------------------

const figures = (key) => document.querySelectorAll(`#results [data-count="${CSS.escape(key)}"], #facet-groups [data-count="${CSS.escape(key)}"]`);

/** On the whole board the steps add up to the counts; elsewhere, and where they may be in them already, ask anew. */
function count({ id, counts }, at, steps) {
  if (!counts.length) return;
  const comesOrGoes = counts.some(([facet]) => facet === "total");
  const inDoubt = Date.parse(at) <= Date.parse(start.read_at) || (comesOrGoes && start.mine.has(id));
  if (start.narrows || inDoubt) return fresh.add(id);
  for (const [facet, value, step] of counts) {
    const key = keyFor(facet, value);
    if (!key) continue;
    if (figures(key).length) steps.set(key, (steps.get(key) ?? 0) + step);
    else if (step > 0) fresh.add(id);
  }
}

function keyFor(facet, value) {
  if (facet === "total") return "total";
  if (facet === "closes") return isSoon(Date.parse(`${value.slice(0, 23)}Z`)) ? "closing_soon-1" : null;
  return `${facet}-${value}`;
}

function move(key, step) {
  if (!step) return;
  for (const figure of figures(key)) {
    const number = Math.max(0, Number(figure.textContent) + step);
    figure.textContent = number;
    figure.closest(".facet")?.classList.toggle("is-empty", number === 0);
    if (key === "total") nameTotal(figure.parentElement, number);
  }
}

/** "1 idea", "2 ideas": the sentence itself is the server's. */
function nameTotal(line, number) {
  const template = document.querySelector(number === 1 ? "[data-total-one]" : "[data-total-many]");
  line.replaceChildren(template.content.cloneNode(true));
  line.querySelector("[data-count]").textContent = number;
}

// The one button --------------------------------------------------------------------------------------------------------

function say() {
  if (!lost && !fresh.size) return;
  const text = lost ? words.changed : fresh.size === 1 ? words.one : words.many.replace("{n}", fresh.size);
  if (button.textContent !== text) button.textContent = text;
  news.hidden = false;
}

async function show() {
  button.setAttribute("aria-busy", "true");
  const answer = await fetch(start.url, { headers: { Accept: "text/html" } }).catch(() => null);
  button.removeAttribute("aria-busy");
  if (!answer?.ok) return; // offline: the footer says so, and the button stays
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [now, groups] = ["results", "facet-groups"].map((id) => page.getElementById(id));
  if (!now?.dataset.board) return location.assign(start.url); // signed out meanwhile
  const told = fresh;
  results.replaceWith(document.importNode(now, true));
  document.getElementById("facet-groups").replaceWith(document.importNode(groups, true));
  begin();
  document.dispatchEvent(new CustomEvent("jvl:drawn"));
  refreshTimes(results);
  for (const card of cards()) if (told.has(Number(card.dataset.id))) glow(card);
  results.focus({ preventScroll: true });
  if (results.getBoundingClientRect().top < 0) results.scrollIntoView();
}

button.addEventListener("click", show);
// The list grew at its end: see more.js.
document.addEventListener("jvl:more", ({ detail }) => {
  start.more = detail.more;
  for (const row of detail.rows)
    for (const card of row.querySelectorAll("[data-card]")) topicsOf(Number(card.dataset.id)).set(card.dataset.topic, "drawn");
});
// The search swaps the results by itself.
document.addEventListener("htmx:afterSettle", () => document.getElementById("results") !== results && begin());
begin();

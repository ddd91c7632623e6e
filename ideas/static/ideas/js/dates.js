// Writing a call's dates: spare rows come when they are asked for, the level proposes a zone, and each row says in
// words what its clock means. The server reads all of it again: nothing here decides.
import { language } from "./words.js";

const part = document.querySelector("[data-dates]");
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const formats = new Map();

function shown(at, zone) {
  if (!formats.has(zone)) {
    const options = { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
    formats.set(zone, new Intl.DateTimeFormat(language, options));
  }
  const parts = Object.fromEntries(formats.get(zone).formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.weekday} ${parts.day} ${parts.month} ${parts.year}, ${parts.hour}:${parts.minute}`;
}

/** The zone's clock at an instant, as if it were UTC: what is to be added is its distance. */
function wallOf(at, zone) {
  const clock = new Intl.DateTimeFormat("en", { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23", timeZone: zone });
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** The instants at which a zone's clock shows `wall`: one, none in a skipped hour, two in a repeated one. */
function instants(wall, zone) {
  const distances = [wall - DAY, wall + DAY].map((near) => wallOf(near, zone) - near);
  const found = new Set(distances.map((distance) => wall - distance));
  return [...found].filter((at) => wallOf(at, zone) === wall).sort((one, other) => one - other);
}

const say = (pattern, words) => pattern.replace(/\{(\w+)\}/g, (_, name) => words[name]);
const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

function words(row) {
  const [day, hour, zone] = ["day", "hour", "zone"].map((name) => field(row, name).value);
  if (!day || !hour) return "";
  if (!zone) return part.dataset.zoneless;
  const place = JSON.parse(part.dataset.places)[zone] ?? zone;
  const found = instants(Date.parse(`${day}T${hour.slice(0, 5)}Z`), zone);
  if (!found.length) return say(part.dataset.skipped, { place });
  const which = field(row, "which");
  if (found.length > 1 && !which?.value) return which ? "" : say(part.dataset.repeated, { place });
  const at = found.at(which?.value === "second" ? -1 : 0);
  const own = part.dataset.zone;
  const same = wallOf(at, zone) === wallOf(at, own);
  return say(same ? part.dataset.same : part.dataset.other, { there: shown(at, zone), place, here: shown(at, own), zone: own });
}

function refresh(row) {
  const output = row.querySelector("[data-date-words]");
  let text = output.textContent;
  try {
    text = words(row);
  } catch {
    text = ""; // a browser that doesn't know the zone: the server will say it
  }
  if (output.textContent !== text) output.textContent = text;
}

/** What the level proposes goes into what nobody has touched, once a row has a day. */
function propose(row) {
  const level = document.querySelector("#call-form [name=level]").value;
  const [zone, hour] = JSON.parse(part.dataset.proposed)[level] ?? ["", ""];
  const closing = !["opening", "milestone"].includes(field(row, "kind").value);
  for (const [input, value] of [[field(row, "zone"), zone], [field(row, "hour"), closing ? hour : ""]]) {
    if ("touched" in input.dataset || (input.value && !("proposed" in input.dataset)) || !field(row, "day").value) continue;
    input.value = value;
    if (value) input.dataset.proposed = "";
  }
}

const rows = () => [...part.querySelectorAll("[data-date]")];
const isEmpty = (row) => ["kind", "day", "hour", "zone"].every((name) => !field(row, name).value);

function start() {
  const all = rows();
  for (const [place, row] of all.entries()) {
    row.hidden = isEmpty(row) && place > 0 && !row.querySelector(".has-error");
    refresh(row);
  }
  part.addEventListener("input", (event) => {
    const row = event.target.closest("[data-date]");
    if (!row) return;
    if (/-(zone|hour)$/.test(event.target.name)) event.target.dataset.touched = "";
    row.hidden = false;
    propose(row);
    refresh(row);
  });
  document.querySelector("#call-form [name=level]").addEventListener("input", () => {
    for (const row of rows()) {
      propose(row);
      refresh(row);
    }
  });
  part.querySelector("[data-date-add]").addEventListener("click", (event) => {
    const next = rows().find((row) => row.hidden);
    if (!next) return; // the server sends more
    event.preventDefault();
    next.hidden = false;
    field(next, "kind").focus();
  });
}

if (part) start();

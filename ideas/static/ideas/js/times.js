// Relative times with the exact one on the title, and countdowns to the minute in the last two days.
import { language, word } from "./words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
const dated = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const hours = new Intl.NumberFormat(language, { style: "unit", unit: "hour", unitDisplay: "narrow" });
const minutes = new Intl.NumberFormat(language, { style: "unit", unit: "minute", unitDisplay: "short" });

function ago(at, now) {
  const gap = at - now;
  const size = Math.abs(gap);
  if (size < MINUTE) return relative.format(0, "minute");
  if (size < HOUR) return relative.format(Math.round(gap / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.round(gap / HOUR), "hour");
  if (size < 14 * DAY) return relative.format(Math.round(gap / DAY), "day");
  return dated.format(at);
}

/** Bring every time on the page up to date; call it after adding some, with the element that holds them. */
export function refreshTimes(scope = document) {
  const now = Date.now();
  for (const element of scope.querySelectorAll("time[data-relative]")) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    const text = ago(at, now);
    if (element.textContent !== text) element.textContent = text;
    element.title = exact.format(at);
  }
  for (const element of scope.querySelectorAll("time[data-countdown]")) {
    const left = Date.parse(element.dateTime) - now;
    if (Number.isNaN(left) || left >= 2 * DAY) continue;
    const whole = Math.floor(left / HOUR);
    element.textContent =
      left <= 0 ? word("closed") : `${hours.format(whole)} ${minutes.format(Math.floor((left % HOUR) / MINUTE))}`;
  }
}

refreshTimes();
setInterval(() => document.hidden || refreshTimes(), 30_000);
document.addEventListener("visibilitychange", () => document.hidden || refreshTimes());
document.addEventListener("htmx:afterSettle", (event) => refreshTimes(event.target));

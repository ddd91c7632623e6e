// A long list: the next page is fetched as its end comes near, and put below. The link stays a link, without scripts
// and after some pages, so that whoever wants the foot of the page gets there.
import { refreshTimes } from "./times.js";

const NEAR = "600px";
const MOST_PAGES = 8;
let fetched = 0;
let watched; // the link to the next page

const watcher = new IntersectionObserver(
  (seen) => seen.some((one) => one.isIntersecting) && watched && more(watched),
  { rootMargin: NEAR },
);

function watch() {
  const link = document.querySelector("#results [data-more] a[rel=next]");
  if (link === watched) return;
  watcher.disconnect();
  watched = link;
  if (link && fetched < MOST_PAGES) watcher.observe(link);
}

async function more(link) {
  watcher.disconnect();
  const list = document.querySelector("#results .rows");
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } }).catch(() => null);
  // Offline, signed out, or the board was drawn anew meanwhile: the link does what it did.
  if (!answer?.ok || !list.isConnected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const rows = [...page.querySelectorAll("#results .rows > li")];
  if (!rows.length || !list.isConnected) return;
  fetched += 1;
  const here = new Set([...list.querySelectorAll("[data-card]")].map(({ dataset }) => dataset.id));
  const fresh = rows.filter((row) => !here.has(row.querySelector("[data-card]")?.dataset.id));
  const added = fresh.map((row) => document.importNode(row, true));
  list.append(...added);
  added.forEach(refreshTimes);
  const end = page.querySelector("#results [data-more]");
  const now = document.querySelector("#results [data-more]");
  if (end) now.replaceWith(document.importNode(end, true));
  else now.remove();
  document.dispatchEvent(new CustomEvent("jvl:more", { detail: { rows: added, more: Boolean(end) } }));
  watch();
}

document.addEventListener("htmx:afterSettle", () => {
  fetched = 0;
  watch();
});
document.addEventListener("jvl:drawn", () => {
  fetched = 0;
  watch();
});
watch();

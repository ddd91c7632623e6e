// The consortium's panel, live: everybody's part from the change itself, one's own part asked for anew.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { shownCheck } from "./radar.js";
import { fill, write } from "./templates.js";
import { refreshTimes } from "./times.js";

const panel = document.querySelector("[data-joining]");
const own = panel.dataset;
const words = JSON.parse(document.getElementById("joining-labels").textContent);
const template = (name) => panel.querySelector(`[data-${name}-template]`);

/** As `ideas.pages.joining.shown_partner` on the server. */
function partner({ id, organisation, role, commitment, can_coordinate }) {
  const kind = words.kinds[organisation.kind] ?? "";
  return {
    id,
    name: organisation.name,
    url: words.organisation_url.replace("0", organisation.slug),
    kind: organisation.accredited ? `${kind}, ${words.accredited}` : kind,
    role: words.roles[role] ?? "",
    commitment: words.commitments[commitment] ?? "",
    can_coordinate,
  };
}

/** As `ideas.pages.joining.shown_slot` on the server. */
function slot({ id, role, expertise, work, kinds, accredited, mandatory, filled, wanted }) {
  const wantedKinds = kinds.map((kind) => words.kinds[kind] ?? kind);
  return {
    id,
    role: words.roles[role] ?? "",
    expertise,
    work,
    kinds: [...wantedKinds, ...(accredited ? [words.accredited] : [])].join(", "),
    mandatory,
    filled: words.filled.replace("{filled}", filled).replace("{wanted}", wanted),
    free: filled < wanted,
    ask_url: `${own.askUrl}?slot=${id}`,
    edit_url: words.edit_url.replace("0", id),
  };
}

function judged(rows) {
  const part = panel.querySelector("[data-radar]");
  const worst = ["missing", "if_confirmed", "met"].find((one) => rows.some(({ verdict }) => verdict === one)) ?? "met";
  const verdict = part.querySelector("[data-radar-verdict]");
  update(part.querySelector("[data-checks]"), "check", rows.map((row) => shownCheck(words.radar, row)));
  verdict.dataset.verdict = worst;
  if (verdict.textContent !== words.radar.verdicts[worst]) verdict.textContent = words.radar.verdicts[worst];
  part.hidden = !rows.length;
}

/** Bring a list to `rows`: the elements that stay keep their place under the pointer and their focus. */
function update(list, name, rows) {
  const old = new Map([...list.children].map((element) => [element.getAttribute(`data-${name}`), element]));
  for (const row of rows) {
    const known = old.get(String(row.id));
    old.delete(String(row.id));
    const before = known?.textContent;
    const element = known ? write(known, row) : fill(template(name), row);
    if ("free" in row) element.classList.toggle("is-filled", !row.free);
    if (!known || list.children[rows.indexOf(row)] !== known) list.insertBefore(element, list.children[rows.indexOf(row)] ?? null);
    if (before !== element.textContent) glow(element, known ? "is-changed" : "is-new");
  }
  for (const element of old.values()) element.remove();
}

function glow(element, name) {
  element.classList.add(name);
  setTimeout(() => element.classList.remove(name), 3000);
}

function changed({ partners, slots, checks }) {
  hold(() => {
    judged(checks ?? []);
    update(panel.querySelector("[data-partners]"), "partner", partners.map(partner));
    update(panel.querySelector("[data-slots]"), "slot", slots.map(slot));
    // An organisation with two roles counts once.
    panel.querySelector("[data-partner-count]").textContent = new Set(partners.map((one) => one.organisation.slug)).size;
    const part = panel.querySelector("[data-slots-part]");
    part.hidden = !slots.length && !("mayChange" in part.dataset);
  });
}

// One's own part: which requests there are, and what may be done about them.
let asking = false;
let again = false;

async function refresh() {
  if (asking) return (again = true);
  asking = true;
  const html = await fragment(own.fragment);
  asking = false;
  if (html) renew(html);
  if (again) {
    again = false;
    refresh();
  }
}

function renew(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  hold(() => {
    for (const name of ["[data-slots-part]", "[data-slot-template]", "[data-joining-acts]", "[data-requests]"]) {
      const now = panel.querySelector(name);
      const next = document.importNode(fresh.querySelector(name), true);
      refreshTimes(next);
      if (bare(now) === bare(next)) continue;
      for (const request of now.querySelectorAll("[data-request]")) keepTyped(request, next);
      now.replaceWith(next);
    }
    for (const way of document.querySelectorAll("[data-ask]")) way.hidden = !panel.querySelector("[data-joining-acts] .button--primary");
  });
}

/** What an element says, without tokens that are new each time and glows that pass. */
const bare = (element) => element.innerHTML.replace(/ name="csrfmiddlewaretoken" value="[^"]*"| is-(new|changed)/g, "");

/** A reason half written outlives the change; if the request was answered meanwhile, the page says so. */
function keepTyped(request, next) {
  const areas = [...request.querySelectorAll("textarea")];
  if (!areas.some((area) => area.value || area === document.activeElement)) return;
  const other = next.querySelector(`[data-request="${request.dataset.request}"]`);
  const focused = areas.find((area) => area === document.activeElement);
  if (other && other.dataset.state !== request.dataset.state && !request.querySelector("[data-changed]")) {
    const note = Object.assign(document.createElement("p"), { className: "field__error", textContent: words.changed });
    note.dataset.changed = "";
    request.querySelector(".acts").before(note);
  }
  if (other) other.replaceWith(request);
  else next.append(request);
  if (focused) queueMicrotask(() => focused.focus({ preventScroll: true }));
}

const live = panel.closest("[data-live-topic]");
if (live)
  follow(live.dataset.liveTopic, { after: live.dataset.liveAfter, epoch: live.dataset.liveEpoch }, ({ kind, payload }) => {
    if (kind !== "consortium.changed") return;
    changed(payload);
    if (panel.querySelector("[data-request], [data-joining-acts] a")) refresh();
  });

follow(own.ownTopic, { after: own.ownAfter, epoch: own.ownEpoch }, ({ kind, payload }) => {
  const concerns = kind === "request.changed" && payload.idea === Number(own.joining);
  if (concerns || (kind === "notification.added" && payload.url.split("#")[0] === own.ideaUrl)) refresh();
});

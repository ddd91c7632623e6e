// What is typed is kept by the server, too, a moment after the last key: it survives this browser.
//
// form[data-autosave=ADDRESS]. Until the server has it, drafts.js keeps it here; that one tells what is in the form.
import { read } from "./drafts.js";
import { clean } from "./forms.js";
import { fragment, post } from "./post.js";
import { language } from "./words.js";

const WAIT_MS = 1_500;
const AT_MOST_MS = 8_000;
const RETRY_MS = 10_000;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

/** Go on in the session that the same writer has begun in another tab: the form's safety mark is of the one before. */
async function takeUp(form) {
  const page = await fragment(form.action);
  const drawn = page && new DOMParser().parseFromString(page, "text/html").getElementById(form.id);
  if (drawn?.dataset.draftOwner !== form.dataset.draftOwner) return;
  form.elements.csrfmiddlewaretoken.value = drawn.elements.csrfmiddlewaretoken.value;
}

function watch(form) {
  const { autosave, autosaveSaved, autosaveSaving, autosaveOffline, autosaveOut } = form.dataset;
  const line = form.querySelector("[data-autosave-status]");
  // What drafts.js has put back from this browser, the server doesn't have yet.
  const putBack = form.querySelector("[data-draft-put-back]");
  let kept = putBack ? "" : JSON.stringify(read(form));
  let keptAt = 0;
  let timer = 0;
  let waitingSince = 0;
  let busy = false;
  let sent = false;
  let leaving = false;

  const say = (text) => (line.textContent = text);
  const tick = () => {
    if (!keptAt || busy || waitingSince) return;
    const seconds = Math.round((keptAt - Date.now()) / 1000);
    say(`${autosaveSaved} ${seconds > -60 ? relative.format(seconds, "second") : relative.format(Math.round(seconds / 60), "minute")}`);
  };

  async function save() {
    clearTimeout(timer);
    const now = JSON.stringify(read(form));
    if (busy || sent || now === kept) return void (waitingSince = 0);
    busy = true;
    say(autosaveSaving);
    const { data, errors, lost } = await post(autosave, new FormData(form));
    busy = false;
    if (data) {
      kept = now;
      keptAt = Date.now();
      // The next page may have been drawn before this was kept: then it finds the words in this browser.
      if (!leaving) form.dispatchEvent(new CustomEvent("draft:stored", { detail: now }));
      if (JSON.stringify(read(form)) !== now) return plan();
      waitingSince = 0;
      clean(form);
      return tick();
    }
    say(errors?.[0] ?? (lost === "signed_out" ? autosaveOut : autosaveOffline));
    if (lost === "signed_out") await takeUp(form);
    timer = setTimeout(save, RETRY_MS);
  }

  function plan() {
    waitingSince ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.min(WAIT_MS, Math.max(0, waitingSince + AT_MOST_MS - Date.now())));
  }

  form.addEventListener("input", () => {
    leaving = false;
    plan();
  });
  addEventListener("beforeunload", () => (leaving = true));
  form.addEventListener("submit", () => (sent = true));
  addEventListener("pageshow", () => (sent = leaving = false));
  addEventListener("online", save);
  addEventListener("pagehide", () => {
    if (sent || JSON.stringify(read(form)) === kept) return;
    fetch(autosave, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true }).catch(() => {});
  });
  setInterval(tick, 5_000);
  if (putBack) plan();
}

for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);

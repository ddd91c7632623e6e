// What is typed and not saved stays in this browser, until it is saved or its writer signs out.
//
// form[data-draft=KEY][data-draft-owner=MEMBER]: kept under both, so that nobody else meets it. A page that shows the
// saved thing carries [data-draft-saved="KEY KEY"]; a draft is thrown away there if this tab has just sent it.
const PREFIX = "jvl.draft.";
const SENT = "jvl.sent";
const WAIT_MS = 400;
const SKIP = new Set(["csrfmiddlewaretoken", "version", "draft", "draft_of", "writer"]);

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false; // a full or forbidden store: the page goes on without it
  }
}

const fields = (form) => [...form.elements].filter((field) => field.name && !SKIP.has(field.name) && !("draftSkip" in field.dataset) && field.type !== "submit" && field.type !== "password");

/** What stands in a form: {name: value, or the values that are ticked}. */
export function read(form) {
  const values = {};
  for (const field of fields(form)) {
    const ticked = field.type === "checkbox" || field.type === "radio";
    if (ticked) (values[field.name] ??= []).push(...(field.checked ? [field.value] : []));
    else values[field.name] = field.value;
  }
  return values;
}

function write(form, values) {
  for (const field of fields(form)) {
    if (!(field.name in values)) continue;
    const value = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = value.includes(field.value);
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function watch(form) {
  const { draft, draftOwner, draftRestored, draftDiscard, draftKept } = form.dataset;
  const key = `${PREFIX}${draftOwner}.${draft}`;
  const status = form.querySelector("[data-draft-status]");
  const drawn = JSON.stringify(read(form));
  const version = form.elements.version?.value ?? "";
  let timer = 0;
  let stored = drawn;

  const save = () => {
    clearTimeout(timer);
    const values = read(form);
    const changed = JSON.stringify(values) !== stored;
    if (keep(key, changed ? { values, version, at: Date.now() } : null) && status) status.textContent = changed ? draftKept : "";
  };

  const before = kept(key);
  // After a refused save the server has drawn what was typed: that is newer than anything kept.
  if (before && !form.querySelector("[data-focus]") && JSON.stringify(before.values) !== drawn) {
    write(form, before.values);
    tell(form, draftRestored, draftDiscard, () => {
      keep(key, null);
      write(form, JSON.parse(drawn));
      save();
    });
  }
  // What the server keeps (autosave.js) needn't be kept here.
  form.addEventListener("draft:stored", (event) => {
    stored = event.detail;
    save();
  });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  });
  form.addEventListener("submit", () => {
    // A sent form may be lost on its way, whatever was kept of it before.
    stored = "";
    save();
    try {
      // More than one: what is refused as a new idea may come back as a draft with a key of its own.
      sessionStorage.setItem(SENT, JSON.stringify([...sent(), key]));
    } catch {
      // Then the draft stays, and is offered once too often.
    }
  });
  addEventListener("pagehide", save);
}

function tell(form, text, action, undo) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "status");
  notice.dataset.draftPutBack = "";
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "link", textContent: action });
  button.addEventListener("click", () => {
    undo();
    notice.remove();
  });
  const body = document.createElement("p");
  body.append(text, " ", button);
  notice.append(body);
  form.prepend(notice);
}

const sent = () => JSON.parse(sessionStorage.getItem(SENT)) ?? [];

function forgetSaved() {
  const saved = document.querySelector("[data-draft-saved]")?.dataset.draftSaved.split(" ") ?? [];
  const left = sent().filter((key) => {
    const arrived = saved.some((name) => key.endsWith(`.${name}`));
    if (arrived) keep(key, null);
    return !arrived;
  });
  if (saved.length) sessionStorage.setItem(SENT, JSON.stringify(left));
}

/** Nothing unsaved stays behind for the next person at this machine. */
function forgetAll() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

try {
  forgetSaved();
  document.addEventListener("submit", (event) => event.target.action?.endsWith("/account/logout/") && forgetAll());
} catch {
  // No store at all: nothing to forget.
}
for (const form of document.querySelectorAll("form[data-draft]")) watch(form);

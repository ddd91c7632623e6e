// One of an idea's two discussions, live: what arrives, what is written, and what waits for the network.
import { follow, status } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { newsIn } from "./news.js";
import { cupboard, outbox } from "./outbox.js";
import { fragment, post } from "./post.js";
import { showPresence } from "./presence.js";
import { Thread } from "./thread.js";
import { refreshTimes } from "./times.js";
import { announce } from "./toasts.js";

const section = document.querySelector("[data-discussion]");
const list = section.querySelector("[data-thread-list]");
const composer = section.querySelector("form[data-composer]");
const dialog = section.querySelector("[data-delete-dialog]");
const words = section.dataset;
const news = newsIn(section.querySelector("[data-news]"), { one: words.wordOne, many: words.wordMany });
const thread = new Thread(list, section.querySelector("[data-comment-template]"), {
  id: Number(words.viewer),
  staff: "staff" in words,
  name: words.name,
  initials: words.initials,
  editUrl: words.editUrl,
  deleteUrl: words.deleteUrl,
});
const token = section.querySelector("[name=csrfmiddlewaretoken]").value;

// What the browser keeps by itself, per member and idea, so that nothing typed is lost ---------------------------------

const room = words.room === "all" ? "" : `.${words.room}`;
const store = cupboard((name) => `jvl.${name}.${words.viewer}.${words.discussion}${room}`);

// What arrives --------------------------------------------------------------------------------------------------------

const kinds = {
  "comment.posted": posted,
  "comment.edited": (payload) => glow(thread.edited(payload), "is-changed"),
  "comment.deleted": (payload) => thread.removed(payload) && count(-1),
};

/** The one way in, for changes from the socket and for the answers to one's own acts. */
function apply(kind, payload) {
  hold(() => kinds[kind]?.(payload));
}

function posted(payload) {
  const known = thread.find(payload.id);
  const atEnd = seesEnd();
  if (waiting.settle(payload.client_id)) allSent();
  const comment = thread.posted(payload);
  if (!known) count(+1);
  if (!comment) return;
  glow(comment, "is-new");
  if (payload.author.id === Number(words.viewer)) return;
  announce(words.wordBy.replace("{name}", payload.author.name));
  if (payload.parent || !atEnd) news.add(comment);
  news.show();
}

function glow(comment, name) {
  if (!comment) return;
  comment.classList.add(name);
  setTimeout(() => comment.classList.remove(name), 3000);
}

const seesEnd = () => !list.lastElementChild || list.lastElementChild.getBoundingClientRect().bottom <= innerHeight;

function count(step) {
  const figure = section.querySelector("[data-comment-count]");
  const whole = !list.querySelector("[data-earlier]");
  figure.textContent = whole ? thread.standing() : Math.max(0, Number(figure.textContent) + step);
  section.querySelector("[data-no-comments]").hidden = Boolean(list.querySelector("[data-comment]"));
}

// What is written -----------------------------------------------------------------------------------------------------

const errors = composer?.querySelector("[data-errors]");
const field = (name) => composer.elements[name];

const waiting = outbox(store, composer?.action, {
  fields: ({ body, parent, client_id }) => ({ body, parent, client_id, csrfmiddlewaretoken: token }),
  arrived: (data) => apply("comment.posted", data),
  refused: giveBack,
  waits: (lost) => complain([lost === "network" ? words.wordWaiting : words.wordFailed]),
});

function complain(sentences, link) {
  errors.replaceChildren(
    ...sentences.map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence })),
  );
  if (link) errors.lastElementChild.append(" ", Object.assign(document.createElement("a"), link));
  errors.hidden = !sentences.length;
}

function answer(comment) {
  field("parent").value = comment?.dataset.comment ?? "";
  composer.querySelector("[data-answering]").hidden = !comment;
  composer.querySelector("[data-answering-name]").textContent =
    comment?.querySelector(".comment__author").textContent ?? "";
  field("body").focus();
  draft();
}

function draft() {
  const body = field("body").value;
  store.keep("draft", body.trim() ? { body, parent: field("parent").value } : null);
}

function submit() {
  const item = {
    body: field("body").value,
    parent: field("parent").value,
    client_id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    at: new Date().toISOString(),
  };
  if (!item.body.trim()) return field("body").focus();
  complain([]);
  waiting.add(item);
  hold(() => thread.send(item));
  write("", "");
  waiting.flush();
}

function write(body, parent) {
  field("body").value = body;
  field("parent").value = parent;
  composer.querySelector("[data-answering]").hidden = true;
  field("body").dispatchEvent(new Event("input", { bubbles: true }));
}

/** Nothing waits any more: what said so goes, what was refused stays. */
function allSent() {
  complain([...errors.children].filter(isRefusal).map((line) => line.textContent));
}
const isRefusal = (line) => ![words.wordWaiting, words.wordFailed].includes(line.textContent);

/** Refused: the words go back to the composer, before what has been typed since. */
function giveBack(item, { errors: sentences, lost }) {
  thread.pending(item.client_id)?.closest("li").remove();
  const since = field("body").value;
  write(since ? `${item.body}\n\n${since}` : item.body, item.parent);
  if (sentences) complain(sentences);
  else if (lost === "gone") complain([words.wordGone]);
  else complain([words.wordSignedOut], { href: words.login, textContent: words.wordSignIn });
}

// Acts on a comment ---------------------------------------------------------------------------------------------------

async function edit(link, comment) {
  const text = comment.querySelector(".comment__text");
  if (comment.querySelector("[data-edit-form]")) return;
  const html = await fragment(link.href);
  if (html === null) return location.assign(link.href);
  const holder = document.createElement("div");
  holder.innerHTML = html;
  const form = holder.querySelector("form");
  hold(() => {
    comment.querySelector(".comment__acts").classList.add("is-editing");
    text.after(form);
  });
  text.classList.add("is-editing");
  form.elements.body.focus();
}

function endEdit(form) {
  const comment = form.closest("[data-comment]");
  hold(() => form.remove());
  for (const element of comment.querySelectorAll(".is-editing")) element.classList.remove("is-editing");
  comment.focus({ preventScroll: true });
}

async function saveEdit(form) {
  const result = await post(form.action, Object.fromEntries(new FormData(form)));
  delete form.dataset.sending;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  if (result.data) {
    apply("comment.edited", result.data);
    return endEdit(form);
  }
  const box = form.querySelector("[data-errors]");
  const told = { signed_out: words.wordSignedOut, gone: words.wordGone, network: words.wordFailed, server: words.wordFailed };
  box.textContent = (result.errors ?? [told[result.lost]]).join(" ");
  box.hidden = false;
}

async function remove(form) {
  const result = await post(form.action, { csrfmiddlewaretoken: token });
  delete form.dataset.sending;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  dialog.close();
  if (result.data) apply("comment.deleted", result.data);
  else location.assign(form.action);
}

async function earlier(link) {
  const html = await fragment(link.href);
  if (html === null) return location.assign(link.href);
  const rows = document.createElement("ol");
  rows.innerHTML = html;
  for (const comment of rows.querySelectorAll("[data-comment]"))
    if (thread.find(comment.dataset.comment)) comment.closest("li").remove();
  refreshTimes(rows);
  hold(() => link.closest("li").replaceWith(...rows.children));
}

const acts = {
  reply: (link, comment) => answer(comment),
  "cancel-reply": () => answer(null),
  edit,
  "cancel-edit": (link) => endEdit(link.closest("form")),
  delete(link) {
    dialog.querySelector("form").action = link.href;
    dialog.showModal();
  },
  earlier,
  news: news.goTo,
};

section.addEventListener("click", (event) => {
  const act = event.target.closest("[data-act]");
  if (!act || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  acts[act.dataset.act]?.(act, act.closest("[data-comment]"));
});

section.addEventListener("submit", (event) => {
  if (event.target.closest("[data-attachments]")) return; // files look after themselves
  event.preventDefault();
  event.stopPropagation();
  if (event.target === composer) submit();
  else if (event.target.matches("[data-edit-form]")) saveEdit(event.target);
  else if (dialog.contains(event.target)) remove(event.target);
});

if (composer) {
  composer.addEventListener("input", draft);
  // On a phone the composer rests as one line. It folds when the reader scrolls on, not when it loses the focus: that
  // would move the page between a finger's coming down and its lifting.
  composer.addEventListener("focusin", () => composer.classList.add("is-used"));
  addEventListener(
    "scroll",
    () => {
      if (!composer.matches(".is-used:not(:focus-within)") || field("body").value) return;
      hold(() => composer.classList.remove("is-used"));
    },
    { passive: true },
  );
  composer.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
  });
  const before = store.kept("draft", null);
  if (before && !field("body").value) {
    field("body").value = before.body;
    const comment = before.parent && thread.find(before.parent);
    if (comment && !field("parent").value) {
      field("parent").value = before.parent;
      composer.querySelector("[data-answering]").hidden = false;
      composer.querySelector("[data-answering-name]").textContent = comment.querySelector(".comment__author").textContent;
    }
  }
  for (const item of waiting.items()) thread.send(item);
  waiting.flush();
  addEventListener("online", waiting.flush);
  // The line to the server is back, or nobody is signed in any more: sent at once, or kept for whoever signs in again.
  status.addEventListener("online", waiting.flush);
  status.addEventListener("signed_out", draft);
}

/** The partners' room has closed to this reader: nothing of it stays on the page but what they have typed. */
function close() {
  if (composer) complain([words.wordGone]);
  if (!room) return;
  hold(() => list.replaceChildren());
  news.clear();
  count(0);
}

const live = section.closest("[data-live-topic]");
const own = room
  ? { topic: words.ownTopic, after: words.ownAfter, epoch: words.ownEpoch }
  : live && { topic: live.dataset.liveTopic, after: live.dataset.liveAfter, epoch: live.dataset.liveEpoch };
if (live && own?.topic) {
  follow(own.topic, own, ({ kind, payload }) => apply(kind, payload), { onRevoked: close });
  const here = showPresence(section.querySelector("[data-here]"), own.topic, Number(words.viewer));
  composer?.addEventListener("input", () => here.typing(Boolean(field("body").value.trim())));
  composer?.addEventListener("focusout", () => here.typing(false));
}

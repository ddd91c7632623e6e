// Files beside an idea: sent with a bar that shows how far it is, and the list kept live. Without scripts the form posts.
import { follow } from "../../realtime/live.js";
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { teamFollower } from "./team.js";
import { refreshTimes } from "./times.js";
import { announce, toast } from "./toasts.js";

const drawnFrom = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-attachments]");
const bare = (list) => [...list.children].map(({ id }) => id).join(" ");

/** The files of one place on the page: beside the idea, or in the room of its partners. */
class Files {
  asked = 0; // the newest answer wins: an older one that comes late is dropped
  sending = null;

  constructor(name) {
    this.name = name;
    this.attend = teamFollower(
      (change) => this.hear(change),
      () => this.refresh(),
    );
  }

  get panel() {
    return document.querySelector(`[data-attachments="${this.name}"]`);
  }

  /** The list alone: what somebody is about to send stays as it is. */
  async refresh() {
    const mine = (this.asked += 1);
    const now = this.panel;
    const html = now && (await fragment(now.dataset.fragment));
    const next = html && mine === this.asked ? drawnFrom(html) : null;
    if (!next || !now.isConnected) return;
    const [old, list] = [now, next].map((element) => element.querySelector("[data-files]"));
    const upload = now.querySelector("[data-upload]");
    refreshTimes(next);
    if (bare(old) !== bare(list)) hold(() => old.replaceWith(document.adoptNode(list)));
    if (!this.sending && Boolean(upload) !== Boolean(next.querySelector("[data-upload]"))) this.swap(next);
    now.hidden = next.hidden;
    this.attend(next.dataset);
  }

  swap(next) {
    this.attend(next.dataset);
    hold(() => this.panel.replaceWith(document.adoptNode(next)));
  }

  hear({ kind }) {
    if (kind.startsWith("attachment.") || kind === "consortium.changed") this.refresh();
  }

  ended(form, { status, responseText, responseURL }) {
    this.sending = null;
    show(form, null);
    const next = [200, 400, 409].includes(status) ? drawnFrom(responseText) : null;
    if (!next) {
      const text = status === 413 ? form.dataset.tooLarge : form.dataset.lost;
      return complain(form, status === 403 || responseURL.includes("/account/") ? form.dataset.signedOut : text);
    }
    refreshTimes(next);
    this.asked += 1;
    if (status === 200) {
      this.swap(next);
      toast(form.dataset.done);
      return this.panel.querySelector("summary")?.focus();
    }
    const texts = [...next.querySelectorAll(".field__error p")].map((line) => line.textContent);
    complain(form, texts.join(" "));
    announce(texts.join(" "));
  }

  send(form) {
    if (this.sending) return;
    const file = form.querySelector("input[type=file]").files[0];
    if (file && file.size > Number(form.dataset.largest)) return complain(form, form.dataset.tooLarge);
    const sending = (this.sending = new XMLHttpRequest());
    sending.open("POST", form.action);
    sending.setRequestHeader("HX-Request", "true");
    sending.upload.addEventListener("progress", ({ loaded, total }) => this.sending && show(form, loaded / total));
    sending.addEventListener("load", ({ target }) => this.ended(form, target));
    sending.addEventListener("error", ({ target }) => this.ended(form, target));
    sending.addEventListener("abort", () => ((this.sending = null), show(form, null)));
    show(form, 0);
    sending.send(new FormData(form));
  }
}

// Sending ------------------------------------------------------------------------------------------------------------

function complain(form, text) {
  const field = form.querySelector("input[type=file]").closest(".field");
  const place = field.querySelector(".field__error") ?? field.appendChild(document.createElement("div"));
  place.className = "field__error";
  place.setAttribute("role", "alert");
  place.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
  field.classList.add("has-error");
}

function show(form, share) {
  const line = form.querySelector("[data-progress]");
  line.hidden = share === null;
  // From the last byte on the server looks at the file, and nobody knows for how long.
  const bar = line.querySelector("progress");
  if (share === null || share >= 1) bar.removeAttribute("value");
  else bar.value = Math.floor(share * 100);
  form.querySelector(".form__acts").hidden = share !== null;
}

const places = new Map();
for (const { dataset } of document.querySelectorAll("[data-attachments]"))
  places.set(dataset.attachments, new Files(dataset.attachments));
const placeOf = (element) => places.get(element?.closest("[data-attachments]")?.dataset.attachments);

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-upload] form");
  if (!form) return;
  event.preventDefault();
  placeOf(form)?.send(form);
});
document.addEventListener("click", (event) => placeOf(event.target.closest("[data-cancel]"))?.sending?.abort());
addEventListener("beforeunload", (event) => [...places.values()].some(({ sending }) => sending) && event.preventDefault());

const page = document.querySelector("[data-live-topic]");
for (const place of page ? places.values() : []) {
  const { liveTopic, liveAfter, liveEpoch } = page.dataset;
  follow(liveTopic, { after: liveAfter, epoch: liveEpoch }, (change) => place.hear(change));
  place.attend(place.panel.dataset);
}

// The rows of a discussion: one function for each kind of change, safe to repeat, whoever delivers it.
import { fill, write } from "./templates.js";

/** The shape that `comments/_comment.html` draws; `ideas.pages.comments.shown` makes the same on the server. */
export function shown(payload, viewer) {
  const mine = payload.author.id === viewer.id;
  return {
    id: payload.id,
    parent_id: payload.parent,
    client_id: payload.client_id,
    author_name: payload.author.name,
    author_initials: payload.author.initials,
    organisation: payload.author.organisation,
    html: payload.html,
    created_at: payload.created_at,
    edited: Boolean(payload.edited_at),
    deleted: Boolean(payload.deleted_at),
    mine,
    may_delete: mine || viewer.staff,
    edit_url: viewer.editUrl.replace("0", payload.id),
    delete_url: viewer.deleteUrl.replace("0", payload.id),
  };
}

export class Thread {
  constructor(list, template, viewer) {
    Object.assign(this, { list, template, viewer, deleted: new Set() });
  }

  find(id) {
    return this.list.querySelector(`[data-comment="${Number(id)}"]`);
  }

  pending(clientId) {
    return this.list.querySelector(`.is-sending[data-client-id="${CSS.escape(clientId)}"]`);
  }

  standing() {
    return [...this.list.querySelectorAll("[data-comment]:not(.is-sending)")].filter(
      (comment) => comment.querySelector(".comment__gone").hidden,
    ).length;
  }

  /** Returns the row that is new to the reader, or null: it was there, or its thread isn't on the page. */
  posted(payload) {
    if (this.find(payload.id) || this.deleted.has(payload.id)) return null;
    const comment = fill(this.template, shown(payload, this.viewer));
    const mine = this.pending(payload.client_id);
    if (mine && payload.author.id === this.viewer.id) mine.closest("li").remove();
    return this.put(comment, payload) ? comment : null;
  }

  /** Rows stand in the order of their ids, in whatever order they arrive. */
  put(comment, payload) {
    const row = document.createElement("li");
    row.append(comment);
    let rows = this.list;
    if (payload.parent) {
      rows = this.find(payload.parent)?.parentElement.querySelector(".comment__replies");
      if (!rows) return false;
    } else {
      row.dataset.thread = payload.id;
      const replies = document.createElement("ol");
      replies.className = "comment__replies thread";
      row.append(replies);
    }
    const later = [...rows.children].find((other) => {
      const sibling = other.querySelector(":scope > [data-comment]");
      return sibling && (sibling.matches(".is-sending") || Number(sibling.dataset.comment) > payload.id);
    });
    rows.insertBefore(row, later ?? null);
    return true;
  }

  edited(payload) {
    const comment = this.find(payload.id);
    if (!comment || this.deleted.has(payload.id)) return null;
    write(comment, shown(payload, this.viewer));
    return comment;
  }

  /** A first comment with replies stays as a tombstone; the last reply under one takes it along. */
  removed(payload) {
    const repeated = this.deleted.has(payload.id);
    this.deleted.add(payload.id);
    const comment = this.find(payload.id);
    if (!comment) return !repeated;
    if (!comment.querySelector(".comment__gone").hidden) return false;
    const row = comment.closest("li");
    // From the row on: a reply's own row stands in somebody's replies too.
    if (row.querySelector(":scope .comment__replies [data-comment]")) {
      write(comment, shown(payload, this.viewer));
      return true;
    }
    const thread = row.parentElement.closest("li[data-thread]");
    row.remove();
    const first = thread?.querySelector(":scope > [data-comment]");
    if (first && !first.querySelector(".comment__gone").hidden && !thread.querySelector(".comment__replies [data-comment]"))
      thread.remove();
    return true;
  }

  /** A comment on its way: drawn like the others, until the change with its client_id takes its place. */
  send(item) {
    const { viewer } = this;
    const comment = fill(this.template, {
      id: "", client_id: item.client_id, author_name: viewer.name, author_initials: viewer.initials, organisation: "",
      html: "", created_at: item.at, edited: false, deleted: false, mine: false, may_delete: false,
    });
    comment.classList.add("is-sending");
    comment.removeAttribute("id");
    const text = comment.querySelector(".comment__text");
    text.textContent = item.body;
    comment.querySelector(".comment__acts").hidden = true;
    const row = document.createElement("li");
    row.append(comment);
    const replies = item.parent && this.find(item.parent)?.parentElement.closest("li[data-thread]")?.querySelector(".comment__replies");
    (replies || this.list).append(row);
    return comment;
  }
}

// Words on their way to the server: kept in this browser until the server has them, sent in order, each with the key it
// was first sent with.
import { post } from "./post.js";

const AGAIN_MS = 5000;

/** What a page keeps in this browser, under names of its own. Without a store it keeps it as long as it is open. */
export function cupboard(key) {
  const here = new Map();

  function keep(name, value) {
    here.delete(name);
    try {
      if (value) localStorage.setItem(key(name), JSON.stringify(value));
      else localStorage.removeItem(key(name));
    } catch {
      if (value) here.set(name, value); // a full or forbidden store
    }
  }

  function kept(name, otherwise) {
    if (here.has(name)) return here.get(name);
    try {
      return JSON.parse(localStorage.getItem(key(name))) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  return { keep, kept };
}

/**
 * Send what waits to `url`, in order. `fields(item)` is what is posted; `arrived(data)` hears the server's answer,
 * `refused(item, result)` why it won't have it (see post.js), `waits(lost)` that it will be sent again, and why.
 */
export function outbox({ keep, kept }, url, { fields, arrived, refused, waits }) {
  let sending = false;
  const items = () => kept("outbox", []);
  const put = (rest) => keep("outbox", rest.length ? rest : null);

  function add(item) {
    put([...items(), item]);
  }

  /** The server has it. Returns whether it waited, and was the last one. */
  function settle(clientId) {
    const rest = items().filter((item) => item.client_id !== clientId);
    if (rest.length === items().length) return false;
    put(rest);
    return !rest.length;
  }

  async function flush() {
    if (sending) return;
    sending = true;
    for (let item; (item = items()[0]); ) {
      const result = await post(url, fields(item));
      if (result.data) arrived(result.data);
      else if (result.lost === "network" || result.lost === "server") {
        waits(result.lost);
        setTimeout(flush, AGAIN_MS + Math.random() * AGAIN_MS);
        break;
      } else {
        settle(item.client_id);
        refused(item, result);
      }
    }
    sending = false;
  }

  return { items, add, settle, flush };
}

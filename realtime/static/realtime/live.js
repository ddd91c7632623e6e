// Follows topics over one socket a tab. Knows the protocol (docs/realtime.md), not what changes mean.
//
//   import { follow, status } from ".../live.js";
//   const unfollow = follow("idea.42", { after: 17, epoch: "5f…" }, (change) => { … });
//
// A change {topic, seq, kind, payload, at} is handed over once, in order, whatever the network does.
// When that can't be kept, `onReset` is called; by default the page saves itself and reloads.

const PATH = "/ws/";
const ACK_EVERY_CHARS = 16 * 1024;
const SILENCE_MS = 45_000; // the server pings every 20 s
const PROBE_MS = 5_000;
const TYPING_MS = 3_000;
const LOOK_MS = 5_000;
const BACKOFF_MS = { first: 500, most: 30_000, hidden: 60_000 };
const SIGNED_OUT = 4401;

/** Dispatches "online", "resuming", "offline" and "signed_out"; `status.state` is the last of them. */
export const status = new EventTarget();
status.state = "resuming";

const topics = new Map(); // name → { epoch, live, head, followers: Set }
let line = null; // the one socket, or null
let retryTimer = 0;
let failures = 0;
let stopped = false; // the page is hidden in history, or its session has ended

/**
 * Follow a topic after the position that the page was made at.
 * Returns a function that ends it. Several followers of one topic share its subscription.
 */
export function follow(name, { after, epoch }, onChange, { onReset = reload, onRevoked = () => {} } = {}) {
  const follower = { seen: Number(after), onChange, onReset, onRevoked };
  let topic = topics.get(name);
  if (!topic) {
    topic = { epoch, live: false, head: 0, followers: new Set(), presence: null };
    topics.set(name, topic);
  }
  topic.followers.add(follower);
  if (line) line.subscribe(name, topic);
  else connectSoon(0);
  return () => unfollow(name, topic, follower);
}

function unfollow(name, topic, follower) {
  topic.followers.delete(follower);
  if (topic.followers.size || topics.get(name) !== topic) return;
  topics.delete(name);
  line?.send({ type: "unsubscribe", topic: name });
  if (!topics.size) hangUp();
  else settle();
}

/**
 * Be seen on a topic that this page follows, and see who else is there.
 * `onPresence({count, members: [{id, name, typing}]})`; in large rooms `members` is empty.
 * Returns { typing(on), leave() }: call `typing(true)` at each keystroke, it is sent every 3 s at most.
 */
export function attend(name, onPresence) {
  const topic = topics.get(name);
  if (!topic) return { typing() {}, leave() {} };
  let typedAt = 0;
  const say = (state) => topic.live && line?.send({ type: "present", topic: name, state });
  topic.presence = { members: new Map(), onPresence, say };
  say("here");
  return {
    typing(on) {
      const now = Date.now();
      if (on ? now - typedAt < TYPING_MS : !typedAt) return;
      typedAt = on ? now : 0;
      say(on ? "typing" : "here");
    },
    leave() {
      say("away");
      topic.presence = null;
    },
  };
}

const seen = (topic) => Math.min(...[...topic.followers].map((follower) => follower.seen));

// One socket, from the dial to its end -------------------------------------------------------------------------------

class Line {
  constructor() {
    this.received = 0;
    this.acknowledged = 0;
    this.heardAt = Date.now();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${scheme}//${location.host}${PATH}`);
    this.socket.onopen = () => this.opened();
    this.socket.onmessage = (event) => this.hear(event.data);
    this.socket.onclose = (event) => this.lost(event.code);
  }

  opened() {
    this.heardAt = Date.now();
    for (const [name, topic] of topics) this.subscribe(name, topic);
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  subscribe(name, topic) {
    topic.live = false;
    this.send({ type: "subscribe", topic: name, after: seen(topic), epoch: topic.epoch });
  }

  hear(text) {
    this.heardAt = Date.now();
    this.received += text.length;
    const message = JSON.parse(text);
    const topic = topics.get(message.topic);
    if (message.type === "ping") this.compare(message.heads);
    else if (topic) answers[message.type]?.(message, topic, this);
    if (this.received - this.acknowledged >= ACK_EVERY_CHARS) {
      this.acknowledged = this.received;
      this.send({ type: "ack", received: this.received });
    }
  }

  /** The server says up to where it has sent: whatever is missing then was lost on the way. */
  compare(heads) {
    for (const [name, head] of Object.entries(heads)) {
      const topic = topics.get(name);
      if (topic?.live && seen(topic) < head) this.subscribe(name, topic);
    }
  }

  /** Ask for a sign of life; without one the network has gone in silence. */
  probe() {
    const askedAt = Date.now();
    this.send({ type: "ping" });
    setTimeout(() => {
      if (line === this && this.heardAt < askedAt) this.drop();
    }, PROBE_MS);
  }

  drop() {
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.lost(1006);
  }

  lost(code) {
    if (line !== this) return;
    line = null;
    for (const topic of topics.values()) topic.live = false;
    if (code === SIGNED_OUT) {
      stopped = true;
      tell("signed_out");
    } else if (topics.size) {
      failures += 1;
      tell(failures > 2 || !navigator.onLine ? "offline" : "resuming");
      connectSoon(backoff());
    }
  }
}

// What each message means --------------------------------------------------------------------------------------------

const answers = {
  subscribed({ epoch, head }, topic) {
    Object.assign(topic, { epoch, head, live: true });
    topic.presence?.members.clear();
    topic.presence?.say("here");
    settle();
  },

  presence({ count, joined, left, typing }, { presence }) {
    if (!presence) return;
    for (const id of left) presence.members.delete(id);
    for (const { id, name } of joined) presence.members.set(id, name);
    const members = [...presence.members].map(([id, name]) => ({ id, name, typing: typing.includes(id) }));
    presence.onPresence({ count, members });
  },

  change(change, topic, on) {
    for (const follower of [...topic.followers]) {
      if (change.seq === follower.seen + 1) deliver(follower, change);
      else if (change.seq > follower.seen && topic.live) on.subscribe(change.topic, topic);
    }
    if (status.state !== "online") settle();
  },

  reset({ topic: name }, topic) {
    topics.delete(name);
    for (const follower of topic.followers) follower.onReset(name);
    settle();
  },

  revoked({ topic: name }, topic) {
    topics.delete(name);
    for (const follower of topic.followers) follower.onRevoked(name);
    settle();
  },

  error({ topic: name, code }, topic) {
    if (code === "not_found") answers.revoked({ topic: name }, topic);
    else console.warn(`live: ${name}: ${code}`);
  },
};

function deliver(follower, change) {
  follower.seen = change.seq;
  try {
    follower.onChange(change);
  } catch (error) {
    reportError(error); // one broken follower must not stop the others
  }
}

/** Save what is being typed, then load the page anew; `live:reset` can be cancelled by who does better. */
function reload(topic) {
  const event = new CustomEvent("live:reset", { cancelable: true, detail: { topic } });
  if (!document.dispatchEvent(event)) return;
  const before = Number(sessionStorage.getItem("live.reloaded_at"));
  const wait = Math.max(0, before + 10_000 - Date.now()); // a server in trouble must not make pages spin
  setTimeout(() => {
    sessionStorage.setItem("live.reloaded_at", Date.now());
    location.reload();
  }, wait);
}

// When to dial, when to wait -----------------------------------------------------------------------------------------

function tell(state) {
  if (status.state === state) return;
  status.state = state;
  status.dispatchEvent(new Event(state));
}

/** Everything asked for has arrived: say so, and forget the failures. */
function settle() {
  if (!line || line.socket.readyState !== WebSocket.OPEN) return;
  if ([...topics.values()].every((topic) => topic.live && seen(topic) >= topic.head)) {
    failures = 0;
    tell("online");
  }
}

function backoff() {
  const most = document.hidden ? BACKOFF_MS.hidden : BACKOFF_MS.most;
  const least = document.hidden ? BACKOFF_MS.most : 0; // tabs nobody looks at let the others go first
  const grown = Math.min(most, BACKOFF_MS.first * 2 ** failures);
  return least + Math.random() * grown;
}

function connectSoon(ms) {
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, ms);
}

function connect() {
  if (!line && !stopped && topics.size) line = new Line();
}

function hangUp() {
  clearTimeout(retryTimer);
  const last = line;
  line = null;
  if (!last) return;
  last.socket.onopen = last.socket.onmessage = last.socket.onclose = null;
  last.socket.close();
}

/** Something suggests that the network or the machine is back: make sure, without waiting for the timer. */
function wakeUp() {
  if (stopped) return;
  if (line) line.probe();
  else connectSoon(Math.random() * 1000);
}

/** A request of the page got through: the network is back, and the timer may stand at half a minute. */
export function gotThrough() {
  if (status.state !== "online") wakeUp();
}

addEventListener("online", wakeUp);
addEventListener("offline", () => line?.probe());
document.addEventListener("visibilitychange", () => document.hidden || wakeUp());

// A page kept for "back" may hold no socket; it takes up where it stood when it is shown again.
addEventListener("pagehide", () => {
  stopped ||= status.state === "signed_out";
  hangUp();
  for (const topic of topics.values()) topic.live = false;
});
addEventListener("pageshow", (event) => {
  if (event.persisted && !stopped) connectSoon(0);
});

let lookedAt = Date.now();
setInterval(() => {
  const now = Date.now();
  const slept = now - lookedAt > LOOK_MS * 3;
  lookedAt = now;
  if (!line) return;
  if (slept) line.probe();
  else if (now - line.heardAt > SILENCE_MS) line.drop();
}, LOOK_MS);

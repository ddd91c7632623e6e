// Rows put in order by mouse, finger or keyboard. A row is held by its grip; the others make room, so that the held one
// never leaves the page and keeps focus and pointer.
import { announce } from "./toasts.js";

const EDGE = 80; // pixels from the window's edge where it begins to scroll
const STEP = 12;

/**
 * Let the rows of `root` be ordered. `rows` and `grip` are selectors; `words` {held, moved, back} are said to screen
 * readers, with {title}, {place}, {count}; a grip has its row's title in data-title. `dropped(grip, place)` hears where
 * a row was put down, 1 being the first; `released()` that it went back. `isHeld()` says whether one is in the hand.
 */
export function order(root, { rows, grip, words, dropped, released }) {
  let held = null; // {row, grip, from, pointer: its id, or null for the keyboard, y}

  const all = () => [...root.querySelectorAll(rows)];
  const place = (row) => all().indexOf(row) + 1;

  function say(text, { row, grip: handle }) {
    const values = { title: handle.dataset.title, place: place(row), count: all().length };
    announce(text.replace(/\{(\w+)\}/g, (_, name) => values[name]));
  }

  function hold(handle, pointer = null) {
    const row = handle.closest(rows);
    held = { row, grip: handle, from: place(row), pointer, y: null };
    handle.focus({ preventScroll: true });
    handle.setAttribute("aria-pressed", "true");
    row.classList.add("is-held");
    say(words.held, held);
  }

  function letGo() {
    const was = held;
    held = null;
    was.row.classList.remove("is-held");
    was.grip.setAttribute("aria-pressed", "false");
    return was;
  }

  function drop() {
    const was = letGo();
    const now = place(was.row);
    if (now !== was.from) return dropped(was.grip, now);
    say(words.back, was);
    return released();
  }

  function putBack() {
    if (!held) return;
    moveTo(held.from);
    const was = letGo();
    say(words.back, was);
    released();
  }

  function moveTo(target) {
    const { row } = held;
    while (place(row) > target) row.after(row.previousElementSibling);
    while (place(row) < target) row.before(row.nextElementSibling);
  }

  // The keyboard: Space takes and puts down, arrows move, Escape puts back ---------------------------------------------

  function step(key) {
    const now = place(held.row);
    const target = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 1, End: all().length }[key];
    if (!target || target > all().length || target === now) return;
    moveTo(target);
    held.row.scrollIntoView({ block: "nearest" });
    say(words.moved, held);
  }

  function take(handle) {
    if (held?.grip === handle) drop();
    else if (!held) hold(handle);
  }

  root.addEventListener("keydown", (event) => {
    const handle = event.target.closest(grip);
    if (!handle) return;
    const isMine = held?.grip === handle;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (!event.repeat) take(handle);
    } else if (isMine && ["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      step(event.key);
    }
  });

  // Screen readers press buttons by a click of their own, which no pointer has made.
  root.addEventListener("click", (event) => {
    const handle = event.target.closest(grip);
    if (handle && event.detail === 0) take(handle);
  });
  root.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.closest(grip)) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held) putBack();
  });

  root.addEventListener("focusout", (event) => {
    if (held?.pointer === null && event.target === held.grip) putBack();
  });

  // The pointer --------------------------------------------------------------------------------------------------------

  const middle = (row) => {
    const box = row.getBoundingClientRect();
    return box.top + box.height / 2;
  };

  /** Make room: only past a neighbour's middle, so that rows of different height don't change places for ever. */
  function settle() {
    const { row, y } = held;
    for (let next = row.nextElementSibling; next && y > middle(next); next = row.nextElementSibling) row.before(next);
    for (let last = row.previousElementSibling; last && y < middle(last); last = row.previousElementSibling) row.after(last);
  }

  function scroll() {
    if (held === null || held.pointer === null) return;
    if (held.y !== null) {
      if (held.y < EDGE) scrollBy(0, -STEP);
      else if (held.y > innerHeight - EDGE) scrollBy(0, STEP);
      settle();
    }
    requestAnimationFrame(scroll);
  }

  root.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(grip);
    if (!handle || event.button !== 0 || held) return;
    event.preventDefault();
    hold(handle, event.pointerId);
    handle.setPointerCapture(event.pointerId);
    requestAnimationFrame(scroll);
  });

  root.addEventListener("pointermove", (event) => {
    if (held?.pointer !== event.pointerId) return;
    held.y = event.clientY;
    settle();
  });

  root.addEventListener("pointerup", (event) => {
    if (held?.pointer === event.pointerId) drop();
  });
  root.addEventListener("pointercancel", (event) => {
    if (held?.pointer === event.pointerId) putBack();
  });

  return { isHeld: () => held !== null };
}

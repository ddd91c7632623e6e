// Who else is on this idea, and who is writing: told by the server while they are here, kept nowhere.
import { attend, status } from "../../realtime/live.js";
import { language } from "./words.js";

const AWAY_MS = 60_000;
const MOST = 6; // avatars in the row; beyond them a number
const listed = new Intl.ListFormat(language, { style: "long", type: "conjunction" });

/** As `Member.initials` on the server. */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...word][0]).join("").toUpperCase();
}

function avatar(text, title = "") {
  const element = Object.assign(document.createElement("span"), { className: "avatar avatar--small", textContent: text, title });
  element.ariaHidden = "true";
  return element;
}

/** Show in `row` who is on `topic` beside `viewer`; returns { typing(on) } for the composer. */
export function showPresence(row, topic, viewer) {
  const { wordOne, wordMany, wordCrowd, wordWriting, wordWritingMany } = row.dataset;
  const faces = row.querySelector("[data-here-faces]");
  const said = row.querySelector("[data-here-said]");
  const writing = row.querySelector("[data-writing]");
  const write = (element, text) => element.textContent === text || (element.textContent = text);

  function sentence(others, members) {
    if (!others) return "";
    if (!members.length) return wordCrowd.replace("{n}", others);
    const names = listed.format(members.map(({ name }) => name));
    return (others === 1 ? wordOne : wordMany).replace("{n}", others).replace("{names}", names);
  }

  function show({ count, members }) {
    const others = members.filter(({ id }) => id !== viewer);
    // A large room tells its number alone, and the viewer is in it.
    const size = members.length ? others.length : Math.max(0, count - 1);
    const writers = others.filter(({ typing }) => typing);
    const more = others.length - MOST;
    const shown = others.slice(0, MOST).map(({ name }) => avatar(initials(name), name));
    faces.replaceChildren(...shown, ...(more > 0 ? [avatar(`+${more}`)] : []));
    write(said, sentence(size, others));
    said.classList.toggle("visually-hidden", others.length > 0);
    const one = writers.length === 1 ? wordWriting.replace("{name}", writers[0].name) : wordWritingMany;
    write(writing, writers.length ? one : "");
  }

  // Whoever is cut off doesn't know who is here.
  for (const state of ["offline", "signed_out"]) status.addEventListener(state, () => show({ count: 0, members: [] }));

  // A tab that nobody has looked at for a while isn't somebody who reads.
  let here = attend(topic, show);
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => (here = void here.leave()), AWAY_MS);
    else here ??= attend(topic, show);
  });
  return { typing: (on) => here?.typing(on) };
}

// What the leads decided of an idea, live for its authors: drawn by the server, swapped in its place.
import { hold } from "./hold.js";
import { fragment } from "./post.js";
import { teamFollower } from "./team.js";
import { refreshTimes } from "./times.js";

const panel = () => document.querySelector("[data-decisions]");
const hear = ({ kind }) => kind === "decisions.published" && refresh();
const attend = teamFollower(hear, refresh);
let asked = 0; // the newest answer wins: an older one that comes late is dropped

async function refresh() {
  const mine = (asked += 1);
  const html = await fragment(panel().dataset.fragment);
  const next = html && new DOMParser().parseFromString(html, "text/html").querySelector("[data-decisions]");
  if (!next || mine !== asked) return;
  refreshTimes(next);
  const now = panel();
  if (now.innerHTML !== next.innerHTML) hold(() => now.replaceWith(document.adoptNode(next)));
}

if (panel()) attend(panel().dataset);

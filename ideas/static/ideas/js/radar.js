// What a call's rules ask of a line-up and what it lacks, in the reader's language: as `ideas.pages.radar` on the server.
// `words` is what `words()` there gives.

const put = (pattern, row) => pattern.replace(/\{(\w+)\}/g, (_, name) => row[name]);

function what({ nouns, percent }, rule, number) {
  const noun = nouns[rule]?.[number === 1 ? 0 : 1] ?? rule;
  return put(rule.endsWith("percent") ? percent : "{number} {noun}", { number, noun });
}

/** One rule on the line-up, as `joining/_check.html` draws it. */
export function shownCheck(words, row) {
  const asked = what(words, row.rule, row.needed);
  return {
    id: row.rule,
    what: row.at_most ? put(words.at_most, { what: asked }) : asked,
    verdict: row.verdict,
    said: put(stateOf(words, row), row),
  };
}

function stateOf({ states, own_states }, { rule, at_most, missing, verdict }) {
  const state = at_most && missing ? "over" : verdict;
  return own_states[rule]?.[state] ?? states[state];
}

/** What a card says of its line-up: all that is missing or too many, or that it can apply; "" where nothing is asked. */
export function lacksInWords(words, { lacks, lacking }) {
  const known = Object.entries(lacks);
  const all = (over) =>
    known
      .filter(([rule]) => rule.startsWith("max_") === over)
      .map(([rule, number]) => what(words, rule, number))
      .join(", ");
  const said = [["missing", all(false)], ["over", all(true)]].filter(([, rules]) => rules);
  if (said.length) return said.map(([state, missing]) => put(words.states[state], { missing })).join("; ");
  return words.ready[lacking[0]] ?? "";
}

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
    said: put(words.states[row.at_most && row.missing ? "over" : row.verdict], row),
  };
}

/** What a card says of all that is missing; "" where nothing is. */
export function lacksInWords(words, lacks) {
  const missing = Object.entries(lacks ?? {}).map(([rule, number]) => what(words, rule, number)).join(", ");
  return missing && put(words.states.missing, { missing });
}

// Words in use, found while typing, above the list of an organisation's own; without scripts the list is typed.

const WAIT_MS = 150;

for (const part of document.querySelectorAll("[data-word-lists]")) {
  for (const list of part.querySelectorAll("[data-words-of]")) addFinder(part.dataset, list);
}

function addFinder(words, list) {
  const box = document.createElement("div");
  box.className = "words-add";
  const field = document.createElement("input");
  field.className = "input";
  field.type = "text";
  field.maxLength = 100;
  field.placeholder = words.find;
  field.setAttribute("aria-label", words.find);
  const found = document.createElement("datalist");
  found.id = `${list.id}-found`;
  field.setAttribute("list", found.id);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = words.add;
  box.append(field, found, button);
  list.after(box);
  let timer = 0;
  let asked = null;

  field.addEventListener("input", () => {
    clearTimeout(timer);
    asked?.abort();
    if (field.value.trim().length > 1) timer = setTimeout(ask, WAIT_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
  button.addEventListener("click", add);

  function add() {
    const word = field.value.trim();
    if (!word) return field.focus();
    const lines = list.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!lines.some((line) => line.toLowerCase() === word.toLowerCase())) lines.push(word);
    list.value = lines.join("\n");
    list.dispatchEvent(new Event("input", { bubbles: true }));
    field.value = "";
    field.focus();
  }

  async function ask() {
    asked = new AbortController();
    const address = `${words.suggestions}?kind=${list.dataset.wordsOf}&q=${encodeURIComponent(field.value)}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") found.replaceChildren();
    }
  }

  function show(suggestions) {
    found.replaceChildren(
      ...suggestions.map(({ label }) => {
        const option = document.createElement("option");
        option.value = label;
        return option;
      }),
    );
  }
}

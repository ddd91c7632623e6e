// What a beginning may become: proposals in the field's own list, which browsers read out and steer by keys.

const WAIT_MS = 150;

for (const field of document.querySelectorAll("[data-suggest]")) {
  const list = field.list;
  let timer = 0;
  let asked = null;
  const byLabel = new Map();

  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    asked?.abort();
    // A proposal that was chosen is a place to go to.
    if (!event.inputType && byLabel.has(field.value)) {
      location.assign(byLabel.get(field.value));
      return;
    }
    if (field.value.trim().length > 1) timer = setTimeout(ask, WAIT_MS);
  });

  async function ask() {
    asked = new AbortController();
    const address = `${field.dataset.suggest}?q=${encodeURIComponent(field.value)}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") list.replaceChildren();
    }
  }

  function show(found) {
    byLabel.clear();
    list.replaceChildren(
      ...found.map(({ kind, label, url }) => {
        const option = document.createElement("option");
        option.value = label;
        option.label = kind;
        byLabel.set(label, url);
        return option;
      }),
    );
  }
}

// The scheme switch: light, dark, and back to what the system says.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

const shown = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = shown() === "dark" ? "light" : "dark";
    const asSystem = next === (system.matches ? "dark" : "light");
    if (asSystem) delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      if (asSystem) localStorage.removeItem("jvl-theme");
      else localStorage.setItem("jvl-theme", next);
    } catch {
      // Kept for this page only.
    }
  });
}

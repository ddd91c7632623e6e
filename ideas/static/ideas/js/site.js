// What every page does. Each module listens on the document, so that parts which arrive later need no wiring.
import "./scheme.js";
import "./dialogs.js";
import "./drafts.js";
import "./forms.js";
import "./keys.js";
import "./stuck.js";
import "./times.js";
import "./toasts.js";

for (const element of document.querySelectorAll("[data-js]")) element.hidden = false;

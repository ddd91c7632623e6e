// A page seen through others' eyes can be read, by whatever means, and nothing on it acts: it would act as its author.
//
// Without scripts main stays inert, which keeps it from screen readers, too.
const main = document.querySelector("[data-preview] ~ main[inert]");

function hold(event) {
  if (event.target.closest("summary")) return;
  event.preventDefault();
  event.stopPropagation();
}

for (const field of main.querySelectorAll("input, select, textarea")) field.disabled = true;
for (const kind of ["click", "auxclick", "submit"]) main.addEventListener(kind, hold, { capture: true });
main.inert = false;

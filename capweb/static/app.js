// The little that pages do by themselves: the menu on narrow screens, confirmations, files dropped on a field, rows that
// open on a press, and a word when a part of a page could not be loaded. Behaviour is named by data attributes, because
// the content security policy allows no script inside a page.
"use strict";

const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-opens]");
  if (opener) {
    const part = document.getElementById(opener.dataset.opens);
    const isOpen = part.classList.toggle("open");
    opener.setAttribute("aria-expanded", String(isOpen));
    return;
  }
  const dismissed = closest(event, "[data-dismisses]");
  if (dismissed) {
    dismissed.closest(dismissed.dataset.dismisses).remove();
    return;
  }
  // A row opens what its first link opens; links, buttons and marked text keep their own meaning.
  const row = closest(event, "tr.linked");
  if (row && !closest(event, "a, button, input, select, label, summary") && !String(window.getSelection())) {
    const link = row.querySelector("a[href]");
    if (link) {
      if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
      else link.click();
    }
  }
});

document.addEventListener("submit", (event) => {
  const asked = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
  if (asked && !window.confirm(asked)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  // A second press on a form that is already under way would only be told that it came twice.
  if (!event.target.hasAttribute("hx-get") && event.target.method === "post") {
    const button = event.submitter;
    if (button) window.setTimeout(() => { button.disabled = true; }, 0);
  }
}, true);

document.addEventListener("change", (event) => {
  const field = closest(event, "[data-submits]");
  if (field) field.form.requestSubmit();
  const all = closest(event, "[data-checks-all]");
  if (all) for (const one of all.form.querySelectorAll(`input[name="${all.dataset.checksAll}"]`)) one.checked = all.checked;
});

// What depends on a choice is shown only with that choice; hidden fields are not sent.
function showDependents(root) {
  for (const part of root.querySelectorAll("[data-shown-with]")) {
    const [name, values] = part.dataset.shownWith.split("=");
    const form = part.closest("form");
    const field = form && form.elements[name];
    const isShown = Boolean(field) && values.split("|").includes(field.value);
    part.hidden = !isShown;
    for (const own of part.querySelectorAll("input, select, textarea")) own.disabled = !isShown;
  }
}
document.addEventListener("change", (event) => {
  if (event.target instanceof Element && event.target.form) showDependents(event.target.form);
});
showDependents(document);

for (const zone of document.querySelectorAll("[data-takes-file]")) {
  const field = zone.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.remove("over"); });
  }
  // A file that the server would refuse for its size is refused before it is sent: the answer to a long upload that is
  // broken off does not always reach the page.
  const weigh = () => {
    const isTooLarge = [...field.files].some((file) => file.size > Number(zone.dataset.largest));
    field.setCustomValidity(isTooLarge ? zone.dataset.tooLarge : "");
    if (isTooLarge) field.reportValidity();
  };
  field.addEventListener("change", weigh);
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    weigh();
  });
}

// A table that is wider than its place can be moved with the arrow keys too; one that fits is no stop on the way.
function letTablesBeMoved() {
  for (const place of document.querySelectorAll(".table-responsive")) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
}
letTablesBeMoved();
window.addEventListener("resize", letTablesBeMoved);
document.addEventListener("htmx:afterSettle", letTablesBeMoved);

// When the page comes back from the browser's memory, its buttons work again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[disabled][type=submit]:not([data-stays-disabled])")) button.disabled = false;
});

// A search box over what the page already holds: lines without the words are put away, and chapters without lines.
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[\u00a0\u202f]/g, " ").replace(/’/g, "'").toLowerCase();
}
function filterLines(box) {
  const body = document.getElementById(box.dataset.filters);
  const words = plain(box.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const line of body.querySelectorAll("[data-line]")) {
    const group = line.closest("[data-group]");
    const heading = group && group.querySelector("h2, h3");
    const text = plain(`${heading ? heading.textContent : ""} ${line.textContent} ${line.id}`);
    line.hidden = !words.every((word) => text.includes(word));
    found += line.hidden ? 0 : 1;
  }
  for (const group of body.querySelectorAll("[data-group]")) {
    group.hidden = words.length > 0 && !group.querySelector("[data-line]:not([hidden])");
  }
  const note = document.getElementById("law-found");
  if (note) note.textContent = !words.length ? "" : found ? `${found} ${note.dataset.found}` : note.dataset.nothing;
}
for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
document.addEventListener("input", (event) => {
  const box = closest(event, "[data-filters]");
  if (box) filterLines(box);
});

// The text of a place goes to the clipboard; the button says that it went.
document.addEventListener("click", async (event) => {
  const button = closest(event, "[data-copies]");
  if (!button) return;
  const place = document.getElementById(button.dataset.copies);
  const text = place.value === undefined ? place.textContent : place.value;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(place);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    return;
  }
  button.querySelector("[data-said]").textContent = button.dataset.done;
});

function tell(message) {
  const place = document.getElementById("flashes");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "flash bad";
  note.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = message;
  note.append(text);
  place.replaceChildren(note);
}
document.addEventListener("htmx:responseError", () => tell(document.body.dataset.partFailed));
document.addEventListener("htmx:sendError", () => tell(document.body.dataset.noConnection));

// Small behaviours that make pages pleasanter. Every page works without them.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // pages hold what not everybody may see: none is kept in the browser's storage
  refreshOnHistoryMiss: true,
});

// A failed validation comes back with status 422 and the form to show.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Fields that ask for suggestions send what is typed as ?q= and nothing else.
document.addEventListener("htmx:configRequest", (event) => {
  const name = event.detail.elt.dataset.query;
  if (!name) return;
  for (const key of [...event.detail.formData.keys()]) event.detail.formData.delete(key);
  event.detail.formData.append(name, event.detail.elt.value);
});

// After rows were added or removed the focus goes to the last row, or to the list.
document.addEventListener("htmx:afterSettle", (event) => {
  const list = event.detail.target;
  if (!list.matches?.(".field-list")) return;
  const rows = list.querySelectorAll(":scope > .item");
  (rows.length ? rows[rows.length - 1] : list).focus();
});

const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, textarea, select, [contenteditable]")) {
    const field = document.querySelector('[data-shortcut="/"]');
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
});

document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details[data-menu]") || !event.target.open) return;
  for (const menu of menus()) if (menu !== event.target && !menu.contains(event.target)) menu.open = false;
}, true);

// The server writes times in the device's zone from the next page on.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());

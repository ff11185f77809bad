// Repeated groups of a form: items come and go in place, made from the blank one that the page brings along, so that a form
// grows without a line too. And a form is read and filled whole.
import htmx from "htmx.org";

const most = 60; // items that the server takes
const digits = new Intl.NumberFormat(document.documentElement.lang + "-u-nu-latn");

const listOf = (form, list) => form.querySelector(`template[data-blank="${CSS.escape(list)}"]`)?.parentElement;
const rowsOf = (fieldset) => [...fieldset.querySelectorAll(":scope > .item")];
const counter = (form, list) => form.querySelector(`input[name="${CSS.escape(list)}.count"]`);

// renumber makes an item the one with another number: in names, ids, what refers to them, and the words that count it.
function renumber(item, list, from, to) {
  const path = `${list}.${from}`, id = `f-${list.replaceAll(".", "-")}-${from}`;
  const renamed = (word) => {
    for (const [begin, next, instead] of [[path, ".", `${list}.${to}`], [id, "-", id.slice(0, -String(from).length) + to], ["#" + id, "-", "#" + id.slice(0, -String(from).length) + to]]) {
      if (word === begin || word.startsWith(begin + next)) return instead + word.slice(begin.length);
    }
    return word;
  };
  const walk = (node) => {
    for (const element of [node, ...node.querySelectorAll("*")]) {
      for (const attribute of element.attributes ?? []) {
        const value = attribute.value.split(" ").map(renamed).join(" ");
        if (value !== attribute.value) attribute.value = value;
      }
      if (element.matches?.("[data-number]") && element.closest(".item") === item) element.textContent = digits.format(to);
      if (element.content) walk(element.content);
    }
  };
  walk(item);
}

function add(form, list) {
  const fieldset = listOf(form, list), count = counter(form, list), n = rowsOf(fieldset).length + 1;
  if (n > most) return null;
  const blank = fieldset.querySelector(":scope > template");
  const item = blank.content.firstElementChild.cloneNode(true);
  renumber(item, list, 0, n);
  blank.before(item);
  count.value = n;
  htmx.process(item); // fields that suggest
  return item;
}

function remove(form, list, n) {
  const fieldset = listOf(form, list), rows = rowsOf(fieldset);
  rows[n - 1]?.remove();
  rows.slice(n).forEach((row, i) => renumber(row, list, n + 1 + i, n + i));
  counter(form, list).value = rowsOf(fieldset).length;
  return rows[n] ?? rows[n - 2] ?? fieldset;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[name=_add], button[name=_remove]");
  if (!button) return;
  const [, list, number] = button.name === "_add" ? [null, button.value] : button.value.match(/^(.*)\.(\d+)$/) ?? [];
  if (!list || !listOf(button.form, list)) return; // the server does it
  event.preventDefault();
  const form = button.form, next = button.name === "_add" ? add(form, list) : remove(form, list, Number(number));
  next?.focus();
  form.dispatchEvent(new Event("input", { bubbles: true }));
});

// entriesOf reads a form: every name with its value, as it would be sent.
export const entriesOf = (form) => [...new FormData(form)].filter(([, value]) => typeof value === "string");

// fill writes into a form what entriesOf has read.
export function fill(form, entries) {
  const values = new Map();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
  for (const [name, [count]] of values) {
    const list = name.endsWith(".count") ? name.slice(0, -".count".length) : "", fieldset = list && listOf(form, list);
    if (!fieldset) continue;
    while (rowsOf(fieldset).length < Math.min(Number(count) || 0, most)) add(form, list);
    while (rowsOf(fieldset).length > Number(count)) remove(form, list, rowsOf(fieldset).length);
  }
  for (const name of values.keys()) {
    if (form.querySelector(`[name="${CSS.escape(name)}"]`) || name.startsWith("_add") || name.startsWith("_remove")) continue;
    for (const value of values.get(name)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  for (const field of form.querySelectorAll("input[name], select[name], textarea[name]")) {
    const given = values.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else if (field.type !== "file" && given.length === 1) field.value = given[0];
    if (field.value && field.closest("details.text-in")) field.closest("details.text-in").open = true;
  }
}

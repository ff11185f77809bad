// A long list of which several may be chosen: what is typed above it narrows it, and what is chosen is said below it.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
const long = 8;

const begun = new WeakSet();

function begin(many) {
  if (begun.has(many)) return;
  begun.add(many);
  const find = many.querySelector("[data-many-find]"), chosen = many.querySelector("[data-many-chosen]");
  const rows = [...many.querySelectorAll("label")].map((label) => ({ label, box: label.querySelector("input"), text: label.textContent.trim() }));
  const say = () => {
    const names = rows.filter((row) => row.box.checked).map((row) => row.text);
    chosen.hidden = names.length === 0;
    chosen.textContent = names.length ? `${chosen.dataset.manyChosen} ${new Intl.ListFormat(document.documentElement.lang, { type: "unit" }).format(names)}` : "";
  };
  const narrow = () => {
    const words = plain(find.value).split(/\s+/);
    for (const row of rows) row.label.hidden = !words.every((word) => plain(row.text).includes(word));
  };
  many.addEventListener("change", say);
  if (rows.length > long) {
    find.hidden = false;
    find.addEventListener("input", narrow);
    find.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return; // it chooses the only one left and never sends the form
      event.preventDefault();
      const left = rows.filter((row) => !row.label.hidden);
      if (left.length === 1) left[0].box.click();
    });
  }
  const first = rows.find((row) => row.box.checked);
  if (first) many.querySelector(".many-list").scrollTop = first.label.offsetTop - many.querySelector(".many-list").offsetTop;
  say();
}

for (const many of document.querySelectorAll("[data-many]")) begin(many);
document.addEventListener("htmx:load", (event) => {
  for (const many of event.target.querySelectorAll?.("[data-many]") ?? []) begin(many);
});

// Rows of a list that are chosen: how many they are, and all rows of the page when the whole list is.
const form = document.getElementById("choose");
if (form) {
  const all = form.querySelector("[data-choose-all]"), count = form.querySelector("[data-choose-count]");
  const boxes = [...document.querySelectorAll('input[name="chosen"][form="choose"]')];
  const say = () => {
    const n = all.checked ? 0 : boxes.filter((box) => box.checked).length;
    count.textContent = n ? `${count.dataset.words} ${n}` : "";
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    say();
  });
  for (const box of boxes) {
    box.addEventListener("change", () => {
      if (!box.checked) all.checked = false;
      say();
    });
  }
  say();
}

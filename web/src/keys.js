// Keyboard shortcuts, for who has not switched them off: never while something is typed, never with Ctrl, Alt or Meta.
const places = { o: "/", s: "/signals", a: "/records/alert", r: "/records/identification", i: "/records/incident", h: "/records/health-event", e: "/explore", n: "/new", c: "/calendar", p: "/participants", f: "/saved" };
const typing = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const rows = () => [...document.querySelectorAll(".list-table tbody tr, [data-row]")].filter((row) => row.querySelector("a"));

let going = 0; // when "g" was pressed

function current() {
  return document.querySelector(".row-current");
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(current());
  const next = list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  current()?.classList.remove("row-current");
  next.classList.add("row-current");
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
}

// follow presses what a page offers under a key: a link or a button.
function follow(key) {
  const target = (current() ?? document).querySelector(`[data-key="${key}"]`) ?? document.querySelector(`[data-key="${key}"]`);
  if (!target) return false;
  target.click();
  return true;
}

async function help() {
  let dialog = document.getElementById("keys-dialog");
  if (dialog?.open) return dialog.close();
  if (!dialog) {
    const answer = await fetch("/keys");
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    dialog = document.createElement("dialog");
    dialog.id = "keys-dialog";
    dialog.className = "keys-dialog";
    const heading = page.querySelector("h1");
    const title = document.createElement("h2");
    title.id = "keys-dialog-title";
    title.textContent = heading.textContent;
    dialog.setAttribute("aria-labelledby", title.id);
    const more = document.createElement("a");
    more.href = "/keys";
    more.textContent = document.querySelector('.foot a[href="/keys"]')?.textContent ?? title.textContent;
    dialog.append(title, document.importNode(page.getElementById("shortcuts"), true), more);
    document.body.append(dialog);
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
  dialog.showModal();
}

function act(key) {
  if (going && Date.now() - going < 1500) {
    going = 0;
    if (!places[key]) return false;
    location.assign(places[key]);
    return true;
  }
  going = 0;
  switch (key) {
    case "g": going = Date.now(); return true;
    case "?": help(); return true;
    case "j": move(1); return true;
    case "k": move(-1); return true;
    case "o": {
      const link = current()?.querySelector("a");
      link?.click();
      return Boolean(link);
    }
    case "x": {
      const box = current()?.querySelector('input[name="chosen"]');
      box?.click();
      return Boolean(box);
    }
    case "n": case "e": case "a": return follow(key);
  }
  return false;
}

if (document.body.hasAttribute("data-keys")) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.(typing) || document.querySelector("dialog[open]") && event.key !== "?") return;
    if (act(event.key)) event.preventDefault();
  });
}

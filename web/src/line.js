// Forms that a lost line cannot empty. While one types, what is typed is kept on the device; what cannot be sent waits there
// and goes when the line is back; what the server refuses comes back with everything in it. The server's own pages work
// without any of this.
import htmx from "htmx.org";
import { drop, forget, get, items, keeps, person, put, setKeeps } from "./kept.js";
import { entriesOf, fill } from "./rows.js";
import { reasons, send } from "./send.js";

const html = document.documentElement;
const words = JSON.parse(document.getElementById("device-words")?.dataset.words ?? "{}");
const time = new Intl.DateTimeFormat(html.lang + "-u-nu-latn", { dateStyle: "medium", timeStyle: "short" });

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// say shows one message before a place, instead of the one that stood there. That one may itself be the place.
function say(place, tone, text, ...more) {
  const message = make("div", { class: `message tone-${tone}`, role: tone === "good" ? "status" : "alert", "data-line": "", tabindex: "-1" }, make("div", {}, text, ...more.flatMap((m) => [" ", m])));
  const old = place.parentElement.querySelector(":scope > [data-line]");
  place.before(message);
  old?.remove();
  return message;
}

const link = (href, text, more = {}) => make("a", { href, ...more }, text);
const here = () => location.pathname + location.search;
const main = () => document.querySelector("main .container-xl");

// ---- a record's form -------------------------------------------------------------------------------------------------

let record = null; // the form of a record on this page
const onDevice = () => record && record.querySelector("[data-keep-choice] input").checked;
const field = (name) => record.elements.namedItem(name);

function itemOf(state) {
  const substance = record.querySelector("input[name$='.substance'], input[name=substance]")?.value;
  return { id: field("_once").value, path: here(), action: record.getAttribute("action"), state, entries: entriesOf(record),
    title: [document.querySelector("h1").textContent, substance].filter(Boolean).join(" · ") };
}

// keep keeps the form as it stands, unless the person does not want that. It answers whether it is kept.
function keep(state = "open") {
  if (!onDevice()) return false;
  const kept = put(itemOf(state));
  if (!kept) say(record, "attention", words.full);
  return kept;
}

let later;
const keepSoon = () => {
  clearTimeout(later);
  later = setTimeout(keep, 400);
};

function chooseToKeep() {
  const choice = record.querySelector("[data-keep-choice]"), box = choice.querySelector("input"), tlp = field("tlp");
  choice.hidden = false;
  let wanted = null; // for this form, once the person has said so
  const decide = () => {
    box.checked = wanted ?? (keeps() && tlp?.value !== "RED");
    if (!box.checked) drop(field("_once").value);
  };
  box.addEventListener("change", () => {
    wanted = box.checked;
    if (tlp?.value !== "RED") setKeeps(box.checked);
    decide();
  });
  tlp?.addEventListener("change", () => {
    if (tlp.value === "RED") wanted = null; // what was said of another label does not hold for this one
    decide();
  });
  decide();
}

// linked adds to a blank form the links that its address asks for, as the server would.
function linked() {
  for (const [name, relation] of [["under", "part-of"], ["answers", "answers"]]) {
    const to = new URLSearchParams(location.search).get(name);
    if (to) record.append(Object.assign(document.createElement("input"), { type: "hidden", name: "link", value: `${relation} ${to}` }));
  }
}

function restore() {
  const wanted = location.hash.startsWith("#kept=") ? get(location.hash.slice(6)) : null;
  const item = wanted ?? items().find((x) => x.path === here() && x.state !== "waiting");
  if (!item || item.person !== person) return;
  fill(record, item.entries);
  const why = item.why?.length ? " " + item.why.join(" ") : "";
  const anew = make("button", { type: "button", class: "btn btn-sm" }, words.anew);
  anew.addEventListener("click", () => {
    drop(item.id);
    location.replace(here());
  });
  say(record, "attention", words.restored.replace("{time}", time.format(item.at)) + why, anew);
}

// fresh gives a form a key of its own: a blank one that the device keeps has been opened before.
const fresh = () => (field("_once").value = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join(""));

function openRecord(first) {
  record = document.querySelector("form[data-keep=record]");
  if (!record) return;
  if (first && !html.dataset.person) {
    fresh();
    linked();
  }
  if (first) restore();
  chooseToKeep();
  record.addEventListener("input", keepSoon);
  record.addEventListener("change", keepSoon);
}

addEventListener("pagehide", () => {
  if (later && record?.isConnected && !record.dataset.sent) keep(get(field("_once").value)?.state);
});

// ---- sending -----------------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-keep]")) return;
  event.preventDefault();
  if (form.dataset.sending) return; // pressed twice
  submit(form, event.submitter);
});

async function submit(form, button) {
  form.dataset.sending = "yes";
  form.setAttribute("aria-busy", "true");
  clearTimeout(later);
  later = 0;
  const entries = entriesOf(form), whole = form === record, kept = whole && keep();
  if (button?.name) entries.push([button.name, button.value]);
  const result = await send(form.getAttribute("action"), entries);
  delete form.dataset.sending;
  form.removeAttribute("aria-busy");
  ({ done, page: shown, session, lost })[result.what](form, result, kept);
}

function done(form, { location: to }) {
  if (form === record) {
    drop(field("_once").value);
    form.dataset.sent = "yes";
    delete form.dataset.unsent;
  }
  const url = new URL(to, location);
  if (url.pathname + url.search === here() && url.hash) { // the same page, elsewhere: it has changed
    history.replaceState(null, "", url);
    location.reload();
  } else location.assign(url);
}

// shown puts the page that the server answers in place of this one, or says why it refuses.
function shown(form, { page, ok }, kept) {
  const answer = page.querySelector(`main form[data-keep][action="${CSS.escape(form.getAttribute("action"))}"]`);
  if (!ok && !answer) {
    say(form, "bad", reasons(page).join(" "), words[kept ? "unsent" : "unsent-open"]).focus();
    return;
  }
  document.title = page.title;
  const old = document.querySelector("main"), next = document.importNode(page.querySelector("main"), true);
  old.replaceWith(next);
  htmx.process(next);
  openRecord(false);
  if (record && kept) keep();
  (next.querySelector("[data-focus]") ?? next).focus();
  if (!next.querySelector("[data-focus]")) scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent("tocsin:shown"));
}

addEventListener("beforeunload", (event) => record?.dataset.unsent && event.preventDefault());

function session(form, _, kept) {
  if (form === record && !kept) form.dataset.unsent = "yes";
  if (kept) say(form, "attention", words.session, link(here(), words["sign-in"])).focus();
  else say(form, "attention", words["session-open"], link("/sign-in", words["sign-in"], { target: "_blank", rel: "noopener" })).focus();
}

function lost(form, _, kept) {
  if (form === record && !kept) form.dataset.unsent = "yes";
  if (kept && keep("waiting")) say(form, "attention", words.unsent, link("/offline", words.look)).focus();
  else say(form, "attention", words["unsent-open"]).focus();
}

// ---- what waits ----------------------------------------------------------------------------------------------------------

// alone lets one page at a time send what waits.
const alone = (work) => (navigator.locks ? navigator.locks.request("tocsin-send", { ifAvailable: true }, (lock) => lock && work()) : work());

async function deliver() {
  const waiting = items().filter((x) => x.state === "waiting");
  if (!person || !waiting.length) return;
  await alone(async () => {
    for (const item of waiting) {
      if (get(item.id)?.state !== "waiting") continue;
      const { what, location: to, page } = await send(item.action, item.entries);
      if (what === "lost") break;
      if (what === "session") {
        say(main().firstElementChild, "attention", words.session, link("/sign-in", words["sign-in"]));
        break;
      }
      if (what === "done") {
        drop(item.id);
        say(main().firstElementChild, "good", `${words.sent} ${item.title}`, link(to, words.open));
        if (record && field("_once").value === item.id) fresh(); // further typing is another record
      } else put({ ...item, state: "refused", why: reasons(page) });
    }
  });
  show();
}

// show lists what waits on the page for that, and says on every other that something does.
function show() {
  const unsent = items().filter((x) => x.state !== "open");
  const list = document.getElementById("device-list");
  if (list) return fillList(list, items());
  const place = main()?.firstElementChild;
  if (!place || !unsent.length || record) return;
  say(place, "attention", words[unsent.some((x) => x.state === "refused") ? "refused" : "waits"], link("/offline", words.look));
}

function fillList(list, all) {
  const template = document.getElementById("device-item");
  document.querySelector("[data-nothing-waits]").hidden = all.length > 0;
  document.querySelector("[data-send-now]").hidden = !all.some((x) => x.state === "waiting");
  list.replaceChildren(...all.map((item) => {
    const row = template.content.firstElementChild.cloneNode(true), part = (name) => row.querySelector(`[data-${name}]`);
    part("title").textContent = item.title;
    part("at").textContent = time.format(item.at);
    part("why").textContent = { open: words.filling, waiting: words.waiting, refused: [words.why, ...(item.why ?? [])].join(" ") }[item.state];
    part("open").href = `${item.path}#kept=${item.id}`;
    part("delete").addEventListener("click", () => {
      drop(item.id);
      show();
    });
    return row;
  }));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-sign-out]")) return;
  if (items().length && !confirm(words.leave)) event.preventDefault();
  else forget();
});

// The blank forms are fetched when the page has long been there, and not where bytes are counted.
function prepare() {
  if (!html.dataset.person || !navigator.serviceWorker || navigator.connection?.saveData) return;
  setTimeout(async () => {
    await navigator.serviceWorker.register("/sw.js");
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ keep: html.lang });
  }, 4000);
}

addEventListener("online", deliver);
addEventListener("storage", show);
addEventListener("visibilitychange", () => document.visibilityState === "visible" && deliver());
setInterval(deliver, 30_000);
document.addEventListener("click", (event) => event.target.closest?.("[data-send-now]") && deliver());
addEventListener("load", prepare);

openRecord(true);
show();
deliver();

// What every page must be, whatever it shows: without faults, worded, in its language and direction, no wider than the
// screen, from this server alone, and accessible.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { keys } from "./words.mjs";

const shots = process.env.SCREENSHOTS;

// watch collects in page.faults what a page must never do. It may ask the server at the addresses given, and no other.
export function watch(page, ...bases) {
  page.faults = [];
  page.on("console", (m) => m.type() === "error" && !/status of 4\d\d|ERR_INTERNET_DISCONNECTED|^htmx:(sendError|afterRequest)/.test(m.text()) && page.faults.push(`${page.url()}: ${m.text()}`));
  page.on("pageerror", (e) => page.faults.push(`${page.url()}: ${e}`));
  page.on("response", (r) => r.status() >= 500 && page.faults.push(`${r.status()} ${r.url()}`));
  page.on("request", (r) => ![...bases, "data:"].some((base) => r.url().startsWith(base)) && page.faults.push(`asks another server: ${r.url()}`));
  return page;
}

const judged = {}; // by direction, width and colours: the forms of element that axe has judged there

// looked asks the page, which keeps one element of each form: elements as far as they differ in more than their words.
function looked() {
  const html = document.documentElement;
  const own = (e) => e.tagName + [...e.attributes].map((a) => (/^(class|role|type|dir|aria-(?!label$|labelledby$|describedby$))/.test(a.name) ? `[${a.name}=${a.value}]` : `[${a.name}]`)).sort().join("");
  globalThis.held = {};
  for (const e of document.body.querySelectorAll(":not(option, path, use)")) globalThis.held[`${own(e)}${e.firstChild ? "" : " empty"} in ${e.parentElement?.tagName} ${e.parentElement?.getAttribute("class")}`] ||= e;
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && e.getClientRects().length > 0;
  // A link within a running text is as high as its line; one that stands by itself is a target.
  const inText = (a) => {
    const parent = a.parentElement.closest("p, dd, td, th, caption, figcaption, li, bdi, legend, span");
    return getComputedStyle(a).display === "inline" && parent && parent.textContent.trim() !== a.textContent.trim();
  };
  const size = (e) => (e.matches("input[type=radio], input[type=checkbox]") ? e.closest("label") ?? e : e.matches(".stretched-link") ? e.closest(".card") ?? e : e).getBoundingClientRect();
  const small = [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
    .filter((e) => shown(e) && !e.closest("svg, .skip-link, .visually-hidden, [aria-hidden=true]") && !inText(e) && (size(e).width < 23.9 || size(e).height < 23.9));
  return {
    forms: Object.keys(globalThis.held), lang: html.lang, dir: html.dir, wide: html.scrollWidth - html.clientWidth, h1: [...document.querySelectorAll("h1")].filter(shown).length,
    words: document.body.innerText.match(/\b[a-z][a-z-]*(\.[a-z0-9-]+)+\b/g) ?? [],
    small: innerWidth > 500 ? [] : small.map((e) => `${e.outerHTML.slice(0, 150)} ${size(e).width.toFixed(0)}x${size(e).height.toFixed(0)}`),
  };
}

// check finds what is wrong with the page that is open. look says in which language, width and colours it is looked at:
// axe takes seconds for a large page, so it judges what no page before in this direction, width and colours held.
export async function check(page, name, { lang, width = 1440, colour = "light" } = {}) {
  await page.locator("h1").first().waitFor({ state: "attached", timeout: 15_000 }).catch(() => {}); // it is found missing below
  const found = await page.evaluate(looked);
  if (lang) assert.equal(found.lang, lang, name);
  assert.equal(found.dir, found.lang === "ar" ? "rtl" : "ltr", name);
  assert.ok(found.wide <= 1, `${name} is ${found.wide} pixels wider than the screen`);
  assert.equal(found.h1, 1, `${name} has ${found.h1} headings of the first order`);
  assert.deepEqual(found.words.filter((w) => keys.has(w)), [], `${name}: messages without words`);
  assert.deepEqual(found.small, [], `${name}: targets of less than 24 pixels`);
  assert.deepEqual(page.faults, [], name);
  if (shots) {
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, name.replaceAll(/[^\w.-]+/g, "-") + ".png"), fullPage: true, caret: "initial" }); // hiding it would take a style that the page's policy refuses
  }
  const known = (judged[found.dir + width + colour] ??= new Set()), fresh = found.forms.filter((f) => !known.has(f));
  if (!fresh.length) return;
  await page.evaluate(axe.source); // through the debugger, past the page's own policy
  const violations = await page.evaluate(async (some) => {
    const held = some?.map((f) => globalThis.held[f]).filter((e) => e.isConnected); // a script may have put another in its place
    if (held?.length === 0) return [];
    const { violations } = await globalThis.axe.run(held ? { include: held } : document, { resultTypes: ["violations"] });
    return violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.help} (${v.nodes[0].html.slice(0, 300)} ${v.nodes[0].any[0]?.message ?? ""})`);
  }, known.size ? fresh : null);
  assert.deepEqual(violations, [], name);
  for (const f of fresh) known.add(f);
}

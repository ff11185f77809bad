// What a good public page is, as questions that a browser answers. Each weighs something; a page's score is what the
// answered ones weigh, of 100.
import axe from "axe-core";

// rules are axe's that bear on structure, names and targets, with what each weighs. Contrast weighs by itself below.
const rules = {
  "page-has-heading-one": 3, "heading-order": 3, "empty-heading": 1, "landmark-one-main": 2, "landmark-unique": 1, "region": 3, "bypass": 1,
  "html-has-lang": 2, "html-lang-valid": 1, "valid-lang": 1, "document-title": 2, "meta-viewport": 2,
  "image-alt": 2, "svg-img-alt": 1, "link-name": 3, "button-name": 2, "label": 2, "select-name": 1, "summary-name": 1, "list": 1, "listitem": 1, "definition-list": 1,
  "td-headers-attr": 1, "scrollable-region-focusable": 1, "duplicate-id-aria": 1, "aria-valid-attr": 1, "aria-valid-attr-value": 1, "aria-allowed-attr": 1, "tabindex": 1,
  "link-in-text-block": 2, "target-size": 2,
};

const kilobyte = 1000;
const light = 150 * kilobyte, heavy = 600 * kilobyte; // of a first visit: full marks up to the one, none from the other

// looked asks the page itself. It runs in the browser.
function looked(lang) {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && e.getClientRects().length > 0;
  const named = (name) => document.querySelector(`meta[name=${name}]`)?.content.trim() ?? "";
  const html = document.documentElement;
  const alternates = Object.fromEntries(all("link[rel=alternate][hreflang]").map((l) => [l.hreflang, l.getAttribute("href")]));
  const languages = ["en", "ar", "es", "fr", "pt", "ru"];
  // A link within a running text is as high as its line; one that stands by itself is a target.
  const inText = (a) => {
    const parent = a.parentElement.closest("p, dd, td, th, caption, figcaption, li, bdi");
    return getComputedStyle(a).display === "inline" && parent && parent.textContent.trim() !== a.textContent.trim();
  };
  const small = all("a[href], button, summary, input:not([type=hidden]), select, textarea").filter((e) => shown(e) && !e.closest("svg, .skip-link, .visually-hidden") && !inText(e))
    .filter((e) => {
      const b = (e.matches(".stretched-link") ? e.closest(".card") : e).getBoundingClientRect();
      return b.width < 23.9 || b.height < 23.9;
    });
  const wide = html.scrollWidth - html.clientWidth;
  return [
    ["one h1 that says something", 4, all("h1").filter(shown).length === 1 && document.querySelector("h1").textContent.trim().length > 1, all("h1").length],
    ["lang and dir", 4, html.lang === lang && html.dir === (lang === "ar" ? "rtl" : "ltr"), html.lang + " " + html.dir],
    ["title", 3, document.title.length >= 10 && document.title.includes(document.querySelector("h1")?.textContent.trim().slice(0, 20)), document.title],
    ["description", 4, named("description").length >= 30 && named("description").length <= 320, named("description")],
    ["viewport", 2, /width=device-width/.test(named("viewport")) && !/user-scalable=no|maximum-scale/.test(named("viewport")), named("viewport")],
    ["alternates in every language", 4, [...languages, "x-default"].every((l) => URL.canParse(alternates[l])) && new URL(alternates[lang]).searchParams.get("lang") === lang, JSON.stringify(alternates)],
    ["landmarks", 3, ["header", "nav", "main", "footer"].every((tag) => all(tag).some((e) => !e.closest("main") || tag === "main")), ""],
    ["no empty links", 3, all("a[href]").every((a) => a.textContent.trim() || a.getAttribute("aria-label") || a.querySelector("title")), all("a[href]").filter((a) => !a.textContent.trim())[0]?.outerHTML.slice(0, 200)],
    ["links lead somewhere", 2, all("main a, nav a").every((a) => a.getAttribute("href") && !/^(#|javascript:)$/.test(a.getAttribute("href"))), ""],
    ["ids are unique", 2, all("[id]").length === new Set(all("[id]").map((e) => e.id)).size, ""],
    ["no key of a message is left", 2, !/\b(front|menu|field|option|state|kind|list|error|notice|report|about|group)\.[a-z-]+(\.[a-z-]+)?\b/.test(document.body.innerText.replace(/\S+@\S+|https?:\S+|\w+\.(csv|xlsx|json|atom|ics)/g, "")), ""],
    ["targets of 24 pixels", 5, innerWidth > 500 || small.length === 0, small.slice(0, 3).map((e) => e.outerHTML.slice(0, 120) + " " + e.getBoundingClientRect().width.toFixed(0) + "x" + e.getBoundingClientRect().height.toFixed(1)).join(" | ")],
    ["nothing wider than the screen", 5, wide <= 1, wide],
    ["no tracker and nothing of others", 4, all("script[src], link[href], img[src], iframe").every((e) => new URL(e.src || e.href, location).origin === location.origin || e.matches("[href^='data:'], [rel=alternate]")) && !all("iframe").length, ""],
  ];
}

// focused presses Tab and answers what shows no sign of the focus.
async function focused(page, times = 10) {
  const blind = [];
  await page.evaluate(() => document.activeElement?.blur());
  for (let i = 0; i < times; i++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const s = getComputedStyle(e), b = e.getBoundingClientRect();
      const drawn = e.closest("svg") && parseFloat(getComputedStyle(e.lastElementChild).strokeWidth) > 1; // a country on a map
      return { what: e.outerHTML.slice(0, 100), ok: (drawn || s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) && b.bottom > 0 && b.top < innerHeight && b.right > 0 && b.left < innerWidth };
    });
    if (seen && !seen.ok) blind.push(seen.what);
  }
  return blind;
}

// audit scores the page that is open: what it weighs on a first visit in bytes, and what it holds without scripts (the
// words that it shows) are found out by the caller.
export async function audit(page, lang, { bytes, words }) {
  const checks = [];
  const check = (name, weight, share, detail = "") => checks.push({ name, weight, share: Number(share), detail });
  check("weight", 10, Math.max(0, Math.min(1, (heavy - bytes) / (heavy - light))), bytes + " bytes");
  for (const [name, weight, ok, detail] of await page.evaluate(looked, lang)) check(name, weight, ok, detail);
  await page.evaluate(axe.source); // through the debugger, past the page's own policy
  const found = await page.evaluate((names) => globalThis.axe.run(document, { runOnly: names, resultTypes: ["violations", "passes"], rules: { "target-size": { enabled: true } } })
    .then((r) => Object.fromEntries([...r.violations.map((v) => [v.id, v]), ...r.passes.filter((p) => !r.violations.some((v) => v.id === p.id)).map((p) => [p.id, { passed: p.nodes.length }])]
      .map(([id, v]) => [id, { wrong: v.passed ? 0 : v.nodes.length, passed: v.passed ?? r.passes.find((p) => p.id === id)?.nodes.length ?? 0, html: v.passed ? "" : v.nodes[0].html.slice(0, 200) + " " + (v.nodes[0].any[0]?.message ?? "") }]))), [...Object.keys(rules), "color-contrast"]);
  for (const [id, weight] of Object.entries(rules)) check(id, weight, !found[id]?.wrong, found[id]?.html);
  const contrast = found["color-contrast"] ?? { wrong: 0, passed: 1, html: "" };
  check("contrast", 15, contrast.wrong ? Math.max(0, 1 - 5 * contrast.wrong / (contrast.wrong + contrast.passed)) : 1, contrast.html);
  const blind = await focused(page);
  check("the focus is seen", 5, blind.length === 0, blind[0]);
  const now = await page.evaluate(() => document.querySelector("main").innerText.replace(/\s+/g, "").length);
  check("the same without scripts", 8, words >= 0.95 * now, `${words} of ${now} letters`);
  const most = checks.reduce((sum, c) => sum + c.weight, 0);
  return { score: 100 * checks.reduce((sum, c) => sum + c.weight * c.share, 0) / most, faults: checks.filter((c) => c.share < 1) };
}

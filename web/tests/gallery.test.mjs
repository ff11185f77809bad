// Looks at every piece of the house look as a browser does: no serious accessibility violation, no breach of the content
// security policy, nothing wider than the screen. Pictures go to test-results/ when SCREENSHOTS is set.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { startBrowser, startGallery } from "./gallery.mjs";

const pages = ["", "list", "form", "record", "empty", "nowhere"];
const widths = [1440, 390];
const looks = [["en", "light"], ["en", "dark"], ["ar", "light"], ["ar", "dark"]];

// What axe judges: everything in two looks that differ in all, contrast in the other colours of both, and nothing where only
// what it has judged stands in another place.
const contrast = { type: "rule", values: ["color-contrast"] };
const judged = { "1440 en light": undefined, "390 ar dark": undefined, "1440 en dark": contrast, "390 ar light": contrast };

let gallery, browser;

before(async () => {
  [gallery, browser] = await Promise.all([startGallery(), startBrowser()]);
  if (process.env.SCREENSHOTS) await mkdir(process.env.SCREENSHOTS, { recursive: true });
});

after(async () => {
  await browser?.close();
  gallery?.stop();
});

async function visit(width, lang, theme, path, options = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: false, ...options });
  await context.addCookies([{ name: "theme", value: theme, url: gallery.url }, { name: "lang", value: lang, url: gallery.url }]);
  const page = await context.newPage();
  const faults = [];
  page.on("console", (m) => m.type() === "error" && !/status of 404/.test(m.text()) && faults.push(m.text()));
  page.on("pageerror", (e) => faults.push(String(e)));
  await page.goto(`${gallery.url}/${path}`, { waitUntil: "load" });
  return { page, faults, close: () => context.close() };
}

// violations runs axe-core through the debugging protocol, which the page's own policy does not bind.
async function violations(page, runOnly) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((only) => globalThis.axe.run({ resultTypes: ["violations"], ...(only && { runOnly: only }) }), runOnly);
  return violations.filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => `${n.html} ${n.any[0]?.message ?? ""}`).join(" | ")}`);
}

for (const width of widths) {
  for (const [lang, theme] of looks) {
    test(`${width} px, ${lang}, ${theme}`, async () => {
      for (const path of pages) {
        const { page, faults, close } = await visit(width, lang, theme, path);
        const name = path || "overview";
        if (process.env.SCREENSHOTS) {
          await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${width}-${lang}-${theme}.png`, fullPage: true });
        }
        assert.equal(await page.getAttribute("html", "dir"), lang === "ar" ? "rtl" : "ltr");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than the screen`);
        assert.deepEqual(faults, [], name);
        const look = `${width} ${lang} ${theme}`;
        if (look in judged) assert.deepEqual(await violations(page, judged[look]), [], name);
        await close();
      }
    });
  }
}

test("without scripts everything stands", async () => {
  const { page, close } = await visit(1440, "en", "light", "record", { javaScriptEnabled: false });
  assert.equal(await page.locator(".plot-scroll svg").count(), 1);
  await page.getByRole("button", { name: "Dismiss" }).first().click();
  assert.ok(await page.getByRole("dialog").isVisible());
  await page.getByText("Language").locator("..").click();
  assert.ok(await page.getByRole("link", { name: "العربية" }).isVisible());
  await close();
});

test("menus close on Escape and the slash leads to the search", async () => {
  const { page, close } = await visit(1440, "en", "light", "list");
  await page.locator(".mainmenu summary").filter({ hasText: "Warn" }).click();
  assert.ok(await page.getByRole("link", { name: "Alerts" }).isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await page.getByRole("link", { name: "Alerts" }).isVisible()));
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await close();
});

test("the theme changes and stays", async () => {
  const { page, close } = await visit(1440, "en", "light", "list?q=1");
  await page.locator("summary").filter({ hasText: "Brightness" }).click();
  await page.getByRole("button", { name: "Dark" }).click();
  await page.waitForURL("**/list?q=1");
  assert.equal(await page.getAttribute("html", "data-bs-theme"), "dark");
  await close();
});

test("the live plot and map answer", async () => {
  const { page, faults, close } = await visit(1440, "en", "light", "");
  await page.locator(".plot-live svg").waitFor();
  await page.locator(".plot-live").hover();
  await page.locator(".plot-tip").waitFor();
  const before = await page.locator(".map-frame svg").getAttribute("viewBox");
  await page.getByRole("button", { name: "Zoom in" }).click();
  assert.notEqual(await page.locator(".map-frame svg").getAttribute("viewBox"), before);
  assert.deepEqual(faults, []);
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`rows come and go ${javaScriptEnabled ? "in place" : "without scripts"}`, async () => {
    const { page, faults, close } = await visit(390, "en", "light", "form", { javaScriptEnabled });
    await page.getByLabel("Title").fill("Blue tablets");
    await page.getByRole("button", { name: "Add: Component" }).click();
    await page.getByRole("group", { name: "Component 3" }).waitFor();
    assert.equal(await page.getByLabel("Title").inputValue(), "Blue tablets");
    await page.getByRole("button", { name: "Remove Component 2" }).click();
    await page.getByRole("group", { name: "Component 3" }).waitFor({ state: "detached" });
    assert.equal(await page.getByRole("group", { name: /^Component/ }).count(), 2);
    assert.deepEqual(faults, []);
    await close();
  });
}

test("suggestions come while one types, from what is typed alone", async () => {
  const { page, faults, close } = await visit(1440, "en", "light", "form");
  const asked = page.waitForRequest("**/suggest?*");
  await page.getByLabel("Substance").first().fill("nita");
  assert.equal(new URL((await asked).url()).search, "?q=nita");
  await page.locator('datalist option[value="metonitazene"]').first().waitFor({ state: "attached" });
  assert.deepEqual(faults, []);
  await close();
});

// Journeys through the pages as people make them. A story: a physician imports deaths, the detection finds them, an analyst
// assesses and warns, a second one clears, another country acknowledges, and outsiders see nothing. Then officials who come
// for the first time, in each language; and forms that meet a lost line, an ended session, and impatience.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pressed, startDemo, tocsin } from "./demo.mjs";
import { startBrowser } from "./gallery.mjs";
import { check as looked, watch } from "./look.mjs";
import { wordsIn } from "./words.mjs";

// Officials who come for the first time: one in each language, of a country that is warned.
const officials = {
  en: { code: "KE", name: "Wanjiru Kamau", zone: "Africa/Nairobi" },
  ar: { code: "MA", name: "سلمى العلوي", zone: "Africa/Casablanca" },
  es: { code: "CO", name: "Lucía Restrepo", zone: "America/Bogota" },
  fr: { code: "SN", name: "Aïssatou Diop", zone: "Africa/Dakar" },
  pt: { code: "BR", name: "Beatriz Lima", zone: "America/Sao_Paulo" },
  ru: { code: "KZ", name: "Дана Ахметова", zone: "Asia/Almaty" },
};

let demo, base, browser;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  base = demo.base;
  const run = (...args) => execFileSync(tocsin, [...args, "--database", demo.database], { encoding: "utf8" });
  for (const [lang, o] of Object.entries(officials)) {
    o.email = `${lang}@first.example`;
    run("user", "add", o.email, "--name", o.name, "--participant", o.code, "--languages", lang, "--zone", o.zone, "--sectors", "forensic,health");
    run("user", "register", o.email, "swg2.1", "west");
    o.link = new URL(JSON.parse(run("user", "link", o.email, "--json")).link).pathname;
  }
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

// as opens a browser of its own for a role, with a watch for what a page must never do.
async function as(role, { lang = "en", width = 1440, colour = "light", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: colour, ...options });
  const page = watch(await context.newPage(), base);
  page.setDefaultTimeout(20_000);
  page.look = { lang, width, colour };
  await page.goto(`${base}/sign-in?lang=${lang}`);
  if (role) await page.click(`[data-role=${role}]`);
  return page;
}

const check = (page, name) => looked(page, name, page.look);

const day = back => new Date(Date.now() - back * 864e5).toISOString().slice(0, 10);
// The Wednesday of the last whole week.
const weekday = (new Date().getUTCDay() + 6) % 7;
const lastWeek = day(weekday + 5);

let alertPath;

// soon asks until the answer fits, for the answer to a click may be a moment on its way, and returns the last one.
async function soon(ask, fits) {
  let got;
  for (let until = Date.now() + 15_000; !fits(got = await ask()) && Date.now() < until;) await new Promise((done) => setTimeout(done, 50));
  return got;
}

// says waits for what a part of the page is to say.
async function says(page, part, pattern) {
  assert.match(await soon(() => page.textContent(part).catch(String), (said) => pattern.test(said)), pattern);
}

// comesBack waits for what was typed as the name of the laboratory: a script puts it there once the page has come.
async function comesBack(page, want) {
  const field = page.getByLabel("Laboratory", { exact: true });
  assert.equal(await soon(() => field.inputValue(), (typed) => typed === want), want);
}

test('a physician imports a table with faults in it', async () => {
  const page = await as('health');
  const rows = ['event,date,country,certainty,involved.1.substance,cause'];
  for (let i = 0; i < 12; i++) rows.push(`death,${lastWeek},LR,confirmed,metonitazene,Acute intoxication ${i}`);
  rows.push(`death,${day(-400)},LR,confirmed,metonitazene,From the future`);
  rows.push('death,not a day,LR,confirmed,metonitazene,"<script>alert(1)</script>"');
  const file = join(demo.folder, 'deaths.csv');
  writeFileSync(file, rows.join('\r\n') + '\r\n');
  await page.goto(base + '/records/health-event/import');
  await check(page, 'import');
  await page.selectOption('[name=profile]', 'template-health-event');
  await page.selectOption('[name=tlp]', 'GREEN');
  await page.setInputFiles('[name=file]', file);
  await page.click('button[value=preview]');
  await says(page, '#import-result', /14 rows: 12 would be accepted, 0 are there already, 2 would be refused/);
  await check(page, 'import-checked');
  await page.setInputFiles('[name=file]', file);
  await page.click('button[value=import]');
  await says(page, '#import-result', /14 rows: 12 accepted, 0 unchanged, 2 refused/);
  await says(page, 'main', /lies in the future/);
  await page.setInputFiles('[name=file]', file);
  await page.click('button[value=import]');
  await says(page, '#import-result', /14 rows: 0 accepted, 12 unchanged, 2 refused/);
  await page.context().close();
});

test('the detection finds it and the analyst assesses, confirms and warns', async () => {
  const found = JSON.parse(execFileSync(tocsin, ['detect', '--database', demo.database, '--json'], { encoding: 'utf8' }));
  assert.ok(found.signals.some(s => s.place === 'LR' && s.substance === 'metonitazene'), JSON.stringify(found.signals));
  const page = await as('analyst');
  await check(page, 'overview');
  await page.goto(base + '/signals?place=LR&substance=metonitazene');
  await check(page, 'signals');
  await pressed(page, '.signal-card a');
  await check(page, 'signal');
  await page.click('button[value=assess]');
  await page.click('button[value=confirm]'); // without a reason: refused, and nothing is lost
  await says(page, '[role=alert]', /must be given/);
  await page.fill('[name=reason]', 'Twelve deaths in one week, laboratory confirmation asked for.');
  await page.click('button[value=confirm]');
  await page.click('text=Warn others');
  await page.selectOption('[name=tlp]', 'AMBER');
  for (const code of ['SL', 'LR', ...Object.values(officials).map(o => o.code)]) await page.check(`[name="audience.participants"][value="${code}"]`);
  await page.click('button[name=_preview]');
  await says(page, 'main', /beside you will be able to see it/);
  await page.click('.record-form .btn-list .btn-primary'); // without a headline: refused, the choices stay
  await says(page, '[role=alert]', /must be given/);
  assert.deepEqual(await page.$$eval('[name="audience.participants"]:checked', o => o.map(x => x.value).sort()), ['LR', 'SL', ...Object.values(officials).map(o => o.code)].sort());
  await page.fill('[name="title.en"]', 'Metonitazene: deaths in Liberia');
  await page.click('details:has([name="title.ar"]) > summary');
  await page.fill('[name="title.ar"]', 'ميتونيتازين: وفيات في ليبريا');
  await page.fill('[name="instruction.en"]', 'Make naloxone available; <b>test</b> what is sold as kush.');
  await check(page, 'alert-form');
  await page.click('.record-form .btn-list .btn-primary');
  await page.waitForURL(url => url.pathname.startsWith('/r/'));
  alertPath = new URL(page.url()).pathname;
  assert.match(alertPath, /^\/r\//);
  assert.equal(await page.$('button[value=clear]'), null, 'the author may not clear his own alert');
  await check(page, 'alert-draft');
  await page.context().close();
});

test('a second person clears and issues it', async () => {
  const page = await as('second');
  await page.goto(base + alertPath);
  await pressed(page, 'button[value=clear]');
  await pressed(page, 'button[value=issue]');
  await says(page, 'main', /0 of \d+ have acknowledged/);
  await check(page, 'alert-issued');
  await page.context().close();
});

test('another country is told, in Arabic on a telephone, and acknowledges', async () => {
  const page = await as('focal', { lang: 'ar', width: 390, colour: 'dark' });
  assert.equal(await page.getAttribute('html', 'dir'), 'rtl');
  await page.click('#waiting a');
  await says(page, 'h1', /ميتونيتازين/);
  assert.equal(await page.$('main b'), null, 'markup in a text is a text');
  await check(page, 'alert-ar-390');
  await page.fill('[name=measures]', 'أُبلغت المستشفيات.');
  await pressed(page, 'form[action$="/acknowledge"] button');
  await check(page, 'acknowledged-ar-390');
  await page.context().close();
  const sender = await as('analyst');
  await sender.goto(base + alertPath);
  assert.match(await sender.textContent('main'), /1 of \d+ have acknowledged/);
  assert.match(await sender.textContent('main'), /أُبلغت المستشفيات/);
  await sender.context().close();
});

test('outsiders see nothing of it', async () => {
  for (const role of [null, 'outsider', 'police', 'laboratory']) {
    const page = await as(role);
    const hidden = await page.goto(base + alertPath);
    const none = await (await page.request.get(base + '/r/01ARZ3NDEKTSV4RRFFQ69G5FAV')).text();
    assert.equal(hidden.status(), 404, String(role));
    assert.equal((await hidden.text()).replaceAll(alertPath, '').replaceAll(encodeURIComponent(alertPath), ''), none.replaceAll('/r/01ARZ3NDEKTSV4RRFFQ69G5FAV', '').replaceAll(encodeURIComponent('/r/01ARZ3NDEKTSV4RRFFQ69G5FAV'), ''), 'the hidden and the missing differ');
    if (role) {
      for (const path of ['/search?q=Metonitazene%20deaths', '/records/alert', '/records/alert/export/csv', '/new', '/', '/participants/LR']) {
        const text = await (await page.request.get(base + path)).text();
        assert.ok(!/Metonitazene: deaths/.test(text), `${role} sees the alert in ${path}`);
      }
    }
    await page.context().close();
  }
});

test('a form is filled, gets another row, and is saved without scripts', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(base + '/sign-in');
  await page.click('[data-role=laboratory]');
  await page.goto(base + '/records/identification/new');
  await page.selectOption('[name=origin]', 'seized');
  await page.selectOption('[name=country]', 'GH');
  await page.fill('[name="reported.year"]', lastWeek.slice(0, 4));
  await page.fill('[name="reported.month"]', lastWeek.slice(5, 7));
  await page.fill('[name="reported.day"]', lastWeek.slice(8));
  await page.fill('[name="components.1.substance"]', 'fentanilo');
  await page.fill('[name="components.1.purity"]', 'much');
  await page.click('button[name=_add][value=components]');
  assert.equal(await page.inputValue('[name="components.1.substance"]'), 'fentanilo');
  await page.fill('[name="components.2.given"]', '"><script>alert(1)</script>');
  await page.click('.record-form > .btn-list .btn-primary');
  await says(page, '[role=alert]', /not a number/);
  assert.equal(await page.inputValue('[name="components.2.given"]'), '"><script>alert(1)</script>');
  await page.fill('[name="components.1.purity"]', '12.5');
  await page.click('.record-form > .btn-list .btn-primary');
  await says(page, 'h1', /Fentanyl · Ghana/);
  await says(page, 'main', /12\.5/);
  await context.close();
});

// errand is one thing that a person does from the overview: a step is what he presses, found by what stands on it. The way
// to where he works takes no more than three.
function errand(page, name) {
  let clicks = 0;
  return {
    async click(locator) {
      clicks++;
      assert.ok(clicks <= 3, `${name}: more than three clicks from the overview`);
      await locator.click();
    },
    async page(heading) {
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      await check(page, `${name}-${page.look.lang}`);
    },
  };
}

for (const [lang, o] of Object.entries(officials)) {
  test(`an official who comes for the first time, in ${lang}, is done within two minutes`, async (t) => {
    const say = wordsIn(lang), began = Date.now();
    const context = await browser.newContext({ locale: lang, timezoneId: o.zone, viewport: { width: 1280, height: 900 }, colorScheme: lang === "ru" ? "dark" : "light" });
    const page = watch(await context.newPage(), base);
    page.setDefaultTimeout(20_000);
    page.look = { lang, width: 1280, colour: lang === "ru" ? "dark" : "light" };
    const menu = page.getByRole("navigation", { name: say("layout.menu") }), button = (key) => page.getByRole("button", { name: say(key), exact: true });
    const home = () => page.getByRole("link", { name: say("product") }).first().click();
    const country = new Intl.DisplayNames([lang], { type: "region" }).of(o.code);

    await page.goto(base + o.link); // the letter's link
    await button("signin.do").click();
    await page.getByRole("heading", { level: 1, name: say("menu.overview") }).waitFor();
    await check(page, "first-overview-" + lang);

    const concerned = errand(page, "what concerns the country");
    await concerned.click(menu.getByText(say("menu.coalition"), { exact: true }));
    await concerned.click(menu.getByRole("link", { name: say("menu.participants"), exact: true }));
    await concerned.click(page.getByRole("main").getByRole("link", { name: country, exact: true }).first());
    await concerned.page(country);

    await home();
    const report = errand(page, "a laboratory finding");
    await report.click(menu.getByText(say("menu.report"), { exact: true }));
    await report.click(menu.getByRole("link", { name: say("kind.identification.many"), exact: true }));
    await report.click(page.getByRole("link", { name: say("record.make", { kind: say("kind.identification.one") }) }));
    await report.page(say("form.new", { kind: say("kind.identification.one") }));
    const form = page.locator(".record-form"), group = (key) => form.getByRole("group", { name: say(key) }).first();
    await form.getByLabel(say("field.origin")).first().selectOption({ label: say("option.seized") });
    for (const [i, part] of ["form.year", "form.month", "form.day"].entries()) await group("field.reported").getByLabel(say(part)).fill(lastWeek.split("-")[i]);
    assert.equal(await form.getByLabel(say("field.country"), { exact: false }).first().inputValue(), o.code, "his own country is chosen");
    await form.getByLabel(say("field.substance"), { exact: false }).first().fill("metonitazene");
    await button("form.save").last().click();
    await page.getByText(say("record.saved"), { exact: true }).waitFor();
    assert.match(await page.textContent("main"), new RegExp(country));
    await check(page, "first-finding-" + lang);

    await home();
    const alert = errand(page, "an alert");
    await alert.click(page.getByRole("main").getByRole("link", { name: lang === "ar" ? "ميتونيتازين: وفيات في ليبريا" : "Metonitazene: deaths in Liberia" }).first());
    await page.getByLabel(say("alert.measures")).fill("✓");
    await alert.click(button("alert.acknowledge"));
    await page.getByText(say("alert.thanks"), { exact: true }).waitFor();
    await check(page, "first-alert-" + lang);
    const seconds = (Date.now() - began) / 1000;
    t.diagnostic(`${lang}: ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 120, `${seconds} s`);
    await context.close();
  });
}

// ready waits until the device keeps the blank forms.
const ready = (page) => page.evaluate(() => new Promise((done) => {
  const look = async () => {
    for (const name of await caches.keys()) if (await (await caches.open(name)).match("/offline/whole")) return done();
    setTimeout(look, 100);
  };
  look();
}));

// finding fills in a laboratory finding, found by what stands on its fields.
async function finding(page, laboratory) {
  const say = wordsIn(page.look.lang), form = page.locator(".record-form");
  await form.getByLabel(say("field.origin")).first().selectOption({ label: say("option.seized") });
  for (const [i, part] of ["form.year", "form.month", "form.day"].entries()) await form.getByRole("group", { name: say("field.reported") }).getByLabel(say(part)).fill(lastWeek.split("-")[i]);
  await form.getByLabel(say("field.country"), { exact: false }).first().selectOption("GH");
  await form.getByLabel(say("field.substance"), { exact: false }).first().fill("metonitazene");
  await form.getByLabel(say("field.laboratory"), { exact: true }).fill(laboratory);
}

const saved = (page) => page.getByRole("button", { name: wordsIn(page.look.lang)("form.save"), exact: true }).last();
const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tocsin.form.")).length);
const laboratories = (name) => JSON.parse(execFileSync(tocsin, ["export", "identification", "--format", "json", "--database", demo.database], { encoding: "utf8", maxBuffer: 1 << 28 })).filter((r) => r.laboratory === name).length;

for (const lang of ["en", "ar"]) {
  test(`a form that is filled without a line is sent when it is back, in ${lang}`, async () => {
    const say = wordsIn(lang), name = "Offline " + lang, width = lang === "ar" ? 390 : 1440;
    const page = await as("laboratory", { lang, width });
    await ready(page);
    await page.context().setOffline(true);
    await page.goto(base + "/signals"); // a page that nothing is kept of
    await page.getByRole("heading", { level: 1, name: say("device.title") }).waitFor();
    await page.getByRole("link", { name: say("kind.identification.one"), exact: true }).click();
    await page.getByText(say("device.blank")).waitFor();
    await check(page, "blank-form-" + lang);
    await finding(page, name);
    await page.getByRole("button", { name: `${say("form.add")}: ${say("item.components")}` }).click();
    await page.getByRole("group", { name: `${say("item.components")} 2` }).getByLabel(say("field.substance"), { exact: true }).fill("xylazine");
    await page.reload(); // the tab is lost, what was typed is not
    await page.getByText(say("device.anew"), { exact: true }).waitFor();
    assert.equal(await page.inputValue('[name="components.2.substance"]'), "xylazine");
    await page.getByRole("button", { name: `${say("form.remove")} ${say("item.components")} 1` }).click();
    assert.equal(await page.inputValue('[name="components.1.substance"]'), "xylazine");
    await saved(page).click();
    await page.getByText(say("device.unsent")).waitFor();
    await page.getByRole("link", { name: say("device.look") }).click();
    await page.getByText(say("device.waiting"), { exact: true }).waitFor();
    await check(page, "waiting-" + lang);
    assert.equal(laboratories(name), 0);
    await page.context().setOffline(false);
    await page.getByText(say("device.nothing")).waitFor();
    assert.equal(laboratories(name), 1);
    await page.getByRole("status").getByRole("link", { name: say("device.open") }).click();
    await says(page, "main", new RegExp(name));
    assert.equal(await kept(page), 0);
    // Signing out leaves nothing on the device.
    await page.locator("summary.tool-person").click();
    await page.getByRole("button", { name: say("layout.sign-out") }).click();
    await page.waitForURL(base + "/");
    assert.deepEqual(await page.evaluate(async () => [localStorage.length, (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length]), [0, 0, 0]);
    await page.context().close();
  });
}

test("what the server refuses of a form that waited comes back whole", async () => {
  const page = await as("laboratory");
  await page.goto(base + "/records/identification/new");
  await page.context().setOffline(true);
  await page.getByLabel("Laboratory", { exact: true }).fill("Half a form");
  await saved(page).click();
  await page.getByText("Not sent yet; kept on this device").waitFor();
  await page.context().setOffline(false);
  await page.goto(base + "/offline");
  await page.getByText("Not accepted: ").waitFor();
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await comesBack(page, "Half a form");
  await finding(page, "A whole form");
  await saved(page).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  assert.equal(laboratories("A whole form"), 1);
  assert.equal(await kept(page), 0);
  await page.context().close();
});

test("a form outlives the session, with scripts and without", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const name = `Session ${javaScriptEnabled}`, page = await as("laboratory", { javaScriptEnabled });
    await page.goto(base + "/records/identification/new");
    await finding(page, name);
    await page.context().clearCookies({ name: "session" });
    await saved(page).click();
    if (javaScriptEnabled) {
      await page.getByRole("alert").getByRole("link", { name: "Sign in" }).click();
      await page.click("[data-role=laboratory]");
      await page.getByText("It has not been sent yet.").waitFor();
      assert.equal(new URL(page.url()).pathname, "/records/identification/new");
    } else {
      const [tab] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "Sign in in another tab" }).click()]);
      await tab.click("[data-role=laboratory]");
      await page.getByRole("button", { name: "Go on with what I typed" }).click();
    }
    await comesBack(page, name);
    await saved(page).click();
    await page.getByText("Saved.", { exact: true }).waitFor();
    assert.equal(laboratories(name), 1);
    await page.context().close();
  }
});

test("a form that is sent twice makes one record", async () => {
  const page = await as("laboratory");
  await page.goto(base + "/records/identification/new");
  await finding(page, "Twice pressed");
  await saved(page).dblclick();
  await page.getByText("Saved.", { exact: true }).waitFor();
  // The answer is lost on the way, so that it is sent again.
  await page.goto(base + "/records/identification/new");
  await finding(page, "Twice sent");
  await page.route("**/records/identification/new", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch({ maxRedirects: 0 });
    await route.abort("connectionreset");
  });
  await saved(page).click();
  await page.getByText("Not sent yet; kept on this device").waitFor();
  assert.equal(laboratories("Twice sent"), 1, "it had arrived");
  await page.unroute("**/records/identification/new");
  await page.goto(base + "/");
  await page.getByText("Sent: New: Laboratory finding").waitFor();
  // Without scripts the form's own key holds.
  await page.goto(base + "/records/identification/new");
  await finding(page, "Twice posted");
  const typed = await page.$eval(".record-form", (f) => new URLSearchParams(new FormData(f)).toString());
  const post = () => page.request.post(base + "/records/identification/new", { data: typed, headers: { "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin" } });
  const [one, other] = await Promise.all([post(), post()]);
  assert.equal(one.url(), other.url());
  for (const name of ["Twice pressed", "Twice sent", "Twice posted"]) assert.equal(laboratories(name), 1, name);
  await page.context().close();
});

test("faults of the server take nothing, and what is red is not kept", async () => {
  const page = await as("laboratory");
  await page.goto(base + "/records/identification/new");
  await finding(page, "Red");
  await page.locator("[name=tlp]").selectOption("RED");
  await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.startsWith("tocsin.form.")));
  for (const status of [500, 503, 403]) {
    await page.route("**/records/identification/new", (route) => route.fulfill({ status, contentType: "text/html", body: "<main><h1>No</h1></main>" }));
    await saved(page).click();
    await page.getByText("Not sent, and not kept on this device").waitFor();
    await comesBack(page, "Red");
    assert.equal(await kept(page), 0);
    await page.unroute("**/records/identification/new");
  }
  await page.getByLabel("Keep what I type on this device until it is sent").check();
  await page.getByLabel("Laboratory", { exact: true }).fill("Red by choice");
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("tocsin.form.")));
  // Somebody else who signs in finds nothing of it.
  await page.context().clearCookies({ name: "session" });
  await page.goto(base + "/sign-in");
  await pressed(page, "[data-role=police]");
  // The page that was left may be slower to go than the new one to come; what it keeps last is removed as well.
  const none = () => page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.startsWith("tocsin.form.")));
  await none();
  const late = await page.context().newPage();
  await late.goto(base + "/healthz");
  await late.evaluate(() => localStorage.setItem("tocsin.form.LATE", JSON.stringify({ id: "LATE", person: "another", at: Date.now(), state: "open" })));
  await none();
  await page.context().close();
});

// Plays a story through the pages as people would: a physician imports deaths, the detection finds them, an analyst
// assesses and warns, a second one clears, another country acknowledges, and outsiders see nothing. In English and Arabic.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync, readFileSync, rmSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const tocsin = join(root, 'bin', 'tocsin');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.SCREENSHOTS;
let folder, database, server, base, browser;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-story-'));
  database = 'sqlite:' + join(folder, 'tocsin.db');
  server = spawn(tocsin, ['demo', '--addr', '127.0.0.1:0', '--database', database], { stdio: ['ignore', 'pipe', 'inherit'] });
  base = await new Promise((resolve, reject) => {
    let out = '';
    server.stdout.on('data', d => {
      out += d;
      const m = out.match(/is ready after [\d.]+ s: (\S+)/);
      if (m) resolve(m[1]);
    });
    server.on('exit', code => reject(new Error('the demonstration ended with ' + code)));
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});

after(async () => {
  await browser?.close();
  server?.removeAllListeners('exit');
  server?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// as opens a browser of its own for a role, with a watch for what a page must never do.
async function as(role, { lang = 'en', width = 1440, colour = 'light' } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: colour });
  const page = await context.newPage();
  page.faults = [];
  page.on('console', m => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) page.faults.push(`${page.url()}: ${m.text()}`); });
  page.on('pageerror', e => page.faults.push(`${page.url()}: ${e}`));
  page.on('response', r => { if (r.status() >= 500) page.faults.push(`${r.status()} ${r.url()}`); });
  await page.goto(`${base}/sign-in?lang=${lang}`);
  if (role) await page.click(`[data-role=${role}]`);
  return page;
}

// check finds serious accessibility faults and pages wider than the screen.
async function check(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 1, `${name} is ${wide} pixels wider than the screen`);
  await page.evaluate(axe); // through the debugger, past the page's own policy
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  const bad = violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => `${v.id}: ${v.help} (${v.nodes[0].html})`);
  assert.deepEqual(bad, [], name);
  assert.deepEqual(page.faults, [], name);
  if (shots) { mkdirSync(shots, { recursive: true }); await page.screenshot({ path: join(shots, name + '.png'), fullPage: true }); }
}

const day = back => new Date(Date.now() - back * 864e5).toISOString().slice(0, 10);
// The Wednesday of the last whole week.
const weekday = (new Date().getUTCDay() + 6) % 7;
const lastWeek = day(weekday + 5);

let alertPath;

test('a physician imports a table with faults in it', async () => {
  const page = await as('health');
  const rows = ['event,date,country,certainty,involved.1.substance,cause'];
  for (let i = 0; i < 12; i++) rows.push(`death,${lastWeek},LR,confirmed,metonitazene,Acute intoxication ${i}`);
  rows.push(`death,${day(-400)},LR,confirmed,metonitazene,From the future`);
  rows.push('death,not a day,LR,confirmed,metonitazene,"<script>alert(1)</script>"');
  const file = join(folder, 'deaths.csv');
  writeFileSync(file, rows.join('\r\n') + '\r\n');
  await page.goto(base + '/records/health-event/import');
  await check(page, 'import');
  await page.selectOption('[name=profile]', 'template-health-event');
  await page.selectOption('[name=tlp]', 'GREEN');
  await page.setInputFiles('[name=file]', file);
  await page.click('button[value=preview]');
  assert.match(await page.textContent('#import-result'), /14 rows: 12 would be accepted, 0 are there already, 2 would be refused/);
  await check(page, 'import-checked');
  await page.setInputFiles('[name=file]', file);
  await page.click('button[value=import]');
  assert.match(await page.textContent('#import-result'), /14 rows: 12 accepted, 0 unchanged, 2 refused/);
  assert.match(await page.textContent('main'), /lies in the future/);
  await page.setInputFiles('[name=file]', file);
  await page.click('button[value=import]');
  assert.match(await page.textContent('#import-result'), /14 rows: 0 accepted, 12 unchanged, 2 refused/);
  await page.context().close();
});

test('the detection finds it and the analyst assesses, confirms and warns', async () => {
  const found = JSON.parse(execFileSync(tocsin, ['detect', '--database', database, '--json'], { encoding: 'utf8' }));
  assert.ok(found.signals.some(s => s.place === 'LR' && s.substance === 'metonitazene'), JSON.stringify(found.signals));
  const page = await as('analyst');
  await check(page, 'overview');
  await page.goto(base + '/signals?place=LR&substance=metonitazene');
  await check(page, 'signals');
  await page.click('.signal-card a');
  await check(page, 'signal');
  await page.click('button[value=assess]');
  await page.click('button[value=confirm]'); // without a reason: refused, and nothing is lost
  assert.match(await page.textContent('[role=alert]'), /must be given/);
  await page.fill('[name=reason]', 'Twelve deaths in one week, laboratory confirmation asked for.');
  await page.click('button[value=confirm]');
  await page.click('text=Warn others');
  await page.selectOption('[name=tlp]', 'AMBER');
  await page.selectOption('[name="audience.participants"]', ['SL', 'LR']);
  await page.click('button[name=_preview]');
  assert.match(await page.textContent('main'), /beside you will be able to see it/);
  await page.click('.record-form .btn-list .btn-primary'); // without a headline: refused, the choices stay
  assert.match(await page.textContent('[role=alert]'), /must be given/);
  assert.deepEqual(await page.$$eval('[name="audience.participants"] option:checked', o => o.map(x => x.value).sort()), ['LR', 'SL']);
  await page.fill('[name="title.en"]', 'Metonitazene: deaths in Liberia');
  await page.click('details:has([name="title.ar"]) > summary');
  await page.fill('[name="title.ar"]', 'ميتونيتازين: وفيات في ليبريا');
  await page.fill('[name="instruction.en"]', 'Make naloxone available; <b>test</b> what is sold as kush.');
  await check(page, 'alert-form');
  await page.click('.record-form .btn-list .btn-primary');
  alertPath = new URL(page.url()).pathname;
  assert.match(alertPath, /^\/r\//);
  assert.equal(await page.$('button[value=clear]'), null, 'the author may not clear his own alert');
  await check(page, 'alert-draft');
  await page.context().close();
});

test('a second person clears and issues it', async () => {
  const page = await as('second');
  await page.goto(base + alertPath);
  await page.click('button[value=clear]');
  await page.click('button[value=issue]');
  assert.match(await page.textContent('main'), /0 of \d+ have acknowledged/);
  await check(page, 'alert-issued');
  await page.context().close();
});

test('another country is told, in Arabic on a telephone, and acknowledges', async () => {
  const page = await as('focal', { lang: 'ar', width: 390, colour: 'dark' });
  assert.equal(await page.getAttribute('html', 'dir'), 'rtl');
  await page.click('#waiting a');
  assert.match(await page.textContent('h1'), /ميتونيتازين/);
  assert.equal(await page.$('main b'), null, 'markup in a text is a text');
  await check(page, 'alert-ar-390');
  await page.fill('[name=measures]', 'أُبلغت المستشفيات.');
  await page.click('form[action$="/acknowledge"] button');
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

test('every page is accessible, wide and narrow, in both directions', async () => {
  const paths = ['/', '/signals', '/records/identification', '/records/incident?substance=opioid', '/records/identification/new', '/records/alert', '/records/figure', '/participants', '/participants/SL', '/groups', '/substances?q=nitazene', '/substances/protonitazene', '/substances/nitazene', '/search?q=fentanyl', '/new', '/people'];
  for (const [lang, width, colour] of [['en', 1440, 'dark'], ['ar', 390, 'light']]) {
    const page = await as('secretariat', { lang, width, colour });
    for (const path of paths) {
      const answer = await page.goto(base + path);
      assert.equal(answer.status(), 200, path);
      await check(page, `${path.replaceAll(/\W+/g, '-')}-${lang}-${width}`);
    }
    await page.context().close();
  }
  const stranger = await as(null);
  await stranger.goto(base + '/');
  await check(stranger, 'front');
  await stranger.context().close();
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
  assert.match(await page.textContent('[role=alert]'), /not a number/);
  assert.equal(await page.inputValue('[name="components.2.given"]'), '"><script>alert(1)</script>');
  await page.fill('[name="components.1.purity"]', '12.5');
  await page.click('.record-form > .btn-list .btn-primary');
  assert.match(await page.textContent('h1'), /Fentanyl · Ghana/);
  assert.match(await page.textContent('main'), /12\.5/);
  await context.close();
});

// Takes pictures of the main pages of a running demonstration: node tests/shots.mjs BASE FOLDER
import { chromium } from 'playwright-core';
import { mkdirSync } from 'node:fs';
const [base, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const views = (process.env.VIEWS || '1440-en-light,390-ar-dark').split(',');
for (const view of views) {
  const [width, lang, theme] = view.split('-');
  const context = await browser.newContext({ viewport: { width: +width, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  page.on('console', m => { if (m.type() === 'error') console.log(view, page.url(), m.text()); });
  page.on('response', r => { if (r.status() >= 500) console.log(view, r.status(), r.url()); });
  const shot = async (name, path) => {
    if (path) await page.goto(base + path);
    await page.screenshot({ path: `${folder}/${name}-${view}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 1) console.log(view, name, 'is', wide, 'pixels wider than the screen');
  };
  await shot('front', `/?lang=${lang}`);
  await shot('signin', '/sign-in');
  await page.click(`[data-role=${process.env.ROLE || 'analyst'}]`);
  await shot('overview', '/');
  await shot('signals', '/signals');
  await page.click('.signal-card a');
  await shot('signal');
  for (const [name, path] of [['list', '/records/identification'], ['form', '/records/incident/new'], ['alert', '/records/alert/new'], ['import', '/records/health-event/import'], ['participants', '/participants'], ['participant', '/participants/SL'], ['groups', '/groups'], ['substances', '/substances?q=nitazene'], ['substance', '/substances/protonitazene'], ['search', '/search?q=fentanyl'], ['people', '/people'], ['new', '/new']]) await shot(name, path);
  await context.close();
}
await browser.close();

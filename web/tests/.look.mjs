import { chromium } from 'playwright-core';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [base, folder, only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic'] });
const views = (process.env.VIEWS || '1440-en-light,390-ar-dark').split(',');
const role = process.env.ROLE ?? 'laboratory';
for (const view of views) {
  const [width, lang, theme] = view.split('-');
  const context = await browser.newContext({ viewport: { width: +width, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  page.on('console', m => { if (m.type() === 'error') console.log(view, page.url(), m.text()); });
  page.on('response', r => { if (r.status() >= 400) console.log(view, r.status(), r.url()); });
  const shot = async (name, path) => {
    const t = Date.now();
    if (path) await page.goto(base + path);
    const took = Date.now() - t;
    await page.screenshot({ path: `${folder}/${name}-${view}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 1) console.log(view, name, 'is', wide, 'px wider');
    const text = await page.evaluate(() => document.body.innerText);
    for (const m of text.match(/\b(kind|field|option|state|step|action|help|item|report|legislation|donors|services|problem|error|section|group-type|member-role|notice)\.[a-z][a-z.-]+/g) || []) console.log(view, name, 'unworded', m);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
    for (const v of violations) if (['serious', 'critical'].includes(v.impact)) console.log(view, name, v.id, v.nodes.length, v.nodes[0].html.slice(0, 150));
    if (took > 800) console.log(view, name, took, 'ms');
  };
  const pub = { front: `/?lang=${lang}`, about: '/about', news: '/news', data: '/data', calendar: '/calendar', pledge: '/pledge', commitments: '/commitments', donors: '/donors', legislation: '/legislation?country=SL', services: '/services', report: '/report', groups: '/groups', group: '/groups/swg2.1', review: '/groups/swg2.1/review', participant: '/participants/SL', recs: '/records/recommendation', inits: '/records/initiative' };
  for (const [n, p] of Object.entries(pub)) if (!only || only.split(',').includes('pub-' + n)) await shot('pub-' + n, p);
  if (role) {
    await page.goto(`${base}/sign-in?lang=${lang}`);
    await page.click(`[data-role=${role}]`);
    const inn = { overview: '/', calendar: '/calendar', planner: '/meetings/plan?group=swg2.1/west', experts: '/experts', partners: '/partners', group: '/groups/swg2.1', donors: '/donors', iati: '/donors/import', pledge: '/pledge', legislation: '/legislation', people: '/people', newmeeting: '/records/meeting/new?group=swg2.1/west', newcommit: '/records/commitment/new', newrec: '/records/recommendation/new?group=swg2.1', participant: '/participants/SL', recs: '/records/recommendation', actions: '/records/action', interests: '/records/interest', notices: '/new', import: '/records/recommendation/import' };
    for (const [n, p] of Object.entries(inn)) if (!only || only.split(',').includes('in-' + n)) { if (n === 'people' && !['focal', 'secretariat', 'analyst'].includes(role)) continue; await shot('in-' + n, p); }
    for (const kind of ['meeting', 'recommendation', 'action', 'commitment', 'initiative', 'interest', 'pledge', 'pledge-report', 'need', 'contribution', 'organisation', 'call', 'submission', 'expert', 'question', 'topic', 'announcement', 'document', 'achievement', 'service', 'workforce', 'law']) {
      if (only && !only.split(',').includes('rec-' + kind)) continue;
      await page.goto(`${base}/records/${kind}`);
      const href = await page.locator('.list-table tbody a').first().getAttribute('href').catch(() => null);
      if (!href) { console.log(view, kind, 'no record'); continue; }
      await shot('rec-' + kind, href);
      if (['recommendation', 'commitment'].includes(kind)) { await shot('story-' + kind, href + '/story'); await shot('versions-' + kind, href + '/versions'); }
    }
  }
  await context.close();
}
await browser.close();

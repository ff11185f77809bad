import { chromium } from 'playwright-core';
const [base, role, lang, width, theme, path, out, height] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
const c = await browser.newContext({ viewport: { width: +width, height: +(height || 1400) }, colorScheme: theme });
const page = await c.newPage();
await page.goto(`${base}/sign-in?lang=${lang}`);
if (role !== '-') await page.click(`[data-role=${role}]`);
for (const [i, p] of path.split(',').entries()) { await page.goto(base + p); if (process.env.CLICK) { await page.click(process.env.CLICK); await page.waitForLoadState(); } await page.screenshot({ path: `${out}-${i}.png` }); console.log(page.url()); }
await browser.close();

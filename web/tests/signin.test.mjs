// Comes in by a link, adds this browser's (virtual) authenticator, comes again by it without an address, proves who he is by
// it, and looks at each page of the ways in with axe, in English and Arabic, wide and narrow, light and dark.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, tocsin } from './demo.mjs';
import { startBrowser } from './gallery.mjs';
import { check, watch } from './look.mjs';
import { wordsIn } from './words.mjs';

const t = wordsIn('en');
let folder, server, number, base, browser, link;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-signin-'));
  const database = 'sqlite:' + join(folder, 'tocsin.db');
  link = JSON.parse(execFileSync(tocsin, ['init', '--admin', 'clerk@secretariat.example', '--json', '--database', database], { encoding: 'utf8' })).link;
  server = await startServer(database);
  number = server.base;
  base = number.replace('127.0.0.1', 'localhost');
  browser = await startBrowser('--host-resolver-rules=MAP localhost 127.0.0.1');
});

after(async () => {
  await browser?.close();
  server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test('a passkey is added, signs in without an address, and proves who one is', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = watch(await context.newPage(), base);
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });

  await page.goto(base + new URL(link).pathname);
  await page.click('main button[type=submit]');
  await page.waitForURL(base + '/guide'); // the first steps, and a word on the way in that does not last
  await page.getByText(t('account.add-now')).waitFor();
  await page.goto(base + '/account');
  await page.click('form[data-passkey] button');
  await page.getByText('The device is added.').waitFor();
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].rpId, 'localhost');
  assert.ok(credentials[0].isResidentCredential);

  await page.click('form[data-passkey] button'); // the same device once more
  await page.getByText('This device is on your list already.').waitFor();

  await page.goto(base + '/account/confirm');
  await page.click('form[data-passkey] button');
  await page.waitForURL(base + '/account');

  await page.evaluate(() => fetch('/sign-out', { method: 'POST' }));
  await page.goto(base + '/sign-in');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.click('form[data-passkey] button');
  await page.getByText('The device gave no answer').waitFor();
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.click('form[data-passkey] button');
  await page.waitForURL(base + '/');
  const cookies = await context.cookies(base);
  const session = cookies.find((c) => c.name === 'session');
  assert.ok(session.httpOnly && session.sameSite === 'Lax' && session.expires === -1, JSON.stringify(session));

  for (const [width, lang, colorScheme] of [[1440, 'en', 'light'], [390, 'ar', 'dark']]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    for (const path of ['/account', '/account/confirm', '/recoveries']) {
      await page.goto(`${base}${path}?lang=${lang}`);
      await check(page, `signin${path}-${width}-${lang}-${colorScheme}`, { lang, width, colour: colorScheme });
    }
  }
  await context.close();
});

test('strangers are told how they come in, also where browsers allow no passkeys', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 900 }, colorScheme: 'dark' });
  const page = watch(await context.newPage(), base, number);
  for (const [from, name] of [[base, 'sign-in'], [number, 'sign-in-by-number']]) {
    for (const lang of ['en', 'ar']) {
      await page.goto(`${from}/sign-in?lang=${lang}`);
      assert.equal(await page.locator('form[data-passkey]').count(), from === base ? 1 : 0);
      await check(page, `${name}-${lang}`, { lang, width: 390, colour: 'dark' });
    }
  }
  await page.goto(number + '/sign-in?lang=en');
  await page.click(`a[href="${base}/sign-in"]`);
  await page.waitForURL(base + '/sign-in');
  await page.goto(base + '/sign-in/lost?lang=en');
  await check(page, 'lost', { width: 390, colour: 'dark' });
  await page.fill('input[name=email]', 'nobody@example.org');
  await page.click('main button[type=submit]');
  await page.getByText('Your request is noted').first().waitFor();
  await context.close();

  const without = await browser.newContext();
  await without.addInitScript(() => { delete window.PublicKeyCredential; });
  const old = await without.newPage();
  await old.goto(base + '/sign-in?lang=en');
  await old.getByText('This browser knows no passkeys.').waitFor();
  assert.ok(await old.locator('form[data-passkey] button').isDisabled());
  await without.close();
});

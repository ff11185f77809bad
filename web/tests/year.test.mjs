// Plays a year of a Sub-Working Group through the pages: officials of five countries, East and West, in four languages,
// from the invitation over what they recommend to what a country promises and does. Forms and buttons only.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pressed, startServer, tocsin } from './demo.mjs';
import { startBrowser } from './gallery.mjs';
import { check as looked, watch } from './look.mjs';

let folder, server, base, browser;

// The people of the year. Those with a group are registered in it; chairs are co-chairs of their section.
const cast = {
  ama: { name: 'Ama Mensah', of: 'GH', lang: 'en', zone: 'Africa/Accra', group: 'swg2.1/west', roles: ['co-chair'] },
  aroha: { name: 'Aroha Ngata', of: 'NZ', lang: 'en', zone: 'Pacific/Auckland', group: 'swg2.1/east', roles: ['co-chair'], colour: 'dark' },
  beatriz: { name: 'Beatriz Lima', of: 'BR', lang: 'pt', zone: 'America/Sao_Paulo', group: 'swg2.1/west' },
  layla: { name: 'Layla Haddad', of: 'JO', lang: 'ar', zone: 'Asia/Amman', group: 'swg2.1/west', width: 390 },
  dana: { name: 'Dana Akhmetova', of: 'KZ', lang: 'ru', zone: 'Asia/Almaty', group: 'swg2.1/east' },
  minister: { name: 'Samir Khoury', of: 'JO', lang: 'ar', zone: 'Asia/Amman', group: 'wg2/west', duties: ['signatory'], colour: 'dark' },
  pawel: { name: 'Pawel Nowak', of: 'PL', lang: 'en', zone: 'Europe/Warsaw', group: 'swg1.2/west' },
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-year-'));
  const database = 'sqlite:' + join(folder, 'tocsin.db');
  const run = (...args) => execFileSync(tocsin, [...args, '--database', database], { encoding: 'utf8' });
  const { link } = JSON.parse(run('init', '--admin', 'clerk@secretariat.example', '--json'));
  run('user', 'register', 'clerk@secretariat.example', 'wg2', 'west');
  run('user', 'add', 'vera@ch.example', '--name', 'Vera Frei', '--participant', 'CH', '--languages', 'fr', '--zone', 'Europe/Zurich');
  const vera = JSON.parse(run('user', 'link', 'vera@ch.example', '--json')).link;
  cast.clerk = { name: 'clerk', lang: 'en', zone: 'UTC', link };
  cast.vera = { name: 'Vera Frei', lang: 'fr', zone: 'Europe/Zurich', link: vera }; // an official who is not registered
  cast.public = { lang: 'en', zone: 'UTC' };
  server = await startServer(database);
  base = server.base;
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// as gives the browser of a person, signed in by the link that he was given; each has one for the whole year.
const pages = {};
async function as(who) {
  const p = cast[who], width = p.width || 1280, colorScheme = p.colour || 'light';
  if (!pages[who]) {
    const context = await browser.newContext({ locale: p.lang, timezoneId: p.zone, viewport: { width, height: 900 }, colorScheme });
    const page = watch(await context.newPage(), base);
    page.setDefaultTimeout(15000);
    [page.who, page.look] = [who, { width, colour: colorScheme }];
    pages[who] = page;
    if (p.link) {
      await page.goto(base + new URL(p.link).pathname);
      await press(page, 'main form button');
    }
  }
  return pages[who];
}

let shot = 0;
const check = page => looked(page, `year-${String(++shot).padStart(3, '0')}-${page.who}`, page.look);

async function open(page, path) {
  const answer = await page.goto(base + path);
  assert.equal(answer.status(), 200, path);
  await check(page);
}

// press is pressed, with a look at what is shown then.
async function press(page, selector) {
  await pressed(page, selector);
  await check(page);
}

const save = page => press(page, '.record-form > .btn-list .btn-primary');
const step = (page, name) => press(page, `.step-form button[value="${name}"]`);
const steps = page => page.$$eval('.step-form button[name=step]', b => b.map(x => x.value));
const text = page => page.textContent('main');
const path = page => new URL(page.url()).pathname;

// type fills a form: by the names of its fields, whatever they are.
async function type(page, fields) {
  const kinds = await page.evaluate(names => names.map(n => {
    const x = document.querySelector(`main [name="${n}"]`);
    return x ? [x.type, !x.checkVisibility()] : [document.querySelector(`main [name="${n}.year"]`) ? 'date' : 'none'];
  }), Object.keys(fields));
  for (const [i, [name, value]] of Object.entries(fields).entries()) {
    const [kind, folded] = kinds[i];
    if (folded) await page.click(`main details:has([name="${name}"]) > summary`);
    if (kind === 'date') for (const [j, part] of ['year', 'month', 'day'].entries()) await page.fill(`main [name="${name}.${part}"]`, value.split('-')[j] || '');
    else if (kind === 'checkbox' || kind === 'radio') for (const v of [value].flat()) await page.check(`main [name="${name}"][value="${v}"]`);
    else if (kind.startsWith('select')) await page.selectOption(`main [name="${name}"]`, value);
    else await page.fill(`main [name="${name}"]`, value);
  }
}

// add adds an item to a list of a form and fills it.
async function add(page, list, fields) {
  const n = Number(await page.inputValue(`[name="${list}.count"]`)) + 1;
  await page.click(`button[name=_add][value="${list}"]`);
  await page.waitForSelector(`[name="${list}.count"][value="${n}"]`, { state: 'attached' });
  await type(page, Object.fromEntries(Object.entries(fields).map(([k, v]) => [`${list}.${n}.${k}`, v])));
}

const day = ahead => new Date(Date.now() + ahead * 864e5).toISOString().slice(0, 10);

// hidden asserts that outsiders get for an address the same answer as for nothing at all.
const nothing = '/r/01ARZ3NDEKTSV4RRFFQ69G5FAV';
async function hidden(at) {
  for (const who of ['public', 'pawel', 'vera']) {
    const page = await as(who);
    const answer = async p => {
      const a = await page.request.get(base + p);
      return [a.status(), (await a.text()).replaceAll(p, '').replaceAll(encodeURIComponent(p), '')];
    };
    if (!page.url().endsWith(nothing)) {
      await page.goto(base + nothing);
      await check(page);
    }
    const none = await answer(nothing);
    assert.equal(none[0], 404);
    assert.deepEqual(await answer(at), none, `to ${who} the hidden ${at} and the missing differ`);
    for (const part of ['/story', '/meeting.ics']) assert.equal((await page.request.get(base + at + part)).status(), 404, `${who} finds ${at + part}`);
  }
}

test('the secretariat invites officials of five countries', async () => {
  const page = await as('clerk');
  await open(page, '/people');
  for (const [who, p] of Object.entries(cast)) {
    if (!p.of) continue;
    await type(page, { name: p.name, email: `${who}@${p.of.toLowerCase()}.example`, participant: p.of, language: p.lang, group: p.group, sectors: ['forensic'], ...(p.roles && { roles: p.roles }), ...(p.duties && { duties: p.duties }) });
    await press(page, 'form[action="/people"] button.btn-primary');
    await press(page, `tr:has-text("${p.name}") form[action$="/link"] button`);
    p.link = await page.textContent('.message code');
  }
});

let meeting, action, advice, promise, initiative;

test('the chair finds a time with the planner, puts the meeting into the calendar and invites', async () => {
  const page = await as('ama');
  await open(page, '/groups/swg2.1');
  await press(page, 'a[href^="/meetings/plan"].btn');
  await type(page, { from: day(7), meetings: '3', every: '4', minutes: '90' });
  await press(page, 'main form button.btn-primary');
  const slots = await page.locator('main .related li').allInnerTexts();
  assert.equal(slots.length, 3);
  assert.match(slots.join(), /members? up at night/);
  assert.match(slots.join(), /Pacific\/Auckland \d\d:\d\d/); // who that is, by his own clock
  assert.equal(await page.locator('main .facts dt').count(), 5, 'the burden of each of five zones');
  await press(page, 'main .related li a');
  assert.equal(await page.inputValue('[name=group]'), 'swg2.1');
  await type(page, { 'name.en': 'Nitazenes in the supply: what laboratories see', 'name.ar': 'النيتازينات في العرض: ما تراه المختبرات', type: 'sub-working-group', hemisphere: 'both-sections', join: 'https://meet.example/swg21', floor: ['en'], interpreted: ['ar', 'ru'] });
  await add(page, 'agenda', { time: '10:00', title: 'What is new', presenter: 'Dana Akhmetova', of: 'KZ' });
  await add(page, 'agenda', { title: 'What to recommend' });
  await save(page);
  meeting = path(page);
  const languages = await page.locator('main tr').allInnerTexts();
  assert.match(languages.join('|'), /Arabic\s+1\s+Provided/i);
  assert.match(languages.join('|'), /Portuguese\s+1\s+Not/i);
  await hidden(meeting);
  await step(page, 'plan');
  await step(page, 'invite');
  await open(page, '/calendar?topic=swg2.1');
  assert.match(await text(page), /Nitazenes in the supply/);
  await hidden(meeting);
});

test('two chairs edit at once: the second is told, and keeps what was typed', async () => {
  const [ama, aroha] = [await as('ama'), await as('aroha')];
  await open(aroha, '/');
  await press(aroha, `#waiting a[href="${meeting}"]`);
  await press(aroha, `a[href="${meeting}/edit"]`);
  await open(ama, meeting + '/edit');
  await add(aroha, 'agenda', { title: 'What early warning needs' });
  await save(aroha);
  await add(ama, 'agenda', { title: 'Any other business' });
  await save(ama);
  assert.match(await ama.textContent('.message'), /changed/);
  assert.equal(await ama.inputValue('[name="agenda.3.title"]'), 'Any other business');
  await open(ama, meeting);
  assert.match(await text(ama), /What early warning needs/);
  assert.doesNotMatch(await text(ama), /Any other business/);
});

test('members answer in their languages, and the meeting is in their own calendars', async () => {
  for (const [who, answer, note] of [['layla', 'accepted', 'سأشارك من عمّان.'], ['dana', 'tentative', 'Поздний час: подключусь, если смогу.'], ['beatriz', 'accepted', 'Estarei presente.'], ['aroha', 'declined', 'It is midnight here.']]) {
    const page = await as(who);
    await open(page, '/new');
    await press(page, `main a[href="${meeting}"]`);
    await type(page, { 'answer-note': note });
    await press(page, `button[name=answer][value=${answer}]`);
    assert.equal(await page.inputValue('[name=answer-note]'), note);
  }
  const layla = await as('layla');
  assert.equal(await layla.getAttribute('html', 'dir'), 'rtl');
  assert.match(await layla.textContent('h1'), /النيتازينات/);
  const ama = await as('ama');
  await open(ama, meeting);
  for (const said of ['I will attend', 'سأشارك من عمّان.', 'Поздний час', 'Estarei presente.']) assert.ok((await text(ama)).includes(said), said);
  await open(layla, '/calendar');
  await press(layla, 'form[action="/calendar/feed"] button');
  const feed = new URL((await text(layla)).match(/http:\S+\.ics/)[0]);
  const stranger = await as('public');
  const ics = await (await stranger.request.get(base + feed.pathname)).text();
  assert.match(ics, /BEGIN:VEVENT[^]*النيتازينات[^]*DTSTART/);
  assert.doesNotMatch(await (await stranger.request.get(base + '/calendar.ics')).text(), /VEVENT/);
});

test('what the meeting decided is entered, approved by a second person and taken up', async () => {
  const ama = await as('ama');
  await open(ama, meeting + '/edit');
  await add(ama, 'attendance', { of: 'GH', count: '2' });
  await add(ama, 'attendance', { of: 'JO', count: '1' });
  await add(ama, 'attendance', { of: 'BR', count: '1' });
  await add(ama, 'decisions', { title: 'Share reference spectra of nitazenes', of: 'JO', due: day(90) });
  await type(ama, { 'record.en': 'The experts compared what their laboratories see.\n\nThey will recommend that laboratories are told within a week.' });
  await save(ama);
  await step(ama, 'hold');
  await step(ama, 'minute');
  assert.ok(!(await steps(ama)).includes('approve'), 'who wrote the minutes does not approve them');
  const aroha = await as('aroha');
  await open(aroha, meeting);
  await step(aroha, 'approve');
  assert.match(await text(aroha), /laboratories are told within a week/);
  const layla = await as('layla');
  await open(layla, meeting);
  await press(layla, 'form[action$="/take-up"] button');
  action = path(layla);
  assert.match(await layla.textContent('h1'), /Share reference spectra/);
  await step(layla, 'begin');
  await hidden(action);
});

test('a member drafts a recommendation in three paragraphs, the chair asks the members', async () => {
  const page = await as('beatriz');
  await open(page, meeting);
  await press(page, 'a[href^="/records/recommendation/new?answers="]');
  assert.equal(await page.inputValue('[name=group]'), 'swg2.1');
  await type(page, { 'name.en': 'Tell laboratories of new nitazenes within a week', 'name.pt': 'Informar os laboratórios sobre novos nitazenos em uma semana', theme: 'intelligence-platforms',
    'text.en': 'States should tell each other of a new nitazene within a month.\n\nLaboratories should share reference spectra.\n\nClinicians should be told what naloxone does.' });
  await save(page);
  advice = path(page);
  assert.equal(await page.locator('.paragraphs > li').count(), 3);
  assert.deepEqual(await steps(page), [], 'a member does not open the consultation');
  await hidden(advice);
  const ama = await as('ama');
  await open(ama, advice);
  await step(ama, 'consult'); // without a day on which it ends: refused
  assert.match(await ama.textContent('[role=alert]'), /day|until/i);
  await press(ama, `a[href="${advice}/edit"]`);
  await type(ama, { until: day(21) });
  await save(ama);
  await step(ama, 'consult');
  await hidden(advice);
});

test('East and West comment by paragraph and take positions; the chair redrafts; a second person agrees', async () => {
  for (const [who, paragraph, said, position] of [['dana', '1', 'Месяц — слишком долго: предлагаем одну неделю.', 'support-with-changes'], ['layla', '3', 'ينبغي أن يُبلَّغ الأطباء بلغتهم.', 'support'], ['beatriz', '1', 'De acordo: uma semana.', 'support']]) {
    const page = await as(who);
    await open(page, '/new');
    await press(page, `main a[href="${advice}"]`);
    await page.click(`#p${paragraph} summary`);
    await page.fill(`#p${paragraph} textarea`, said);
    await press(page, `#p${paragraph} form button`);
    assert.match(await page.textContent(`#p${paragraph}`), new RegExp(said.slice(0, 12)));
    await press(page, `button[name=answer][value=${position}]`);
  }
  const ama = await as('ama');
  await open(ama, advice);
  assert.match(await text(ama), /We support it with changes/);
  await step(ama, 'redraft'); // without a reason: refused
  assert.match(await ama.textContent('[role=alert]'), /must be given/);
  await type(ama, { reason: 'Kazakhstan and Brazil ask for a week.' });
  await step(ama, 'redraft');
  await press(ama, `a[href="${advice}/edit"]`);
  await type(ama, { 'text.en': 'States should tell each other of a new nitazene within a week.\n\nLaboratories should share reference spectra.\n\nClinicians should be told, in their language, what naloxone does.' });
  await save(ama);
  assert.match(await ama.textContent('#p1'), /on an earlier version/);
  assert.match(await text(ama), /We support it with changes · on an earlier version/);
  await press(ama, `a[href="${advice}/versions"]`);
  assert.equal((await ama.locator('main del').allInnerTexts()).join(' '), 'month. told');
  assert.match((await ama.locator('main ins').allInnerTexts()).join(' '), /week\..*in their language,/);
  await open(ama, advice);
  await step(ama, 'consult');
  assert.ok(!(await steps(ama)).includes('agree'), 'who opened the consultation does not close it alone');
  for (const who of ['dana', 'layla']) { // what they said was said of another text: they are asked anew
    const page = await as(who);
    await open(page, '/');
    await press(page, `#waiting a[href="${advice}"]`);
    await press(page, 'button[name=answer][value=support]');
  }
  const aroha = await as('aroha');
  await open(aroha, advice);
  assert.match(await text(aroha), /We support it ?2 people of 2 participants/);
  await step(aroha, 'agree');
  await hidden(advice);
  await open(ama, advice);
  await step(ama, 'publish');
  const stranger = await as('public');
  await open(stranger, '/');
  await stranger.click('.mainmenu-list .menu:has(a[href="/records/recommendation"]) > summary');
  await press(stranger, '.mainmenu-list a[href="/records/recommendation"]');
  await press(stranger, `main a[href="${advice}"]`);
  assert.match(await text(stranger), /within a week/);
  assert.doesNotMatch(await text(stranger), /Месяц/);
});

test('a country promises before the others to do it, and how that stands follows from its milestones', async () => {
  const layla = await as('layla');
  await open(layla, advice);
  await press(layla, 'a[href^="/records/commitment/new?answers="]');
  assert.equal(await layla.inputValue('[name=country]'), 'JO');
  await type(layla, { 'name.ar': 'إبلاغ المختبرات في غضون أسبوع', 'name.en': 'Tell laboratories within a week', verb: 'establish', date: day(-100) });
  await add(layla, 'milestones', { title: 'Name a focal point in each laboratory', due: day(-30) });
  await add(layla, 'milestones', { title: 'First message sent', due: day(60) });
  await save(layla);
  promise = path(layla);
  await step(layla, 'begin');
  const stranger = await as('public');
  const standing = async () => {
    await open(stranger, '/commitments');
    return await stranger.locator(`tr:has(a[href="${promise}"])`).innerText();
  };
  assert.match(await standing(), /Late[^]*0 of 2 done/);
  await step(layla, 'complete'); // with milestones open: refused
  assert.match(await layla.textContent('.message'), /[\u0600-\u06ff]/);
  await press(layla, `a[href="${promise}/edit"]`);
  await type(layla, { 'milestones.1.done': day(-2), 'milestones.1.evidence': 'https://example.org/focal-points' });
  await add(layla, 'updates', { date: day(-2), text: 'عُيّنت جهات الاتصال.' });
  await save(layla);
  assert.match(await standing(), /On track[^]*1 of 2 done/);
  await press(layla, `a[href="${promise}/edit"]`);
  await type(layla, { 'milestones.2.done': day(0), 'milestones.2.evidence': 'https://example.org/first-message' });
  await save(layla);
  assert.match(await standing(), /All milestones done[^]*2 of 2 done/);
  await step(layla, 'complete');
  assert.match(await standing(), /Done[^]*2 of 2 done/);
  await press(stranger, `main a[href="${promise}"]`);
  assert.match(await text(stranger), /First message sent/);
});

test('two countries want the one place of a training', async () => {
  const aroha = await as('aroha');
  await open(aroha, advice);
  await press(aroha, 'a[href^="/records/initiative/new?answers="]');
  await type(aroha, { 'name.en': 'A month at a laboratory of reference', resource: 'training', capacity: '1', languages: ['en', 'ru'] });
  await save(aroha);
  initiative = path(aroha);
  await hidden(initiative);
  await step(aroha, 'publish');
  const interests = {};
  for (const [who, purpose] of [['dana', 'Обучить одного химика.'], ['beatriz', 'Formar uma química.']]) {
    const page = await as(who);
    await open(page, '/records/initiative');
    await press(page, `main a[href="${initiative}"]`);
    await press(page, 'a[href^="/records/interest/new?under="]');
    await type(page, { purpose, people: '1', contact: `${who}@example.org` });
    await save(page);
    interests[who] = path(page);
    await hidden(interests[who]);
  }
  await open(aroha, '/new');
  await press(aroha, `main a[href="${interests.dana}"]`);
  await step(aroha, 'offer');
  await open(aroha, interests.beatriz);
  await step(aroha, 'offer'); // there is one place
  assert.match(await aroha.textContent('.message'), /places are taken/);
  await step(aroha, 'put-on-waiting-list');
  const beatriz = await as('beatriz');
  await open(beatriz, interests.beatriz);
  assert.ok(!(await steps(beatriz)).some(s => ['offer', 'decline'].includes(s)), 'nobody offers himself a place');
  const dana = await as('dana');
  await open(dana, '/new');
  await press(dana, `main a[href="${interests.dana}"]`);
  await step(dana, 'take-part');
  await press(aroha, `.related a[href="${initiative}"]`);
  await step(aroha, 'fill');
  await open(aroha, interests.beatriz);
  await type(aroha, { reason: 'The next month begins in spring; please ask again.' });
  await step(aroha, 'decline');
  await open(beatriz, '/new');
  await press(beatriz, `main a[href="${interests.beatriz}"]`);
  assert.match(await text(beatriz), /please ask again/);
});

test('a state signs the pledge by two people and reports on it', async () => {
  const [layla, minister] = [await as('layla'), await as('minister')];
  await open(layla, '/pledge');
  await press(layla, 'a[href="/records/pledge/new"]');
  await type(layla, { signatory: 'وزير الصحة', occasion: 'UNGA 2026' });
  await save(layla);
  const pledge = path(layla);
  assert.ok(!(await steps(layla)).includes('sign'), 'without the duty nobody signs');
  await open(minister, '/pledge');
  await press(minister, `main a[href="${pledge}"]`);
  await step(minister, 'sign');
  assert.ok(!(await steps(minister)).includes('confirm-signature'), 'who signed does not confirm it');
  await hidden(pledge);
  await open(layla, pledge);
  await step(layla, 'confirm-signature');
  await open(layla, '/pledge');
  await press(layla, 'a[href^="/records/pledge-report/new?under="]');
  for (let i = 1; i <= 7; i++) await type(layla, { [`answers.${i}.status`]: i < 5 ? 'in-progress' : 'achieved' });
  await type(layla, { 'answers.1.text': 'قانون جديد أمام البرلمان.' });
  await save(layla);
  await step(layla, 'submit');
  const stranger = await as('public');
  await open(stranger, '/pledge');
  assert.match(await text(stranger), /Jordan/);
  await press(stranger, `main a[href="${pledge}"]`);
  await press(stranger, '.related a[href^="/r/"]');
  assert.match(await text(stranger), /Achieved/);
});

test('a partner answers a call, and nobody else reads it before it is published', async () => {
  const [ama, clerk] = [await as('ama'), await as('clerk')];
  await open(ama, '/partners');
  await press(ama, 'a[href="/records/organisation/new"]');
  await type(ama, { 'name.en': 'Families for Life', type: 'ngo', country: 'GH' });
  await save(ama);
  const organisation = path(ama);
  await open(clerk, organisation);
  await step(clerk, 'verify');
  await open(clerk, '/people');
  await type(clerk, { name: 'Kofi Annor', email: 'kofi@families.example', stakeholder: 'Families for Life' });
  await press(clerk, 'form[action="/people"] button.btn-primary');
  await press(clerk, 'tr:has-text("Kofi Annor") form[action$="/link"] button');
  cast.kofi = { name: 'Kofi Annor', lang: 'en', zone: 'Africa/Accra', width: 390, link: await clerk.textContent('.message code') };
  await open(ama, advice);
  await press(ama, 'a[href^="/records/call/new?answers="]');
  await type(ama, { 'name.en': 'What families see', type: 'submissions', opens: day(-1), closes: day(30), accepts: ['statement'] });
  await save(ama);
  const call = path(ama);
  await step(ama, 'open-call');
  const kofi = await as('kofi');
  await open(kofi, '/records/call');
  await press(kofi, `main a[href="${call}"]`);
  await press(kofi, 'a[href^="/records/submission/new?under="]');
  await type(kofi, { 'name.en': 'Three funerals in our street', 'text.en': 'We ask for naloxone where people live.', consent: 'yes' });
  await save(kofi);
  const submission = path(kofi);
  await hidden(submission);
  for (const at of [meeting, action]) assert.equal((await kofi.request.get(base + at)).status(), 404);
  await open(ama, '/new');
  await press(ama, `main a[href="${submission}"]`);
  await step(ama, 'publish');
  const stranger = await as('public');
  await open(stranger, submission);
  assert.match(await text(stranger), /naloxone where people live/);
});

test('the story leads from the promise back to the meeting, and the report of the year shows it', async () => {
  const dana = await as('dana');
  await open(dana, promise);
  await press(dana, `a[href="${promise}/story"]`);
  for (const at of [advice, meeting]) assert.ok(await dana.$(`main svg a[href="${at}"]`), at);
  await press(dana, `main .related a[href="${advice}"]`);
  await press(dana, `main .related a[href="${meeting}"]`);
  const stranger = await as('public');
  await open(stranger, promise + '/story');
  assert.ok(await stranger.$(`main .related a[href="${advice}"]`));
  assert.equal(await stranger.$(`main a[href="${meeting}"]`), null, 'the story of the public ends at what is public');
  await open(stranger, '/report');
  await type(stranger, { from: day(-364), to: day(0) });
  await press(stranger, 'main form button.btn-primary');
  assert.match(await text(stranger), /Tell laboratories within a week/);
  assert.match(await text(stranger), /Tell laboratories of new nitazenes within a week/);
});

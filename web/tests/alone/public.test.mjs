// The public site as a stranger meets it: light, open about itself, the same without scripts, in both directions, on
// paper, for search engines, feed readers and calendar programs; and nothing in it that is not for everybody.
// Nothing else is tried beside it: it measures times.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import ICAL from "ical.js";
import { audit } from "../audit.mjs";
import { startDemo, tocsin } from "../demo.mjs";
import { startBrowser } from "../gallery.mjs";
import { clock, days, instants, meetings, profile, table } from "../meetings.mjs";

const paths = ["/", "/about", "/news", "/calendar", "/pledge", "/commitments", "/donors", "/legislation?country=SL", "/services", "/report", "/data",
  "/participants", "/participants/GH", "/groups", "/groups/swg2.1", "/records/initiative", "/records/recommendation", "/records/alert"];
const looks = ["en", "ar"].flatMap((lang) => [1440, 390].flatMap((width) => ["light", "dark"].map((theme) => ({ lang, width, theme }))));

let demo, browser, base;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  base = demo.base;
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

// stranger opens a browser that nobody has used, and watches what it asks for and what goes wrong.
async function stranger({ lang = "en", width = 1440, theme = "light", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, locale: lang, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  const watch = { bytes: 0, asked: [], faults: [] };
  cdp.on("Network.requestWillBeSent", (e) => watch.asked.push(e.request.url));
  cdp.on("Network.loadingFinished", (e) => (watch.bytes += e.encodedDataLength));
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && watch.faults.push(m.text()));
  page.on("pageerror", (e) => watch.faults.push(String(e)));
  return { context, page, cdp, watch, close: () => context.close() };
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

test("the first page is light, sets no cookie and asks nobody else", async (t) => {
  for (const lang of ["en", "ar"]) {
    const s = await stranger({ lang });
    const answer = await s.page.goto(base + "/", { waitUntil: "networkidle" });
    t.diagnostic(`${lang}: ${s.watch.bytes} bytes in ${s.watch.asked.length} requests`);
    assert.equal(await s.page.getAttribute("html", "lang"), lang, "the browser's language is taken");
    assert.ok(s.watch.bytes < 150_000, `${s.watch.bytes} bytes`);
    assert.deepEqual(s.watch.asked.filter((u) => !u.startsWith(base + "/") && !u.startsWith("data:")), []);
    assert.equal((await answer.allHeaders())["set-cookie"], undefined);
    assert.deepEqual(await s.context.cookies(), []);
    assert.deepEqual(await s.page.evaluate(async () => [document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length]), ["", 0, 0, 0, 0]);
    assert.deepEqual(s.watch.faults, []);
    await s.close();
  }
});

// paint answers how long after the first byte a stranger on a slow line reads something, and how far what he reads then
// moves while the rest arrives. slower is how many times slower the processor is made.
async function paint(slower) {
  const s = await stranger({ width: 390 });
  await s.cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 });
  await s.cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await s.page.addInitScript(() => {
    globalThis.moved = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => (globalThis.moved += e.value))).observe({ type: "layout-shift", buffered: true });
  });
  await s.page.goto(base + "/", { waitUntil: "load" });
  const out = await s.page.evaluate(() => ({
    after: performance.getEntriesByName("first-contentful-paint")[0].startTime - performance.getEntriesByType("navigation")[0].responseStart,
    moved: globalThis.moved,
  }));
  await s.close();
  return out;
}

test("on a slow line something is read a second after the first byte", async (t) => {
  // Where others work on the machine their time is taken for the page's, and slowing the processor down doubles that: it
  // is then slow enough by itself, and if the median fails the best of further tries counts.
  const busy = () => loadavg()[0] > cpus().length, slower = busy() ? 1 : 2;
  const tries = [await paint(slower), await paint(slower), await paint(slower)];
  let reached = median(tries.map((x) => x.after));
  while (reached > 1000 && tries.length < 9 && busy()) {
    tries.push(await paint(1));
    reached = Math.min(reached, tries.at(-1).after);
  }
  t.diagnostic(`first paint after ${tries.map((x) => x.after.toFixed(0)).join(", ")} ms; moved ${Math.max(...tries.map((x) => x.moved)).toFixed(3)}; processor ${slower} times slower, load ${loadavg()[0].toFixed(1)}`);
  assert.ok(reached <= 1000, `first contentful paint ${Math.round(reached)} ms after the first byte`);
  assert.ok(median(tries.map((x) => x.moved)) < 0.05, "what is read first moves while the rest arrives");
});

// withoutScripts counts the letters that a page shows without scripts, in its main part.
async function withoutScripts(lang, path) {
  const s = await stranger({ lang, javaScriptEnabled: false });
  await s.page.goto(base + path);
  assert.ok(await s.page.locator("nav.mainmenu .menu > summary").first().isVisible(), "no menu without scripts on " + path);
  const letters = (await s.page.locator("main").innerText()).replace(/\s+/g, "").length;
  await s.close();
  return letters;
}

test("every public page scores 95 of 100", async (t) => {
  const scores = [];
  for (const [i, path] of paths.entries()) {
    // Each page in one look, so that all eight come round; the first page in all.
    const chosen = path === "/" ? looks : [looks[i % 8]];
    const words = { [chosen[0].lang]: await withoutScripts(chosen[0].lang, path) }; // in one language: scripts know of none
    for (const { lang, width, theme } of chosen) {
      const s = await stranger({ lang, width, theme });
      const answer = await s.page.goto(base + path, { waitUntil: "load" });
      assert.equal(answer.status(), 200, path);
      const bytes = s.watch.bytes;
      const { score, faults } = await audit(s.page, lang, { bytes, words: words[lang] ?? Infinity });
      const name = `${path} ${lang} ${width} ${theme}`;
      scores.push({ name, score, bytes, faults: faults.map((f) => `${f.name} (${f.detail})`) });
      assert.deepEqual(s.watch.faults, [], name);
      await s.close();
    }
  }
  for (const x of scores) if (x.faults.length || process.env.SCORES) t.diagnostic(`${x.score.toFixed(1)} ${x.name}, ${x.bytes} bytes: ${x.faults.join("; ")}`);
  t.diagnostic(`least ${Math.min(...scores.map((x) => x.score)).toFixed(1)}, heaviest ${Math.max(...scores.map((x) => x.bytes))} bytes`);
  assert.deepEqual(scores.filter((x) => x.score < 95), []);
});

test("every link that stays on the site answers", async (t) => {
  const s = await stranger();
  const links = new Map();
  for (const path of paths) {
    await s.page.goto(base + path);
    for (const href of await s.page.$$eval("a[href]", (list) => list.map((a) => a.getAttribute("href")))) {
      const url = new URL(href, base + path);
      url.hash = "";
      if (url.origin === base && !links.has(url.href)) links.set(url.href, path);
    }
    for (const href of await s.page.$$eval("link[href]:not([href^='data:'])", (list) => list.map((l) => l.href))) links.set(href, path);
  }
  const wrong = [];
  await each([...links], 4, async ([url, from]) => {
    const answer = await s.page.request.get(url, { maxRedirects: 0 });
    if (answer.status() !== 200) wrong.push(`${answer.status()} ${url} on ${from}`);
    await answer.dispose();
  });
  t.diagnostic(`${links.size} addresses`);
  assert.deepEqual(wrong, []);
  await s.close();
});

// each works through a list, so many at a time.
async function each(list, abreast, work) {
  const left = list.values();
  await Promise.all(Array.from({ length: abreast }, async () => {
    for (const x of left) await work(x);
  }));
}

test("paper shows no menus", async () => {
  const s = await stranger({ theme: "dark" });
  for (const path of paths) {
    await s.page.goto(base + path);
    await s.page.emulateMedia({ media: "print" });
    const shown = await s.page.$$eval(".mainmenu, .topbar-tools, .menu-panel, .btn, .page-actions, .skip-link, .map-tools, .pager, form button", (list) => list.filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 100)));
    assert.deepEqual(shown, [], path);
    const [ink, ground] = await s.page.$eval("h1", (e) => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]);
    assert.deepEqual([brightness(ink) < 60, brightness(ground) > 240], [true, true], `${path} prints ${ink} on ${ground}`);
  }
  await s.close();
});

const brightness = (color) => color.match(/\d+/g).slice(0, 3).reduce((sum, x) => sum + Number(x), 0) / 3;

// records are those of a kind as the operator sees them.
const kinds = ["alert", "meeting", "recommendation", "action", "initiative", "commitment", "pledge", "pledge-report", "need", "contribution", "call", "submission",
  "announcement", "document", "achievement", "service", "workforce", "law", "figure", "signal", "incident", "question", "expert", "organisation", "interest", "topic"];
const records = (kind) => JSON.parse(execFileSync(tocsin, ["export", kind, "--format", "json", "--database", demo.database], { encoding: "utf8", maxBuffer: 1 << 28 }));

// closed are the records that are not for everybody: those with another label than CLEAR, and drafts.
function closed() {
  const out = [];
  for (const kind of kinds) for (const r of records(kind)) if (r.tlp !== "CLEAR" || r.state === "draft") out.push({ kind, ...r });
  return out;
}

// parsed reads XML as a browser does, into plain objects; it throws where the text is not well-formed.
async function parsed(page, text) {
  const out = await page.evaluate((source) => {
    const read = (e) => ({ name: e.localName, space: e.namespaceURI, text: e.children.length ? "" : e.textContent, attributes: Object.fromEntries([...e.attributes].map((a) => [a.name, a.value])), children: [...e.children].map(read) });
    const d = new DOMParser().parseFromString(source, "application/xml");
    return d.querySelector("parsererror") ? d.querySelector("parsererror").textContent : read(d.documentElement);
  }, text);
  assert.equal(typeof out, "object", out);
  return out;
}

const children = (e, name) => e.children.filter((c) => c.name === name);
const textOf = (e, name) => {
  const list = children(e, name);
  assert.equal(list.length, 1, `${e.name} has ${list.length} ${name}`);
  return list[0].text;
};
const ids = (text) => [...text.matchAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g)].map((m) => m[0]);

// nothingClosed wants a text to hold neither the address nor the title of what is not for everybody.
function nothingClosed(list, open, text, where) {
  const named = new Set(ids(text));
  for (const r of list) {
    assert.ok(!named.has(r.id), `${where} names the ${r.tlp} ${r.kind} ${r.id} (${r.state})`);
    // Who publishes something for everybody is named with it, whatever its own page says.
    if (r.title?.length > 20 && !open.has(r.title) && r.kind !== "organisation") assert.ok(!text.includes(r.title), `${where} holds the title of the ${r.tlp} ${r.kind} "${r.title}"`);
  }
}

test("the site map, the rules for robots and the feeds hold what is for everybody, well", async (t) => {
  const s = await stranger();
  await s.page.goto(base + "/healthz");
  const get = async (path, mime) => {
    const answer = await s.page.request.get(base + path);
    assert.equal(answer.status(), 200, path);
    assert.match(answer.headers()["content-type"], mime, path);
    assert.equal(answer.headers()["set-cookie"], undefined, path);
    return answer.text();
  };
  const hidden = closed();
  const titles = new Set(kinds.flatMap((k) => records(k).filter((r) => r.tlp === "CLEAR" && r.state !== "draft").map((r) => r.title)));
  assert.ok(hidden.length > 100 && titles.size > 30, `${hidden.length} closed, ${titles.size} open`);

  const map = await get("/sitemap.xml", /^application\/xml/);
  nothingClosed(hidden, titles, map, "the site map");
  const urlset = await parsed(s.page, map);
  assert.deepEqual([urlset.name, urlset.space], ["urlset", "http://www.sitemaps.org/schemas/sitemap/0.9"]);
  const locs = children(urlset, "url").map((u) => {
    const alternates = children(u, "link").map((l) => l.attributes.hreflang);
    assert.deepEqual(alternates, ["en", "ar", "es", "fr", "pt", "ru"]);
    for (const day of children(u, "lastmod")) assert.ok(/^\d{4}-\d\d-\d\d$/.test(day.text) && !Number.isNaN(Date.parse(day.text)) && Date.parse(day.text) <= Date.now(), day.text);
    return textOf(u, "loc");
  });
  assert.equal(new Set(locs).size, locs.length, "an address twice");
  assert.ok(locs.every((u) => u.startsWith(base + "/")));
  const mapped = new Set(ids(map));
  for (const kind of ["commitment", "pledge", "document", "announcement", "initiative", "law", "meeting"]) {
    for (const r of records(kind)) if (r.tlp === "CLEAR" && r.state !== "draft") assert.ok(mapped.has(r.id), `the site map lacks the ${kind} ${r.title}`);
  }
  const wrong = [];
  await each(locs, 4, async (url) => {
    const answer = await s.page.request.get(url, { maxRedirects: 0 });
    if (answer.status() !== 200) wrong.push(`${answer.status()} ${url}`);
    await answer.dispose();
  });
  assert.deepEqual(wrong, []);
  t.diagnostic(`${locs.length} addresses in the site map, ${hidden.length} records are closed`);

  const robots = (await get("/robots.txt", /^text\/plain/)).trim().split("\n").map((line) => line.match(/^(User-agent|Disallow|Sitemap): (\S.*)$/).slice(1));
  assert.deepEqual(robots[0], ["User-agent", "*"]);
  assert.deepEqual(robots.filter(([k]) => k === "Sitemap"), [["Sitemap", base + "/sitemap.xml"]]);
  const barred = robots.filter(([k]) => k === "Disallow").map(([, path]) => new RegExp("^" + path.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")));
  assert.ok(barred.length > 0 && barred.some((b) => b.test("/signin/secret")) && barred.some((b) => b.test("/calendar/secret.ics")));
  assert.deepEqual(locs.filter((u) => barred.some((b) => b.test(new URL(u).pathname))), []);

  await s.page.goto(base + "/data");
  const feeds = await s.page.$$eval("a[href$='.atom']", (list) => list.map((a) => a.getAttribute("href")));
  assert.ok(feeds.length >= 6, feeds.join());
  let entries = 0;
  for (const path of feeds) {
    for (const lang of ["en", "ar"]) {
      const text = await get(`${path}?lang=${lang}`, /^application\/atom\+xml/);
      nothingClosed(hidden, titles, text, path);
      const feed = await parsed(s.page, text);
      assert.deepEqual([feed.name, feed.space, feed.attributes["xml:lang"]], ["feed", "http://www.w3.org/2005/Atom", lang]);
      const atomDate = (e, name) => {
        const day = textOf(e, name);
        assert.ok(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(day) && Date.parse(day) <= Date.now() + 1000, `${path}: ${name} ${day}`);
        return Date.parse(day);
      };
      const rel = (e, r) => children(e, "link").filter((l) => (l.attributes.rel ?? "alternate") === r).map((l) => l.attributes.href);
      assert.ok(textOf(feed, "title").length > 3);
      assert.deepEqual(rel(feed, "self"), [base + path]);
      assert.equal(rel(feed, "alternate").length, 1);
      const list = children(feed, "entry"), own = list.map((e) => textOf(e, "id"));
      entries += list.length;
      assert.equal(new Set([...own, textOf(feed, "id")]).size, own.length + 1, path + ": an id twice");
      const latest = Math.max(0, ...list.map((e) => {
        assert.ok(textOf(e, "title").length > 0);
        assert.ok(children(e, "author").length === 1 && textOf(children(e, "author")[0], "name"));
        assert.ok(URL.canParse(textOf(e, "id")) && rel(e, "alternate")[0].startsWith(base + "/r/"));
        for (const x of children(e, "summary")) assert.ok(["text", undefined].includes(x.attributes.type), "a record's text is no markup");
        assert.ok(atomDate(e, "published") <= atomDate(e, "updated"));
        return atomDate(e, "updated");
      }));
      assert.equal(atomDate(feed, "updated"), latest, path + " does not say when it changed");
    }
  }
  t.diagnostic(`${entries} entries in ${feeds.length} feeds`);
  assert.equal((await s.page.request.get(base + "/feeds/identification.atom")).status(), 404);

  const open = await get("/donors/iati.xml", /^application\/xml/);
  nothingClosed(hidden, titles, open, "the IATI file");
  const all = execFileSync(tocsin, ["iati", "export", "--database", demo.database], { encoding: "utf8" });
  for (const [text, wanted] of [[open, (r) => r.tlp === "CLEAR"], [all, () => true]]) {
    const root = await parsed(s.page, text);
    assert.deepEqual([root.name, root.attributes.version], ["iati-activities", "2.03"]);
    const wants = records("contribution").filter((r) => r.state !== "draft" && wanted(r)).map((r) => r.identifier).sort();
    assert.ok(wants.length > 0);
    assert.deepEqual(children(root, "iati-activity").map((x) => textOf(x, "iati-identifier")).sort(), wants);
  }
  await s.close();
});

// as signs in as a person of the demonstration.
async function as(role) {
  const s = await stranger();
  await s.page.goto(base + "/sign-in");
  await s.page.click(`[data-role=${role}]`);
  return s;
}

// makeMeetings imports the meetings and takes the steps that make them what they are.
async function makeMeetings() {
  const own = (m) => m.amber;
  for (const [name, list, sharing] of [["open", meetings.filter((m) => !own(m)), "{tlp: CLEAR}"], ["members", meetings.filter(own), "{tlp: AMBER, groups: [swg2.1]}"]]) {
    const file = join(demo.folder, name + ".csv"), rules = join(demo.folder, name + ".yaml");
    writeFileSync(file, table(list));
    writeFileSync(rules, profile(name, sharing));
    const said = JSON.parse(execFileSync(tocsin, ["import", "meeting", file, "--profile", rules, "--database", demo.database, "--json"], { encoding: "utf8" }));
    assert.deepEqual([said.accepted, said.errors], [list.length, []]);
  }
  const known = new Map(records("meeting").map((r) => [r.title, r]));
  const s = await as("secretariat");
  for (const m of meetings) {
    m.id = known.get(m.name).id;
    m.version = known.get(m.name).version;
    for (const [step, reason] of [...(m.draft ? [] : [["plan", ""]]), ...(m.cancelled ? [["call-off", "The hall burnt down."]] : [])]) {
      const answer = await s.page.request.post(`${base}/r/${m.id}/step`, { form: { version: m.version++, step, reason }, headers: { "Sec-Fetch-Site": "same-origin" } });
      assert.equal(answer.status(), 200, `${step} ${m.name}: ${await answer.text()}`);
    }
  }
  await s.close();
}

// read takes a feed apart with another's parser. What is not allowed to stand in a line is looked for in its bytes.
async function read(request, url) {
  const answer = await request.get(url);
  assert.equal(answer.status(), 200, url);
  assert.match(answer.headers()["content-type"], /^text\/calendar; charset=utf-8/i);
  const bytes = await answer.body();
  const lines = bytes.toString("latin1").split("\r\n");
  assert.ok(lines.length > 5 && lines.pop() === "", "lines do not end as they must");
  for (const line of lines) {
    assert.ok(line.length <= 75, `a line of ${line.length} octets: ${line}`);
    assert.ok(!/[\r\n\x00-\x08\x0b-\x1f]/.test(line), line);
    new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(line, "latin1")); // no letter is cut in two
  }
  const calendar = new ICAL.Component(ICAL.parse(bytes.toString("utf8")));
  for (const [name, value] of Object.entries({ version: "2.0", calscale: "GREGORIAN", method: "PUBLISH" })) assert.equal(calendar.getFirstPropertyValue(name), value);
  const events = new Map();
  for (const e of calendar.getAllSubcomponents("vevent")) {
    for (const name of ["uid", "dtstamp", "dtstart", "dtend", "summary", "sequence", "status", "url"]) assert.equal(e.getAllProperties(name).length, 1, `${name} of ${e}`);
    assert.equal(e.getAllProperties("rrule").length, 0);
    const event = new ICAL.Event(e);
    assert.ok(!events.has(event.uid), "a UID twice: " + event.uid);
    events.set(event.uid, event);
  }
  return { name: calendar.getFirstPropertyValue("x-wr-calname"), events };
}

// sittings are the events of a meeting in their order.
const sittings = (feed, m) => [...feed.events.values()].filter((e) => e.uid.startsWith(m.id)).sort((a, b) => a.startDate.compare(b.startDate));

function checkMeeting(feed, m, lang) {
  const list = sittings(feed, m);
  assert.deepEqual(list.map((e) => e.uid), m.time && days(m).length > 1 ? days(m).map((_, i) => `${m.id}-${i + 1}@tocsin`) : [`${m.id}@tocsin`], m.name);
  const title = (lang === "ar" && m.arabic) || m.name;
  for (const [i, e] of list.entries()) {
    assert.equal(e.summary, list.length > 1 ? `${title} (${i + 1}/${list.length})` : title);
    assert.equal(e.sequence, m.version, m.name);
    assert.equal(e.description ?? "", m.text ?? "");
    assert.equal(e.location ?? "", m.venue ?? "");
    assert.equal(e.component.getFirstPropertyValue("url"), `${base}/r/${m.id}`);
    assert.equal(e.component.getFirstPropertyValue("status"), m.cancelled ? "CANCELLED" : m.draft ? "TENTATIVE" : "CONFIRMED");
    if (!m.time) {
      const after = new Date(Date.parse(m.end ?? m.date) + 864e5).toISOString().slice(0, 10);
      assert.deepEqual([e.startDate.isDate, e.startDate.toString(), e.endDate.toString()], [true, m.date, after], m.name);
      continue;
    }
    assert.equal(e.startDate.zone.tzid, "UTC");
    const [begin, end] = [e.startDate.toJSDate().getTime(), e.endDate.toJSDate().getTime()];
    assert.equal(begin, instants(m)[i], `${m.name}: ${new Date(begin).toISOString()}`);
    assert.equal(clock(begin, m.zone), `${days(m)[i]} ${m.time}`, m.name);
    assert.equal(end - begin, 90 * 60e3);
  }
}

test("another's parser reads the calendars, over changes of clocks in both hemispheres", async (t) => {
  await makeMeetings();
  const nobody = await stranger(), chemist = await as("laboratory");
  await chemist.page.goto(base + "/calendar");
  await chemist.page.click("form[action='/calendar/feed'] button");
  await chemist.page.getByText(/http\S+\.ics/).first().waitFor();
  const [secret] = (await chemist.page.textContent("main")).match(/http\S+\.ics/);
  const span = "from=2027-01-01&to=2027-12-31";
  const feeds = {
    everybody: await read(nobody.page.request, `${base}/calendar.ics?${span}`),
    group: await read(nobody.page.request, `${base}/calendar.ics?topic=swg2.1&${span}`),
    personal: await read(nobody.page.request, `${secret}?${span}`),
    arabic: await read(nobody.page.request, `${base}/calendar.ics?lang=ar&${span}`),
  };
  t.diagnostic(Object.entries(feeds).map(([name, f]) => `${name} ${f.events.size}`).join(", ") + " events");
  for (const [name, feed] of Object.entries(feeds)) {
    for (const m of meetings) {
      const there = !m.draft && !(m.amber && name !== "personal") && !(m.group && ["group", "personal"].includes(name));
      if (there) checkMeeting(feed, m, name === "arabic" ? "ar" : "en");
      else assert.deepEqual(sittings(feed, m), [], `${m.name} stands in the feed of ${name}`);
    }
    for (const [uid, e] of feed.events) { // the same meeting is the same in every feed
      const other = feeds.everybody.events.get(uid);
      if (other) assert.deepEqual([e.sequence, e.startDate.toString(), e.endDate.toString()], [other.sequence, other.startDate.toString(), other.endDate.toString()], uid);
    }
  }
  // A change is told by a higher number, and the event stays the same one.
  const m = meetings[0], s = await as("secretariat");
  assert.equal((await s.page.request.post(`${base}/r/${m.id}/step`, { form: { version: m.version, step: "call-off", reason: "A storm." }, headers: { "Sec-Fetch-Site": "same-origin" } })).status(), 200);
  const before = sittings(feeds.personal, m);
  const after = sittings(await read(nobody.page.request, `${secret}?${span}`), m);
  assert.deepEqual(after.map((e) => e.uid), before.map((e) => e.uid));
  assert.ok(after.every((e, i) => e.sequence > before[i].sequence && e.component.getFirstPropertyValue("status") === "CANCELLED"));
  // The secretariat sees its draft; a calendar shows it as not settled.
  await s.page.goto(base + "/calendar");
  checkMeeting(await read(s.page.request, `${base}/calendar.ics?${span}`), meetings.find((x) => x.draft), "en");
  // What an address holds cannot write lines of its own, and a wrong secret opens nothing.
  const { name, events } = await read(nobody.page.request, `${base}/calendar.ics?topic=${encodeURIComponent("x\r\nBEGIN:VEVENT\r\nUID:x")}&${span}`);
  assert.ok(events.size === 0 && name.startsWith("Tocsin x"), name);
  assert.equal((await nobody.page.request.get(secret.replace(/.\.ics$/, "_.ics"))).status(), 404);
  // One meeting as a file.
  checkMeeting(await read(nobody.page.request, `${base}/r/${meetings[2].id}/meeting.ics`), meetings[2], "en");
  for (const x of [nobody, chemist, s]) await x.close();
});

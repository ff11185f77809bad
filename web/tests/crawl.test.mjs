// Looks at every page of the site map, as the secretariat and one of the public, an official and a focal point see it: in
// English and Arabic, on a wide screen and on a telephone, light and dark, spread over the pages. The site map is the program's own
// (tocsin routes), so that a new page is looked at without anybody's adding it; one with a variable in its address needs
// a sample here, and fails without.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { startDemo, tocsin } from "./demo.mjs";
import { startBrowser } from "./gallery.mjs";
import { check, watch } from "./look.mjs";

const roles = { public: null, official: "laboratory", focal: "focal", secretariat: "secretariat" };
const looks = {
  public: [["en", 1440, "light"], ["ar", 390, "dark"]],
  official: [["ar", 1440, "light"], ["en", 390, "dark"]],
  focal: [["en", 1440, "dark"], ["ar", 390, "light"]],
  secretariat: [["ar", 1440, "dark"], ["en", 390, "light"]],
};

let demo, browser, base, visitors;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  base = demo.base;
  visitors = {};
  for (const [who, role] of Object.entries(roles)) {
    visitors[who] = [];
    for (const [lang, width, colour] of looks[who]) {
      const context = await browser.newContext({ locale: lang, viewport: { width, height: 900 }, colorScheme: colour, reducedMotion: "reduce" });
      const page = watch(await context.newPage(), base);
      page.look = { lang, width, colour };
      await page.goto(`${base}/sign-in?lang=${lang}`);
      if (role) await page.click(`[data-role=${role}]`);
      visitors[who].push(page);
    }
  }
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

const routes = JSON.parse(execFileSync(tocsin, ["routes", "--json"], { encoding: "utf8" })).filter((r) => r.method === "GET");
const kinds = ["identification", "incident", "health-event", "signal", "alert", "figure", "substance-name", "meeting", "recommendation", "action", "initiative", "interest", "commitment", "pledge", "pledge-report",
  "need", "contribution", "organisation", "call", "submission", "expert", "question", "topic", "announcement", "document", "achievement", "service", "workforce", "law", "narrative", "issue"];
const made = kinds.filter((k) => !["signal", "issue"].includes(k)); // by people, in a form

// first answers the address of the newest record in a list, as somebody sees it; undefined where the list is empty.
async function first(list, who = "secretariat") {
  const page = await (await visitors[who][0].request.get(base + "/records/" + list)).text();
  return page.slice(page.indexOf("<main")).match(/"(\/r\/[0-9A-Z]{26})"/)?.[1];
}

// samples are addresses for the routes that have a variable in theirs. The first is looked at by two, the others by one of
// all in turn.
const samples = {
  "/{$}": () => ["/"],
  "/signin/{secret}": () => ["/signin/nothing"],
  "/participants/{code}": () => ["/participants/SL", "/participants/unodc", "/participants/EU"],
  "/participants/{code}/briefing/{format}": () => ["/participants/SL/briefing/md"],
  "/groups/{id}": () => ["/groups/swg2.1", "/groups/wg1"],
  "/groups/{id}/review": () => ["/groups/swg2.1/review"],
  "/groups/{id}/review/file/{format}": () => ["/groups/swg2.1/review/file/docx"],
  "/offline/{kind}": () => made.map((k) => "/offline/" + k),
  "/feeds/{name}": () => ["/feeds/alert.atom"],
  "/explore/{format}": () => ["/explore/csv?place=SL&substance=nitazene"],
  "/dictionary/{format}": () => ["/dictionary/csv"],
  "/people/{id}": null, // of a person whom one administers; the access table of the pages has it
  "/invitation/{secret}": null, // opens once, with a secret that stands in a letter
  "/r/{id}/versions/{number}/return": null, // of an older version of one's own record; the pages' access table has it
  "/calendar/{secret}": null, // a person's own, with a secret that the calendar's test makes
  "/legislation/{code}/gaps/{format}": () => ["/legislation/SL/gaps/csv"],
  "/report/file/{format}": () => ["/report/file/md"],
  "/substances/{id}": () => ["/substances/protonitazene", "/substances/nitazene"],
  "/records/{kind}": () => kinds.map((k) => "/records/" + k),
  "/records/{kind}/export/{format}": () => ["/records/alert/export/csv"],
  "/records/{kind}/new": () => made.map((k) => `/records/${k}/new`),
  "/records/{kind}/template.csv": () => ["/records/incident/template.csv"],
  "/records/{kind}/import": () => ["identification", "incident", "health-event"].map((k) => `/records/${k}/import`),
  "/r/{id}": async () => (await Promise.all(["commitment", ...kinds].map((k) => first(k)))).filter(Boolean),
  "/r/{id}/edit": async () => [await first("identification?place=GH", "official"), await first("alert")].map((r) => r + "/edit"),
  "/r/{id}/story": async () => [(await first("commitment")) + "/story"],
  "/r/{id}/view-as": async () => [(await first("identification?place=GH", "official")) + "/view-as?who=public"],
  "/r/{id}/versions": async () => [(await first("commitment")) + "/versions"],
  "/r/{id}/meeting.ics": async () => [(await first("meeting", "public")) + "/meeting.ics"],
  "/suggest/substances": null, // a part of a page
  "/suggest/search": null, // the same
  "/sign-in/directory/back": null, // takes what a directory sends; the pages' own test of directories has it
  "/r/{id}/files/{hash}": null, // no record of the demonstration has a file
};

const addresses = async ({ path }) => {
  if (path in samples) return (await samples[path]?.()) ?? [];
  assert.ok(!path.includes("{"), `the page ${path} has no sample: add an address of it to samples in crawl.test.mjs`);
  return [path];
};

test("every page is accessible, worded and whole, to everybody, wide and narrow, light and dark", async (t) => {
  let turn = 0, visits = 0;
  const wrong = [];
  const note = (what) => {
    wrong.push(what);
    if (process.env.CRAWL_LOG) console.error(what);
  };
  for (const route of routes) {
    const all = Object.keys(roles).filter((who) => who !== "public" || !route.signed_in);
    const others = all.filter((who) => who !== "secretariat");
    let answered = false;
    for (const [i, address] of (await addresses(route)).entries()) {
      assert.ok(!address.includes("undefined"), `no sample for ${route.path}`);
      if (i === 0) {
        const answer = await visitors.secretariat[0].request.get(base + address, { headers: { Accept: "text/html" } });
        if (!answer.headers()["content-type"].startsWith("text/html")) {
          answered = answer.ok();
          break;
        }
      }
      const two = ["secretariat", others[turn % others.length]];
      for (const [n, who] of (i === 0 ? [...two, ...others.filter((x) => !two.includes(x))] : [all[turn % all.length]]).entries()) {
        if (n > 1 && answered) break; // the others are asked where it is for one of them alone
        const visitor = visitors[who][turn++ % 2], { lang, width, colour } = visitor.look;
        answered = (await visitor.goto(base + address)).ok() || answered;
        visits++;
        await check(visitor, `${address} ${who} ${lang} ${width} ${colour}`, visitor.look).catch((fault) => note(fault.message.slice(0, 1500)));
        visitor.faults.length = 0;
      }
    }
    if (samples[route.path] !== null && !answered) note(`nobody gets ${route.path}`);
  }
  t.diagnostic(`${visits} visits to ${routes.length} addresses of the site map`);
  assert.deepEqual(wrong, []);
});

test("the first page of who signed in is light", async (t) => {
  for (const lang of ["en", "ar"]) {
    const context = await browser.newContext({ locale: lang, viewport: { width: 390, height: 900 } }), page = await context.newPage();
    await page.goto(base + "/sign-in");
    const cdp = await context.newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    let bytes = 0, asked = 0;
    cdp.on("Network.loadingFinished", (e) => {
      bytes += e.encodedDataLength;
      asked++;
    });
    await page.click("[data-role=analyst]");
    await page.waitForLoadState("networkidle");
    t.diagnostic(`${lang}: ${bytes} bytes in ${asked} answers`);
    assert.ok(bytes > 10_000 && bytes < 200_000, `${bytes} bytes`);
    await context.close();
  }
});

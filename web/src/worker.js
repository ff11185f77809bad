// Answers for the server while the line is lost, with what may be kept: the page that lists what waits to be sent, blank
// forms, and the static files that they need. A page that says anything of a person or a record is never kept.
// self.kept, which the server writes above, names the version, the static files and the forms.
const { version, assets, forms } = self.kept;
const nameOf = (lang) => `tocsin ${version} ${lang}`;
const list = "/offline", whole = "/offline/whole"; // the mark of a cache that has everything

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (!name.startsWith(nameOf(""))) await caches.delete(name);
  await self.clients.claim();
})()));

let busy = null;
self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(busy ??= keep(event.data.keep).catch(() => {}).finally(() => (busy = null)));
});

// keep fetches, one after the other, what is not kept yet in a language, and drops what is kept in others.
async function keep(lang) {
  for (const name of await caches.keys()) if (name !== nameOf(lang)) await caches.delete(name);
  const cache = await caches.open(nameOf(lang));
  if (await cache.match(whole)) return;
  const other = lang === "ar" ? /\/app\.[0-9a-f]+\.css$/ : /\/app\.rtl\.[0-9a-f]+\.css$/;
  for (const path of [...assets.filter((a) => !other.test(a)), list, ...forms]) {
    if (await cache.match(path)) continue;
    const answer = await fetch(path.startsWith("/static/") ? path : `${path}?lang=${lang}`, { redirect: "manual" });
    if (!answer.ok) return; // the session is over: another time
    await cache.put(path, answer);
  }
  await cache.put(whole, new Response(""));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin || event.request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) event.respondWith(caches.match(event.request).then((found) => found ?? fetch(event.request)));
  else if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => instead(url)));
});

// instead is what is shown of a page that cannot be fetched: of a form the blank one, of all others what waits.
async function instead(url) {
  const [, kind] = url.pathname.match(/^\/records\/([a-z-]+)\/new$/) ?? [];
  return (kind && await caches.match(`/offline/${kind}`)) || (await caches.match(list)) || Response.error();
}

// The behaviours of pages on which one works: those of every page, and forms that grow and suggest. Every page works
// without them. Only who is signed in gets this script.
import htmx from "htmx.org";
import "./site.js";
import "./keys.js";
import "./choose.js";
import "./many.js";
import "./line.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // pages hold what not everybody may see: none is kept in the browser's storage
  refreshOnHistoryMiss: true,
});

// Fields that ask for suggestions send what is typed as ?q= and nothing else.
document.addEventListener("htmx:configRequest", (event) => {
  const name = event.detail.elt.dataset.query;
  if (!name) return;
  for (const key of [...event.detail.formData.keys()]) event.detail.formData.delete(key);
  event.detail.formData.append(name, event.detail.elt.value);
});

// The server writes times in the device's zone from the next page on. Strangers are given no cookie.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

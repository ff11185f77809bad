// Style sheets: Tabler plus our own, without the rules that no page uses.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");

// first takes from a style sheet what shows the frame of a page and the head of its content, all that stands before the
// link to the whole sheet: it comes within the page, so that a stranger on a slow line reads something after one round trip.
export const first = `html body dir lang data-bs-theme light dark auto rtl a svg use h1 p strong span bdi details summary form button ul li header nav main div
  skip-link page topbar topbar-row container-xl container-reading brand icon topbar-tools menu tool tool-text
  visually-hidden mainmenu mainmenu-fold mainmenu-list menu-active simulated page-wrapper page-head page-head-text page-over page-lead
  page-actions btn btn-primary state tlp tlp-clear message tone-neutral tone-info tone-good tone-attention tone-bad`;

// style returns one minified style sheet, whole or only what the words of a text name. tabler is the file of Tabler's that
// carries the writing direction; our own rules use logical properties and serve both directions.
export async function style(sources, tabler, target, only) {
  const [kit, own] = await Promise.all([
    readFile(join(web, "node_modules", "@tabler", "core", "dist", "css", tabler), "utf8"),
    readFile(join(web, "src", "app.css"), "utf8"),
  ]);
  const everything = [join(sources, "web", "**", "*.templ"), join(sources, "web", "**", "*.go"), join(web, "src", "*.js")];
  const [purged] = await new PurgeCSS().purge({
    content: only ? [{ raw: only, extension: "html" }] : everything,
    css: [{ raw: only ? kit + "\n" + own : kit }],
    // Class names stand as whole words in the sources.
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [],
    safelist: { standard: ["html", "body", "dir", "data-bs-theme", "lang"], greedy: [/^htmx-/] },
    variables: true,
    keyframes: true,
  });
  const { css } = await postcss(only ? [atRest, followSystem] : [followSystem]).process(only ? purged.css : purged.css + "\n" + own, { from: undefined });
  const result = await transform(css, { loader: "css", minify: true, target, legalComments: "eof" });
  return result.code;
}

// atRest leaves out what concerns paper, or a pointer that nobody has moved yet.
const atRest = {
  postcssPlugin: "at-rest",
  OnceExit(root) {
    root.walkAtRules("media", (rule) => void (/print|reduced-motion|forced-colors/.test(rule.params) && rule.remove()));
    root.walkRules((rule) => {
      const selectors = rule.selectors.filter((s) => !/:(hover|active|disabled|checked|focus)\b|:-webkit-/.test(s));
      if (selectors.length) rule.selectors = selectors;
      else rule.remove();
    });
    root.walkAtRules((rule) => void (rule.nodes?.length === 0 && rule.remove()));
  },
};

const dark = /\[data-bs-theme=["']?dark["']?\]/g;

// followSystem keeps the dark theme to screens, and copies every rule of it into a media query for
// data-bs-theme="auto", so that following the system's setting needs no script and paper stays white.
const followSystem = {
  postcssPlugin: "follow-system",
  OnceExit(root, { AtRule }) {
    const found = [];
    root.walkRules((rule) => {
      if (rule.selectors.some((s) => s.match(dark))) found.push(rule);
    });
    for (const rule of found) {
      const isDark = (s) => s.match(dark);
      const within = (params, selectors) => {
        const media = new AtRule({ name: "media", params });
        media.append(rule.clone({ selectors }));
        return media;
      };
      const selectors = rule.selectors.filter(isDark), others = rule.selectors.filter((s) => !isDark(s));
      rule.after(within("screen and (prefers-color-scheme: dark)", selectors.map((s) => s.replace(dark, "[data-bs-theme=auto]"))));
      rule.after(within("screen", selectors));
      if (others.length) rule.selectors = others;
      else rule.remove();
    }
  },
};

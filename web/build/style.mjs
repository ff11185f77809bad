// Style sheets: Tabler plus our own, without the rules that no page uses.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");

// style returns one minified style sheet. tabler is the file of Tabler's that carries the writing direction;
// our own rules use logical properties and serve both directions.
export async function style(sources, tabler, target) {
  const [kit, own] = await Promise.all([
    readFile(join(web, "node_modules", "@tabler", "core", "dist", "css", tabler), "utf8"),
    readFile(join(web, "src", "app.css"), "utf8"),
  ]);
  const [purged] = await new PurgeCSS().purge({
    content: [join(sources, "web", "**", "*.templ"), join(sources, "web", "**", "*.go"), join(web, "src", "*.js")],
    css: [{ raw: kit }],
    // Class names stand as whole words in the sources.
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [],
    safelist: { standard: ["html", "body", "dir", "data-bs-theme", "lang"], greedy: [/^htmx-/] },
    variables: true,
    keyframes: true,
  });
  const { css } = await postcss([followSystem]).process(purged.css + "\n" + own, { from: undefined });
  const result = await transform(css, { loader: "css", minify: true, target, legalComments: "eof" });
  return result.code;
}

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

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

// followSystem copies every rule of the dark theme into a media query for data-bs-theme="auto",
// so that following the system's setting needs no script.
const followSystem = {
  postcssPlugin: "follow-system",
  OnceExit(root, { AtRule }) {
    root.walkRules((rule) => {
      if (rule.copied || !rule.selectors.some((s) => s.match(dark))) return;
      const copy = rule.clone({
        selectors: rule.selectors.filter((s) => s.match(dark)).map((s) => s.replace(dark, "[data-bs-theme=auto]")),
      });
      copy.copied = true;
      const media = new AtRule({ name: "media", params: "(prefers-color-scheme: dark)" });
      media.append(copy);
      rule.after(media);
    });
  },
};

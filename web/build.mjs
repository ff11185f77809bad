// Builds the front end into ../internal/web/static/dist, where the Go program embeds it:
// style sheets (left to right and right to left, and of each the part that a page's head needs), scripts, the icon sprite and the map of the world,
// each under a name that holds a hash of its content, with brotli and gzip copies, and manifest.json.
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, basename } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { first, style } from "./build/style.mjs";
import { sprite } from "./build/icons.mjs";
import { shapes, world } from "./build/world.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, "..", "internal");
const out = join(here, "..", "internal", "web", "static", "dist");
const target = ["chrome100", "firefox100", "safari15.4"];

async function script(file) {
  const result = await build({
    entryPoints: [join(here, "src", file)],
    bundle: true, minify: true, format: "iife", target, write: false,
    legalComments: "eof", logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return result.outputFiles[0].contents;
}

async function emit(manifest, name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const ext = extname(name);
  const file = `${basename(name, ext)}.${hash}${ext}`;
  await Promise.all([
    writeFile(join(out, file), bytes),
    writeFile(join(out, file + ".gz"), gzipSync(bytes, { level: 9 })),
    writeFile(join(out, file + ".br"), brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    })),
  ]);
  manifest[name] = file;
  return bytes.length;
}

const atlas = await world();

const files = {
  "app.css": () => style(sources, "tabler.css", target),
  "app.rtl.css": () => style(sources, "tabler.rtl.css", target),
  "first.css": () => style(sources, "tabler.css", target, first),
  "first.rtl.css": () => style(sources, "tabler.rtl.css", target, first),
  "site.js": () => script("site.js"),
  "app.js": () => script("app.js"),
  "worker.js": () => script("worker.js"),
  "map.js": () => script("map.js"),
  "passkey.js": () => script("passkey.js"),
  "chart.js": () => script("chart.js"),
  "icons.svg": () => sprite(sources),
  "world.json": () => JSON.stringify(atlas),
  "world.svg": () => shapes(atlas),
};

await mkdir(out, { recursive: true });
const content = {};
for (const [name, make] of Object.entries(files)) content[name] = await make();

for (const old of await readdir(out)) if (old !== ".keep") await rm(join(out, old));
const manifest = {};
for (const name of Object.keys(files)) {
  const size = await emit(manifest, name, content[name]);
  console.log(`${name.padEnd(13)} ${(size / 1024).toFixed(1).padStart(7)} KB  ${manifest[name]}`);
}
await writeFile(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");

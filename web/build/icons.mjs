// The icon sprite: those of Tabler's icons that the Go sources name, as Icon("bell"), Icon: "bell" or Icon = "bell".
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const icons = join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules", "@tabler", "icons", "icons", "outline");
const use = /\bIcon(?:\(|\s*[:=]\s*)"([a-z0-9-]+)"/g;

export async function sprite(sources) {
  const names = new Set();
  for (const file of await readdir(sources, { recursive: true })) {
    if (!/\.(go|templ)$/.test(file)) continue;
    const text = await readFile(join(sources, file), "utf8");
    for (const [, name] of text.matchAll(use)) names.add(name);
  }
  const symbols = [];
  for (const name of [...names].sort()) {
    const svg = await readFile(join(icons, name + ".svg"), "utf8").catch(() => {
      throw new Error(`no icon "${name}" in @tabler/icons`);
    });
    const inner = svg.slice(svg.indexOf("<svg")).replace(/<svg[^>]*>|<\/svg>/g, "").replace(/\s*\n\s*/g, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}

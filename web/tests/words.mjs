// The message catalogues, so that tests find what they press by what a person reads.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "internal", "web", "locales");

// read reads a catalogue: a line a message, "key: text"; the forms of a plural stand indented below their key.
function read(lang) {
  const words = new Map();
  for (const line of readFileSync(join(folder, lang + ".yaml"), "utf8").split("\n")) {
    const [, key, value] = line.match(/^([a-z][\w.-]*): ?(.*)$/) ?? [];
    if (key) words.set(key, value.startsWith('"') ? JSON.parse(value.replace(/"[^"]*$/, '"')) : value.trim());
  }
  return words;
}

const catalogues = new Map();

// wordsIn answers a function that words a message in a language: t("form.new", {kind: "…"}).
export function wordsIn(lang) {
  if (!catalogues.has(lang)) catalogues.set(lang, read(lang));
  return (key, values = {}) => {
    const text = catalogues.get(lang).get(key);
    if (!text) throw new Error(`no message ${key} in ${lang}`);
    return text.replace(/\{\{\.(\w+)\}\}/g, (_, name) => values[name]);
  };
}

// keys are the keys of all messages.
export const keys = new Set(read("en").keys());

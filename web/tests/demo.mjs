// Starts a demonstration for the browser tests: a database of its own with simulated reports, served by the built program.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const tocsin = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "tocsin");

// pressed presses a button or follows a link and waits for the page to which it leads, or for what the answer puts in the
// place of this one.
export async function pressed(page, selector) {
  const shown = page.evaluate(() => new Promise((done) => document.addEventListener("tocsin:shown", () => done(), { once: true }))).catch(() => new Promise(() => {}));
  await Promise.all([Promise.race([page.waitForEvent("load"), shown]), page.click(selector)]);
}

// addressOf waits until a process has said where it serves.
function addressOf(server, stream, pattern) {
  return new Promise((resolve, reject) => {
    let said = "";
    stream.on("data", (chunk) => {
      said += chunk;
      const [, url] = said.match(pattern) ?? [];
      if (url) resolve(url);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

const end = (server) => server.removeAllListeners("exit").kill();

// startDemo answers where the demonstration is served, its folder and database, and how to end it.
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-public-"));
  const database = "sqlite:" + join(folder, "tocsin.db");
  const server = spawn(tocsin, ["demo", "--addr", "127.0.0.1:0", "--database", database], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => {
    end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  return { base: await addressOf(server, server.stdout, /is ready after [\d.]+ s: (\S+)/), folder, database, stop };
}

// startServer serves a database that is there, and answers where, once it can, and how to end it.
export async function startServer(database) {
  const server = spawn(tocsin, ["serve", "--addr", "127.0.0.1:0", "--detection", "off", "--database", database], { stdio: ["ignore", "ignore", "pipe"] });
  const base = await addressOf(server, server.stderr, / on (http:\S+)/);
  server.stderr.pipe(process.stderr);
  while (!(await fetch(base + "/readyz")).ok) await new Promise((later) => setTimeout(later, 50));
  return { base, stop: () => end(server) };
}

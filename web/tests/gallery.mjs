// Starts the gallery of the Go tests and a browser for it.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

// startGallery builds the Go test program and runs it; it ends when its standard input does.
export function startGallery() {
  const folder = mkdtempSync(join(tmpdir(), "gallery-"));
  const program = join(folder, "gallery");
  execFileSync("go", ["test", "-c", "-o", program, "./internal/web/"], { cwd: root, stdio: "inherit" });
  const child = spawn(program, ["-test.run=^TestServeGallery$", "-test.timeout=10m"], {
    cwd: join(root, "internal", "web"), env: { ...process.env, TOCSIN_GALLERY: "127.0.0.1:0" }, stdio: ["pipe", "pipe", "inherit"],
  });
  const stop = () => {
    child.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  };
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const [, url] = said.match(/gallery (http:\S+)\n/) ?? [];
      if (url) resolve({ url, stop });
    });
    child.on("exit", (code) => reject(new Error(`the gallery ended with ${code}: ${said}`)));
  });
}

// The headless shell draws no windows around pages, which takes half of the time.
const browsers = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

// startBrowser starts CHROMIUM, or what there is.
export function startBrowser(...more) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? browsers.find((path) => existsSync(path)) ?? browsers.at(-1),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more],
  });
}

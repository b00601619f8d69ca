// A demonstration server on data that are thrown away, and browsers that watch what they are shown.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { OWNER } from "./seed.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function freePort() {
  const listener = createServer();
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

/** Starts the binary that is tested; the host is a name, because passkeys need one. */
export async function startServer() {
  const binary = process.env.ONECLAW_TEST_BINARY;
  assert.ok(binary, "ONECLAW_TEST_BINARY names the binary to test");
  const data = await mkdtemp(join(tmpdir(), "oneclaw-e2e-"));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const options = ["--listen", `127.0.0.1:${port}`, "--public-url", origin, "--data-dir", data];
  const server = spawn(binary, ["server", "--dev", ...options], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(server, "exit");
  const isHealthy = () => fetch(`${origin}/v1/health`).then((answer) => answer.ok, () => false);
  const deadline = Date.now() + 60_000;
  while (!(await isHealthy())) {
    assert.equal(server.exitCode, null, "the server ended");
    assert.ok(Date.now() < deadline, "the server does not answer");
    await new Promise((done) => setTimeout(done, 50));
  }
  const stop = async () => {
    server.kill();
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  return { origin, stop };
}

export function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  // The sandbox of Chromium cannot be set up as root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/**
 * A page of a person of its own. Whatever the browser complains about, such as something that the content policy
 * forbids, and every request that leaves the server, is collected in `complaints`.
 */
export async function openPage(browser, origin, options = {}) {
  const { expects = [], ...rest } = options;
  const context = await browser.newContext({ baseURL: origin, ...rest });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !expects.some((part) => text.includes(part))) {
      complaints.push(`${page.url()}: ${text}`);
    }
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`${page.url()} asked for ${request.url()}`);
  });
  return { context, page, complaints };
}

export async function signIn(page, { email, password } = OWNER) {
  await page.goto("/signin");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** What axe finds that keeps people out: the name of the rule and where. */
export async function inaccessible(page) {
  const results = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ["violations"] })`);
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} (${node.any[0]?.message ?? ""})`).join(" | ")}`);
}

/** Sends JSON to the API and gives the status and the body of the answer. */
export async function api(origin, method, path, token, body) {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(origin + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : {} };
}

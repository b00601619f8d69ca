/** One real server for all test files: the binary, in a folder of its own, on a free port. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    baseUrl: string;
  }
}

const DEVELOPMENT_BUILD = fileURLToPath(new URL("../../../../target/debug/1claw", import.meta.url));

/** Starts it before the tests and ends it after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "oneclaw-sdk-"));
  const server = spawn(
    process.env["ONECLAW_TEST_BINARY"] ?? DEVELOPMENT_BUILD,
    [
      ...["server", "--dev", "--json", "--listen=127.0.0.1:0", "--data-dir", join(folder, "data")],
      // All tests come from this machine; each of their people says another address, as through a proxy.
      ...["--flood-limits=false", "--trusted-proxies=127.0.0.0/8"],
    ],
    { env: {}, stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const notice = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).once("line", resolve);
    server.once("error", reject);
    server.once("close", () => reject(new Error("the server ended before it was ready")));
  });
  const { listen } = JSON.parse(notice) as { listen: string };
  project.provide("baseUrl", `http://${listen}`);
  return async () => {
    server.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
}

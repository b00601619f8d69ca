/** The SDK knows the whole API as it is described now. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { routes } from "../src/generated/routes.js";
import { VERSION } from "../src/index.js";

const here = (path: string) => new URL(path, import.meta.url);

test("what is generated is current", () => {
  const generate = fileURLToPath(here("../scripts/generate.mjs"));
  expect(() => execFileSync(process.execPath, [generate, "--check"], { stdio: "pipe" })).not.toThrow();
});

test("the version is the manifest's, and nothing is needed at run time", () => {
  const manifest = JSON.parse(readFileSync(here("../package.json"), "utf8")) as Record<string, unknown>;
  expect(manifest["version"]).toBe(VERSION);
  expect(manifest).not.toHaveProperty("dependencies");
  expect(manifest).not.toHaveProperty("peerDependencies");
  expect(JSON.stringify(manifest["scripts"])).not.toMatch(/"(pre|post)?install"/);
});

/** For machines and browsers, or answered by a method of another name. `client.call` reaches them. */
const WITHOUT_A_METHOD = new Set([
  "accessShare",
  "getJwtPublicKey",
  "getOpenApi",
  "healthCheck",
  "healthHsm",
  "jwks",
  "openidConfiguration",
  "passkeyAssertBeginAlias",
  "passkeyAssertCompleteAlias",
  "quickDecideApproval",
]);

test("every operation has a method", () => {
  const folder = here("../src/resources/");
  const source = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const called = new Set(source.join("\n").match(/(?<=\b(?:call|anonymously)\(\s*")\w+/g));
  const missing = Object.keys(routes).filter((operation) => !called.has(operation) && !WITHOUT_A_METHOD.has(operation));
  expect(missing).toEqual([]);
});

test("the lock file names no registry and no folder", () => {
  const lock = JSON.parse(readFileSync(here("../package-lock.json"), "utf8")) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
  };
  const { "": _, ...packages } = lock.packages;
  expect(Object.keys(packages).length).toBeGreaterThan(10);
  for (const [name, { resolved, integrity, link }] of Object.entries(packages)) {
    expect({ name, resolved, link }).toEqual({ name, resolved: undefined, link: undefined });
    expect(integrity, name).toMatch(/^sha512-/);
  }
});

/**
 * What people get: the packed package, installed in an empty folder, running the guide's code as it is printed.
 *
 * Changed in the guide's code are only the base URL, dates that may have passed, and, in the complete example, the place
 * where it says that one waits for a human.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unwrap, type OneclawClient } from "../src/index.js";
import { baseUrl, household, human, nextMonth } from "./support/people.js";

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const NPM = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oneclaw-package-"));
  await run("npm", ["pack", "--pack-destination", folder, ...NPM], { cwd: PACKAGE });
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  await run("npm", ["install", "--offline", "./1claw-sdk-0.1.0.tgz", ...NPM], { cwd: folder });
  await compile();
}, 120_000);

afterAll(() => rm(folder, { recursive: true }));

/** What is put around code of the guide: values that it takes for given, and where it waits. */
const AROUND = {
  enroll: { before: "", waiting: "", after: "" },
  steps: {
    before: "const { VAULT_ID, secretId } = process.env;",
    waiting: "",
    after: "console.log(JSON.stringify([secret.value, share]));",
  },
  complete: {
    before: 'import { createInterface } from "node:readline/promises";\nlet VAULT_ID, newSessionKey = "sk-new";',
    waiting: `
      const told = await createInterface(process.stdin).question("");
      [process.env.ONECLAW_AGENT_ID, process.env.ONECLAW_AGENT_API_KEY, VAULT_ID] = told.split(" ");
    `,
    after: "process.exit(0);",
  },
};

/** Compiles the guide's code against the installed package. */
async function compile(): Promise<void> {
  const files = [];
  for (const [name, { before, waiting, after }] of Object.entries(AROUND)) {
    const guide = await readFile(new URL(`guide/${name}.ts.txt`, import.meta.url), "utf8");
    const code = guide
      .replaceAll("https://api.1claw.xyz", baseUrl())
      .replace(/expires_at: "[^"]+"/g, `expires_at: "${nextMonth()}"`)
      .replace(/^\/\/ Wait for human.*$/m, (line) => `${line}\n${waiting}`);
    files.push(`${name}.ts`);
    await writeFile(join(folder, `${name}.ts`), `${before}\n${code}\n${after}\n`);
  }
  const types = ["--types", "node", "--typeRoots", join(PACKAGE, "node_modules", "@types")];
  const options = ["--target", "ES2022", "--module", "NodeNext", "--skipLibCheck", ...types];
  await run(join(PACKAGE, "node_modules", ".bin", "tsc"), [...options, ...files], { cwd: folder });
}

/** A person approves what waits for them, makes the agent's key visible and opens a vault to it. */
async function letIn(owner: OneclawClient, name: string) {
  const { enrollments } = await unwrap(owner.enrollments.list());
  const waiting = enrollments.find((enrollment) => enrollment.name === name);
  const { agent, reveal_url } = await unwrap(owner.enrollments.approve(waiting?.id ?? ""));
  const token = reveal_url?.split("/").at(-1) ?? "";
  const { api_key } = await unwrap(owner.agents.revealKey(agent.id, token));
  const vault = await unwrap(owner.vault.create({ name: `for ${name}` }));
  await unwrap(owner.secrets.set(vault.id, "api-keys/deploy-token", "dt-1"));
  await unwrap(owner.access.grantAgent(vault.id, agent.id, ["read", "write"]));
  return { agentId: agent.id, apiKey: api_key, vaultId: vault.id };
}

test("the package holds what it should and nothing else", async () => {
  const { stdout } = await run("tar", ["-tzf", join(folder, "1claw-sdk-0.1.0.tgz")]);
  const names = stdout.trim().split("\n");
  for (const name of ["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "dist/mcp/index.js"]) {
    expect(names).toContain(`package/${name}`);
  }
  expect(names.filter((name) => !/^package\/(dist\/.*\.(js|d\.ts)|package\.json|README\.md|LICENSE)$/.test(name))).toEqual([]);
});

test("every subpath can be imported", async () => {
  const code = `
    const names = [];
    for (const path of ["", "/agents", "/cmek", "/errors", "/mcp"]) {
      names.push(Object.keys(await import("@1claw/sdk" + path)).length);
    }
    console.log(JSON.stringify(names));
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code], { cwd: folder });
  const counts = JSON.parse(stdout) as number[];
  expect(counts).toHaveLength(5);
  expect(Math.min(...counts)).toBeGreaterThan(0);
});

test("the guide's enrolment", async () => {
  const { stdout } = await run(process.execPath, ["enroll.js"], { cwd: folder });
  expect(stdout).toBe("Agent ID: 00000000-0000-0000-0000-000000000000\n");
});

test("the guide's steps for an agent with a key", async () => {
  const { human: owner, vault, agentId, apiKey } = await household();
  const { id } = await unwrap(owner.secrets.set(vault.id, "api-keys/openai", "sk-guide"));
  const credentials = { ONECLAW_AGENT_ID: agentId, ONECLAW_AGENT_API_KEY: apiKey };
  const env = { ...process.env, ...credentials, VAULT_ID: vault.id, secretId: id };
  const { stdout } = await run(process.execPath, ["steps.js"], { cwd: folder, env });
  const [value, share] = JSON.parse(stdout) as [string, { id: string; max_access_count: number }];
  expect(value).toBe("sk-guide");
  expect(share.max_access_count).toBe(10);
  expect((await unwrap(owner.secrets.get(vault.id, "credentials/db-password"))).value).toBe("s3cret!");
  expect((await unwrap(owner.sharing.listInbound())).shares.map((one) => one.id)).toEqual([share.id]);
});

test("the guide's complete example", async () => {
  const { client: owner, email } = await human();
  // The guide writes to an address of its own; here it is the owner's.
  const script = join(folder, "complete.js");
  await writeFile(script, (await readFile(script, "utf8")).replace("ops@mycompany.com", email));
  const agent = spawn(process.execPath, [script], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => agent.once("close", resolve));
  const pending = await new Promise<string>((resolve) => createInterface(agent.stdout).once("line", resolve));
  expect(pending).toMatch(/^Pending: \S/);
  const { agentId, apiKey, vaultId } = await letIn(owner, "deploy-bot");
  agent.stdin.write(`${agentId} ${apiKey} ${vaultId}\n`);
  expect(await ended).toBe(0);
  expect((await unwrap(owner.secrets.get(vaultId, "credentials/session-key"))).value).toBe("sk-new");
  const { shares } = await unwrap(owner.sharing.listInbound());
  expect(shares.map(({ secret_path }) => secret_path)).toEqual(["credentials/session-key"]);
});

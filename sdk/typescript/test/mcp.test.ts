/** The tools that a model is given, carried out on a real server. */
import { expect, test } from "vitest";
import { createClient, unwrap } from "../src/index.js";
import { getMcpToolDefinitions, McpHandler } from "../src/mcp/index.js";
import { household, nextMonth } from "./support/people.js";
import { json, scripted } from "./support/scripted.js";

async function run(handler: McpHandler, name: string, args: Record<string, unknown>) {
  const { content, isError } = await handler.handle(name, args);
  expect(content).toHaveLength(1);
  return { text: content[0]?.text ?? "", isError: isError === true };
}

test("an agent stores, lists, reads, shares and deletes through tools", async () => {
  const { agent, vault } = await household();
  const handler = new McpHandler(agent);
  const call = async (name: string, args: Record<string, unknown>) => {
    const { text, isError } = await run(handler, name, args);
    expect(isError, text).toBe(false);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const place = { vault_id: vault.id, key: "api-keys/openai" };
  const stored = await call("1claw_set_secret", { ...place, value: "sk-1", type: "api_key" });
  expect(stored).toMatchObject({ status: "stored", path: "api-keys/openai", version: 1 });
  const listed = await call("1claw_list_secret_keys", { vault_id: vault.id, prefix: "api-keys/" });
  expect(listed).toMatchObject({ status: "ok", keys: [{ path: "api-keys/openai", type: "api_key" }] });
  expect(JSON.stringify(listed)).not.toContain("sk-1");
  expect(await call("1claw_get_secret", place)).toMatchObject({ status: "available", value: "sk-1" });
  const shared = await call("1claw_share_secret", { secret_id: stored["id"], expires_at: nextMonth() });
  expect(shared["status"]).toBe("shared");
  expect(await call("1claw_delete_secret", place)).toEqual({ status: "deleted", path: "api-keys/openai" });
  const made = await call("1claw_create_vault", { name: `tool-${vault.id}` });
  expect(await call("1claw_list_vaults", {})).toMatchObject({ status: "ok" });
  expect(made["status"]).toBe("created");
});

test("an agent asks for leave through tools, and learns the answer", async () => {
  const { human: owner, vault, agent } = await household([]);
  await unwrap(owner.secrets.set(vault.id, "prod/key", "x"));
  const handler = new McpHandler(agent);
  const question = { vault_id: vault.id, secret_path: "prod/key", reason: "the nightly job" };
  const { text } = await run(handler, "1claw_request_approval", question);
  const { status, approval_request_id: request_id } = JSON.parse(text) as Record<string, string>;
  expect(status).toBe("pending");
  const asked = async () => JSON.parse((await run(handler, "1claw_check_approval_status", { request_id })).text) as object;
  expect(await asked()).toMatchObject({ status: "pending" });
  await unwrap(owner.approvals.approve(request_id ?? ""));
  expect(await asked()).toMatchObject({ status: "approved" });
  const read = await run(handler, "1claw_get_secret", { vault_id: vault.id, key: "prod/key" });
  expect(JSON.parse(read.text)).toMatchObject({ status: "available", value: "x" });
});

test("what goes wrong is a result that the model can read", async () => {
  const { agent, vault } = await household();
  const handler = new McpHandler(agent);
  const rows: [string, Record<string, unknown>, string][] = [
    ["1claw_pay_and_fetch", {}, "no such tool"],
    ["1claw_get_secret", { vault_id: vault.id }, "key is missing"],
    ["1claw_get_secret", { vault_id: vault.id, key: 7 }, "key must be a string"],
    ["1claw_get_secret", { vault_id: vault.id, key: "../../agents" }, "path must not"],
    ["1claw_get_secret", { vault_id: vault.id, key: "nothing/here" }, ""],
    ["1claw_share_secret", { secret_id: "x", expires_at: "tomorrow", max_access_count: "2" }, "must be a number"],
  ];
  for (const [name, args, text] of rows) {
    const result = await run(handler, name, args);
    expect(result.isError, `${name} ${JSON.stringify(args)}`).toBe(true);
    expect(result.text).toContain(text);
  }
});

test("a reading that a human must agree to is pending, not wrong", async () => {
  const refusal = { type: "approval_required", detail: "ask first", approval_request_id: "r-1" };
  await using server = await scripted(json(403, refusal));
  const handler = new McpHandler(createClient({ baseUrl: server.url, token: "t" }));
  const { text, isError } = await run(handler, "1claw_get_secret", { vault_id: "v", key: "k" });
  expect(isError).toBe(false);
  expect(JSON.parse(text)).toEqual({ status: "pending_approval", approval_request_id: "r-1", message: "ask first" });
});

test("every tool is described and can be called", () => {
  const definitions = getMcpToolDefinitions();
  expect(new McpHandler(createClient({ baseUrl: "http://127.0.0.1" })).getToolNames()).toEqual(
    definitions.map(({ name }) => name),
  );
  for (const { name, description, inputSchema } of definitions) {
    expect(name).toMatch(/^1claw_[a-z_]+$/);
    expect(description).not.toBe("");
    for (const field of inputSchema.required) expect(inputSchema.properties).toHaveProperty(field);
  }
});

/** Values stay out of logs. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { json, scripted } from "./support/scripted.js";

test("a value is a plain string, and printing what holds it hides it", async () => {
  await using server = await scripted(json(200, { id: "s", path: "p", value: "top-secret-value", version: 1 }));
  const client = createClient({ baseUrl: server.url, token: "t" });
  for (const result of [
    await client.secrets.get("v", "p"),
    await client.secrets.getVersion("v", "p", 1),
    await client.sharing.access("s"),
  ]) {
    expect(result.data?.value).toBe("top-secret-value");
    expect({ ...result.data }).toMatchObject({ value: "top-secret-value" });
    for (const shown of [JSON.stringify(result), inspect(result, { depth: 9 })]) {
      expect(shown).not.toContain("top-secret-value");
      expect(shown).toContain("[hidden: read .value]");
    }
  }
});

test("printing a client shows no credential", () => {
  const client = createClient({ baseUrl: "http://127.0.0.1", apiKey: "ocv_top-secret-key", agentId: "a" });
  expect(inspect(client, { depth: 9, showHidden: true })).not.toContain("top-secret");
  expect(JSON.stringify(client)).not.toContain("top-secret");
});

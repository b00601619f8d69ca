/** The whole way of an agent, with nothing but this package and a real server. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { AgentsResource, createClient, unwrap } from "../src/index.js";
import { baseUrl, human, nextMonth } from "./support/people.js";

test("an agent enrols, is let in, reads, writes and shares back", async () => {
  const owner = await human();
  const enrollment = await AgentsResource.enroll(baseUrl(), {
    name: "deploy-bot",
    human_email: owner.email,
    description: "CI pipeline agent",
  });
  expect(enrollment.agent_id).toBe("00000000-0000-0000-0000-000000000000");
  expect(enrollment.message).not.toBe("");
  expect(JSON.stringify(enrollment)).not.toContain("ocv_");

  const { enrollments } = await unwrap(owner.client.enrollments.list());
  const approved = await unwrap(owner.client.enrollments.approve(enrollments[0]?.id ?? ""));
  const agentId = approved.agent.id;
  const revealToken = (approved.reveal_url ?? "").split("/").at(-1) ?? "";
  const { api_key: apiKey } = await unwrap(owner.client.agents.revealKey(agentId, revealToken));

  const client = createClient({ baseUrl: baseUrl(), agentId, apiKey });
  const vault = await unwrap(owner.client.vault.create({ name: `v-${randomUUID()}` }));
  await unwrap(owner.client.secrets.set(vault.id, "api-keys/deploy-token", "dt-1", { type: "api_key" }));

  const early = await client.secrets.get(vault.id, "api-keys/deploy-token");
  expect(early).toMatchObject({ data: null, error: { type: "auth_error" }, meta: { status: 403 } });

  await unwrap(owner.client.access.grantAgent(vault.id, agentId, ["read", "write"]));
  const { data: secret } = await client.secrets.get(vault.id, "api-keys/deploy-token");
  expect(secret?.value).toBe("dt-1");

  const written = await client.secrets.set(vault.id, "credentials/session-key", "sk-1", { type: "api_key" });
  expect(written.meta.status).toBe(201);
  const { data: metadata } = await client.secrets.describe(vault.id, "credentials/session-key");
  expect(metadata).toMatchObject({ path: "credentials/session-key", type: "api_key", version: 1 });
  expect(metadata).not.toHaveProperty("value");

  const share = await unwrap(
    client.sharing.create(metadata?.id ?? "", { recipient_type: "creator", expires_at: nextMonth() }),
  );
  const { shares } = await unwrap(owner.client.sharing.listInbound());
  expect(shares.map(({ id }) => id)).toContain(share.id);
  await unwrap(owner.client.sharing.accept(share.id));
  expect((await unwrap(owner.client.sharing.access(share.id))).value).toBe("sk-1");

  const actions = [];
  for await (const event of owner.client.audit.iterate({ limit: 3 })) actions.push(event.action);
  expect(actions).toContain("secret.read");
  expect(new Set(actions).size).toBeGreaterThan(5);
  expect((await unwrap(owner.client.audit.verify())).chain_valid).toBe(true);
});

test("a refused enrolment is thrown as an error that says what is wrong", async () => {
  const refused = AgentsResource.enroll(baseUrl(), { name: "", human_email: "alice@example.com" });
  await expect(refused).rejects.toMatchObject({ name: "ValidationError", status: 400 });
});

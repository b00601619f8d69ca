/** What each group of operations does on a real server. */
import { expect, test } from "vitest";
import { createClient, NotFoundError, unwrap, ValidationError } from "../src/index.js";
import { baseUrl, household, human, nextMonth, PASSWORD } from "./support/people.js";

test("a secret has versions that can be read, replaced and switched off", async () => {
  const { human: owner, vault } = await household();
  await unwrap(owner.secrets.set(vault.id, "db/main/password", "one", { metadata: { team: "core" } }));
  const second = await unwrap(owner.secrets.put(vault.id, "db/main/password", "two"));
  expect(second.version).toBe(2);
  const made = await unwrap(owner.secrets.rotateGenerate(vault.id, "db/main/password", { length: 40, charset: "hex" }));
  expect(made.version).toBe(3);
  expect(made).not.toHaveProperty("value");
  expect((await unwrap(owner.secrets.get(vault.id, "db/main/password"))).value).toMatch(/^[0-9a-f]{40}$/);

  const { versions } = await unwrap(owner.secrets.listVersions(vault.id, "db/main/password"));
  expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
  expect((await unwrap(owner.secrets.getVersion(vault.id, "db/main/password", 1))).value).toBe("one");
  const off = await owner.secrets.disableVersion(vault.id, "db/main/password", 1);
  expect(off).toMatchObject({ data: null, error: null, meta: { status: 204 } });
  const gone = await owner.secrets.getVersion(vault.id, "db/main/password", 1);
  expect(gone).toMatchObject({ data: null, error: { type: "unknown", code: "gone" }, meta: { status: 410 } });

  await unwrap(owner.secrets.rotate(vault.id, "db/main/password", "three"));
  await unwrap(owner.secrets.delete(vault.id, "db/main/password"));
  expect((await owner.secrets.get(vault.id, "db/main/password")).meta.status).toBe(410);
});

test("secrets are listed by prefix and one by one, without values", async () => {
  const { agent, vault } = await household();
  for (const path of ["a/one", "a/two", "b/one"]) await unwrap(agent.secrets.set(vault.id, path, "x"));
  const { secrets } = await unwrap(agent.secrets.list(vault.id, "a/"));
  expect(secrets.map(({ path }) => path).sort()).toEqual(["a/one", "a/two"]);
  const all = [];
  for await (const secret of agent.secrets.iterate(vault.id)) all.push(secret);
  expect(all).toHaveLength(3);
  expect(JSON.stringify(all)).not.toContain("value");
});

test("describing finds the exact path only, and does not count as a reading", async () => {
  const { agent, vault } = await household();
  await unwrap(agent.secrets.set(vault.id, "once/only", "x", { max_access_count: 1 }));
  await unwrap(agent.secrets.set(vault.id, "once/only-not", "x"));
  for (let time = 0; time < 3; time += 1) {
    expect((await unwrap(agent.secrets.describe(vault.id, "once/only"))).path).toBe("once/only");
  }
  expect((await agent.secrets.describe(vault.id, "once/on")).error?.type).toBe("not_found");
  expect((await unwrap(agent.secrets.get(vault.id, "once/only"))).value).toBe("x");
});

test("a policy decides, can be explained and changed, and stops at once", async () => {
  const { human: owner, vault, agent, agentId } = await household();
  await unwrap(owner.secrets.set(vault.id, "prod/key", "x"));
  const deny = await unwrap(
    owner.access.grantAgent(vault.id, agentId, ["read"], { secretPathPattern: "prod/**", effect: "deny", priority: 5 }),
  );
  expect((await agent.secrets.get(vault.id, "prod/key")).error?.type).toBe("auth_error");
  const question = { principal_type: "agent", principal_id: agentId, path: "prod/key", action: "read" } as const;
  const explained = await unwrap(owner.access.explain(vault.id, question));
  expect(JSON.stringify(explained)).toContain(deny.id);
  const { principals } = await unwrap(owner.access.whoCan(vault.id, "prod/key"));
  expect(principals.find(({ principal_id }) => principal_id === agentId)).toMatchObject({ allowed: false, decided_by: deny.id });
  const draft = { principal_type: "agent", principal_id: agentId, secret_path_pattern: "prod/*", permissions: ["read"], priority: 9 } as const;
  const preview = await unwrap(owner.access.preview(vault.id, { ...draft, permissions: [...draft.permissions] }, { path: "prod/key", action: "read" }));
  expect(preview).toMatchObject({ matches: ["prod/key"], gains: [{ path: "prod/key", actions: ["read", "use"] }], test: { allowed: true } });
  await unwrap(owner.access.update(vault.id, deny.id, { effect: "allow" }));
  expect((await agent.secrets.get(vault.id, "prod/key")).data?.value).toBe("x");
  const { vaults: reached } = await unwrap(owner.access.reach("agent", agentId));
  expect(reached.map(({ vault_id }) => vault_id)).toContain(vault.id);
  const { policies } = await unwrap(owner.access.listGrants(vault.id));
  for (const { id } of policies) await unwrap(owner.access.revoke(vault.id, id));
  expect((await agent.secrets.get(vault.id, "prod/key")).data).toBeNull();
});

test("a link is opened with its passphrase, and taken back", async () => {
  const { human: owner, vault } = await household();
  const secret = await unwrap(owner.secrets.set(vault.id, "shared", "x"));
  const link = await unwrap(
    owner.sharing.create(secret.id, {
      recipient_type: "anyone_with_link",
      expires_at: nextMonth(),
      passphrase: "open sesame now",
    }),
  );
  const stranger = createClient({ baseUrl: baseUrl() });
  expect((await stranger.sharing.access(link.id)).error).not.toBeNull();
  expect((await unwrap(stranger.sharing.access(link.id, { passphrase: "open sesame now" }))).value).toBe("x");
  expect((await unwrap(owner.sharing.listOutbound())).shares.map(({ id }) => id)).toEqual([link.id]);
  await unwrap(owner.sharing.revoke(link.id));
  expect((await stranger.sharing.access(link.id, { passphrase: "open sesame now" })).meta.status).toBe(404);
});

test("an account signs in, changes and signs out", async () => {
  const { client, email } = await human();
  await unwrap(client.auth.updateMe({ display_name: "Alice" }));
  expect((await unwrap(client.auth.getMe())).display_name).toBe("Alice");
  const other = createClient({ baseUrl: baseUrl() });
  expect((await other.auth.login({ email, password: "not-the-password-1" })).error?.type).toBe("auth_error");
  await unwrap(other.auth.login({ email, password: PASSWORD }));
  expect((await unwrap(other.auth.getMe())).email).toBe(email);
  const changed = { current_password: PASSWORD, new_password: "willow-harbor-signal-85" };
  await unwrap(other.auth.changePassword(changed));
  await unwrap(other.auth.login({ email, password: changed.new_password }));
  await unwrap(other.auth.logout());
  expect((await other.auth.getMe()).error?.type).toBe("auth_error");
  expect((await unwrap(other.auth.forgotPassword({ email }))).status).toBe("email_sent");
});

test("what is kept about an account can be had by who proves to be its owner", async () => {
  const { client, email } = await human();
  expect((await client.auth.exportData("not-the-password-1")).error?.type).toBe("auth_error");
  const { token } = await unwrap(client.auth.reauth({ purpose: "account.export", password: PASSWORD }));
  expect((await unwrap(client.auth.exportData(token))).user.email).toBe(email);
});

test("agents are listed, changed, given a new key and deleted", async () => {
  const { human: owner, agent, agentId, apiKey } = await household();
  expect((await unwrap(agent.agents.getSelf())).id).toBe(agentId);
  expect(agent.resolvedAgentId).toBe(agentId);
  expect((await unwrap(owner.agents.list())).agents.map(({ id }) => id)).toContain(agentId);
  await unwrap(owner.agents.update(agentId, { description: "changed" }));
  expect((await unwrap(owner.agents.get(agentId))).description).toBe("changed");
  const { api_key: next } = await unwrap(owner.agents.rotateKey(agentId));
  const old = await createClient({ baseUrl: baseUrl(), apiKey }).vault.list();
  expect(old).toMatchObject({ error: { type: "auth_error" }, meta: { status: 401 } });
  expect(old.error?.message).toContain("401");
  expect((await createClient({ baseUrl: baseUrl(), apiKey: next }).vault.list()).error).toBeNull();
  await unwrap(owner.agents.delete(agentId));
  expect((await createClient({ baseUrl: baseUrl(), apiKey: next }).vault.list()).error?.type).toBe("auth_error");
});

test("the organisation and the log can be looked at", async () => {
  const { human: owner, email } = await household();
  expect((await unwrap(owner.org.listMembers())).members.map((member) => member.email)).toEqual([email]);
  const { vault_id: keys } = await unwrap(owner.org.getAgentKeysVault());
  expect((await unwrap(owner.vault.get(keys))).name).toBe("__agent-keys");
  const { note, verifier_key: key } = await unwrap(owner.audit.checkpoint());
  expect(note).not.toBe("");
  expect(key).not.toBe("");
  const log = await unwrap(owner.audit.export());
  const lines = log.trim().split("\n");
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(JSON.parse(line)).toBeTypeOf("object");
});

test("what is not there is NotFoundError, and what is wrong says where", async () => {
  const { client } = await human();
  const nowhere = unwrap(client.vault.get("00000000-0000-4000-8000-000000000000"));
  await expect(nowhere).rejects.toBeInstanceOf(NotFoundError);
  const error: unknown = await unwrap(client.vault.create({ name: "" })).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ValidationError);
  expect(Object.keys((error as ValidationError).fields)).toEqual(["name"]);
  expect((await client.vault.get("not-an-id")).meta.status).toBe(400);
});

test("every answer names its request", async () => {
  const { client } = await human();
  const { meta } = await client.vault.list();
  expect(meta).toMatchObject({ status: 200, attempts: 1 });
  expect(meta.requestId).not.toBe("");
});

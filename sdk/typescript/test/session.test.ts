/** Signing in: late, once, and again when it is needed. */
import { describe, expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { OneclawClient } from "../src/client.js";
import { clock } from "./support/clock.js";
import { baseUrl, household, human, PASSWORD } from "./support/people.js";
import { json, scripted, token } from "./support/scripted.js";

const AGENT_KEY = "ocv_abc";
const list = json(200, { vaults: [] });
const stale = json(401, { detail: "expired" }, { "www-authenticate": 'Bearer error="invalid_token"' });
const answer = (name: string, seconds = 900) =>
  json(200, { access_token: name, token_type: "Bearer", expires_in: seconds, agent_id: "agent-1" });

test("making a client sends nothing", async () => {
  await using server = await scripted(list);
  createClient({ baseUrl: server.url, apiKey: AGENT_KEY });
  createClient({ baseUrl: server.url, apiKey: "1ck_abc" });
  await createClient({ baseUrl: server.url, token: token("a", 900) }).vault.list();
  expect(server.seen.map(({ url }) => url)).toEqual(["/v1/vaults"]);
});

test("many requests at once sign in once, on a real server too", async () => {
  await using server = await scripted(answer("t1"), list);
  const client = createClient({ baseUrl: server.url, apiKey: AGENT_KEY });
  await Promise.all(Array.from({ length: 20 }, () => client.vault.list()));
  expect(server.seen.filter(({ url }) => url === "/v1/auth/agent-token")).toHaveLength(1);
  expect(server.seen.filter(({ headers }) => headers.authorization === "Bearer t1")).toHaveLength(20);
  expect(client.resolvedAgentId).toBe("agent-1");

  const { agent, vault } = await household();
  const answers = await Promise.all(Array.from({ length: 20 }, () => agent.secrets.list(vault.id)));
  expect(answers.map(({ meta }) => meta.status)).toEqual(Array(20).fill(200));
});

test.each([
  [{ apiKey: AGENT_KEY }, "/v1/auth/agent-token", { api_key: AGENT_KEY }],
  [{ apiKey: AGENT_KEY, agentId: "a" }, "/v1/auth/agent-token", { api_key: AGENT_KEY, agent_id: "a" }],
  [{ apiKey: "1ck_abc" }, "/v1/auth/api-key-token", { api_key: "1ck_abc" }],
])("%j is exchanged at %s", async (credentials, path, body) => {
  await using server = await scripted(answer("t1"), list);
  await createClient({ baseUrl: server.url, ...credentials }).vault.list();
  expect(server.seen[0]?.url).toBe(path);
  expect(JSON.parse(server.seen[0]?.body ?? "")).toEqual(body);
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
});

test("a token is replaced a minute before its end", async () => {
  await using server = await scripted(answer("t1"), list, list, answer("t2"), list);
  const around = clock();
  const client = new OneclawClient({ baseUrl: server.url, apiKey: AGENT_KEY }, around);
  await client.vault.list();
  around.advance(839_000);
  await client.vault.list();
  around.advance(2_000);
  await client.vault.list();
  const tokens = server.seen.map(({ headers }) => headers.authorization);
  expect(tokens).toEqual([undefined, "Bearer t1", "Bearer t1", undefined, "Bearer t2"]);
});

test("a token that still works is used when a new one cannot be had", async () => {
  await using server = await scripted(answer("t1"), list, json(500, {}), list);
  const around = clock();
  const client = new OneclawClient({ baseUrl: server.url, apiKey: AGENT_KEY, maxRetries: 0 }, around);
  await client.vault.list();
  around.advance(850_000);
  expect((await client.vault.list()).error).toBeNull();
});

describe("a token that was revoked", () => {
  test("is replaced once, and the request sent again", async () => {
    await using server = await scripted(answer("t1"), stale, answer("t2"), list);
    const client = createClient({ baseUrl: server.url, apiKey: AGENT_KEY });
    expect((await client.vault.list()).error).toBeNull();
    expect(server.seen.at(-1)?.headers.authorization).toBe("Bearer t2");
  });

  test("is not replaced for ever", async () => {
    await using server = await scripted(answer("t1"), stale, answer("t2"), stale);
    const { error } = await createClient({ baseUrl: server.url, apiKey: AGENT_KEY }).vault.list();
    expect(error).toMatchObject({ type: "auth_error", code: "invalid_token" });
    expect(server.seen).toHaveLength(4);
  });

  test("is the end when it was all there was", async () => {
    await using server = await scripted(stale);
    expect((await createClient({ baseUrl: server.url, token: "t" }).vault.list()).error?.type).toBe("auth_error");
    expect(server.seen).toHaveLength(1);
  });

  test("and a wrong password does not look like one", async () => {
    await using server = await scripted(answer("t1"), json(401, { detail: "wrong password" }));
    const client = createClient({ baseUrl: server.url, apiKey: "1ck_abc" });
    await client.auth.changePassword({ current_password: "a", new_password: "b" });
    expect(server.seen).toHaveLength(2);
  });

  test("is noticed on a real server", async () => {
    const { agent, human: owner, agentId, vault } = await household();
    expect((await agent.secrets.list(vault.id)).error).toBeNull();
    // Signing out revokes the token behind the client's back, as another program with the same token would.
    const other = createClient({ baseUrl: baseUrl(), token: await currentToken(agent) });
    expect((await other.auth.logout()).error).toBeNull();
    expect((await agent.secrets.list(vault.id)).error).toBeNull();
    await owner.agents.update(agentId, { is_active: false });
    const { error } = await agent.secrets.list(vault.id);
    expect(error?.type).toBe("auth_error");
  });
});

test("a failed sign-in is the answer of the request, and is tried anew by the next", async () => {
  const wrong = json(401, { detail: "Invalid credentials" });
  await using server = await scripted(wrong, answer("t1"), list);
  const client = createClient({ baseUrl: server.url, apiKey: AGENT_KEY });
  const first = await client.vault.list();
  expect(first.error).toMatchObject({
    type: "auth_error",
    message: "signing in failed (HTTP 401): Invalid credentials",
  });
  expect((await client.vault.list()).error).toBeNull();
});

test("one caller can stop waiting for a sign-in that others wait for", async () => {
  let release = () => undefined as void;
  await using server = await scripted((response) => {
    release = () => answer("t1")(response, { method: "", url: "", headers: {}, body: "" });
  }, list);
  const client = createClient({ baseUrl: server.url, apiKey: AGENT_KEY });
  const controller = new AbortController();
  const first = client.vault.list({ signal: controller.signal });
  const second = client.vault.list();
  controller.abort();
  expect((await first).error?.type).toBe("aborted");
  await expect.poll(() => server.seen.length).toBe(1);
  release();
  expect((await second).error).toBeNull();
});

test("a person stays signed in by the refresh token", async () => {
  const { email } = await human();
  const around = clock();
  const client = new OneclawClient({ baseUrl: baseUrl() }, around);
  expect((await client.auth.login({ email, password: PASSWORD })).error).toBeNull();
  around.advance(86_400_000 / 24);
  expect((await client.auth.getMe()).data?.email).toBe(email);
  around.advance(86_400_000 / 24);
  expect((await client.auth.getMe()).data?.email).toBe(email);
});

test("a challenge for a second factor is no token", async () => {
  const challenge = { access_token: "", mfa_required: true, mfa_token: "m", token_type: "Bearer", expires_in: 300 };
  await using server = await scripted(json(200, challenge), list);
  const client = createClient({ baseUrl: server.url });
  expect((await client.auth.login({ email: "a@example.com", password: "x" })).data?.mfa_required).toBe(true);
  await client.vault.list();
  expect(server.seen[1]?.headers.authorization).toBeUndefined();
});

async function currentToken(client: OneclawClient): Promise<string> {
  // The only way in is the way of every request: through `fetch`.
  let seen = "";
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    seen = new Headers(init?.headers).get("authorization")?.slice("Bearer ".length) ?? seen;
    return real(input, init);
  };
  await client.vault.list();
  globalThis.fetch = real;
  return seen;
}

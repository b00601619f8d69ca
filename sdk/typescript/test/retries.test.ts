/** When a request is sent again, and how long it waits. */
import { describe, expect, test } from "vitest";
import { OneclawClient } from "../src/client.js";
import type { AttemptInfo } from "../src/index.js";
import { retryAfterMs } from "../src/retry.js";
import { clock } from "./support/clock.js";
import { broken, json, scripted, silence } from "./support/scripted.js";

const busy = json(503, { detail: "busy" });
const list = json(200, { vaults: [] });

function clientOf(url: string, around = clock(), more = {}) {
  return { around, client: new OneclawClient({ baseUrl: url, token: "t", ...more }, around) };
}

test("a reading is repeated, each time after a longer wait", async () => {
  await using server = await scripted(busy, json(502, {}), list);
  const { client, around } = clientOf(server.url);
  const { data, meta } = await client.vault.list();
  expect(data).toEqual({ vaults: [] });
  expect(meta.attempts).toBe(3);
  expect(around.waits).toEqual([250, 500]);
});

test("the wait is drawn by lot", async () => {
  await using server = await scripted(busy, list);
  const around = { ...clock(), random: () => 0.1 };
  await clientOf(server.url, around).client.vault.list();
  expect(around.waits).toEqual([25]);
});

test("it ends after the last attempt with the server's answer", async () => {
  await using server = await scripted(busy);
  const { client } = clientOf(server.url);
  expect((await client.vault.list()).meta).toMatchObject({ status: 503, attempts: 3 });
  expect((await client.vault.list({ maxRetries: 0 })).meta.attempts).toBe(1);
});

test("it ends when the time for the call is over", async () => {
  await using server = await scripted(busy);
  const { client } = clientOf(server.url);
  const { meta } = await client.vault.list({ maxRetries: 100, maxElapsedMs: 1000 });
  expect(meta.attempts).toBe(3);
});

describe("Retry-After", () => {
  test("is waited for", async () => {
    await using server = await scripted(json(429, {}, { "retry-after": "7" }), list);
    const { client, around } = clientOf(server.url);
    expect((await client.vault.list()).error).toBeNull();
    expect(around.waits).toEqual([7000]);
  });

  test("beyond a minute is told instead", async () => {
    await using server = await scripted(json(429, {}, { "retry-after": "3600" }));
    const { client, around } = clientOf(server.url);
    const { error, meta } = await client.vault.list();
    expect(error?.type).toBe("rate_limit");
    expect(meta).toMatchObject({ attempts: 1, retryAfterMs: 3_600_000 });
    expect(around.waits).toEqual([]);
  });

  test.each<[string | null, number | undefined]>([
    ["12", 12_000],
    [" 0 ", 0],
    ["Thu, 01 Jan 1970 00:01:00 GMT", 30_000],
    ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
    ["soon", undefined],
    ["-5", undefined],
    ["1.5", undefined],
    ["99999999999999999999", undefined],
    ["", undefined],
    [null, undefined],
  ])("%j is read as %j", (header, milliseconds) => {
    expect(retryAfterMs(header, 30_000)).toBe(milliseconds);
  });
});

describe("what could be done twice is not repeated", () => {
  test("making something, after an answer that may hide that it was made", async () => {
    await using server = await scripted(json(500, {}));
    const { client } = clientOf(server.url);
    const made = await client.access.grantAgent("v", "a", ["read"]);
    expect(made.meta.attempts).toBe(1);
    await using cut = await scripted(broken);
    expect((await clientOf(cut.url).client.access.grantAgent("v", "a", ["read"])).meta.attempts).toBe(1);
  });

  test("opening a share, which is spent by opening", async () => {
    await using server = await scripted(broken);
    expect((await clientOf(server.url).client.sharing.access("s")).meta.attempts).toBe(1);
    expect((await clientOf(server.url).client.call("accessShare", { path: { share_id: "s" } })).meta.attempts).toBe(1);
  });

  test("unless the server says that nothing was done", async () => {
    await using server = await scripted(busy, json(201, { id: "p" }));
    const { client } = clientOf(server.url);
    expect((await client.access.grantAgent("v", "a", ["read"])).meta.attempts).toBe(2);
  });

  test("and every attempt has the same key", async () => {
    await using server = await scripted(busy, busy, json(201, { id: "p" }));
    const { client } = clientOf(server.url);
    await client.vault.create({ name: "x" });
    await client.vault.create({ name: "x" }, { idempotencyKey: "mine" });
    const keys = server.seen.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(4);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).toBe("mine");
  });
});

describe("cancelling", () => {
  test("ends a request, and leaves no listener behind", async () => {
    await using server = await scripted(silence);
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    const call = clientOf(server.url).client.vault.list({ signal });
    controller.abort();
    expect((await call).error).toMatchObject({ type: "aborted", retryable: false });
    expect(listeners).toBe(0);
  });

  test("ends the waiting before another attempt", async () => {
    await using server = await scripted(json(429, {}, { "retry-after": "30" }));
    const controller = new AbortController();
    const client = new OneclawClient({ baseUrl: server.url, token: "t", onResponse: () => controller.abort() });
    expect((await client.vault.list({ signal: controller.signal })).error?.type).toBe("aborted");
    expect(server.seen).toHaveLength(1);
  });

  test("before it begins sends nothing", async () => {
    await using server = await scripted(list);
    const { error } = await clientOf(server.url).client.vault.list({ signal: AbortSignal.abort() });
    expect(error?.type).toBe("aborted");
    expect(server.seen).toEqual([]);
  });
});

test("hooks see each attempt, and nothing that is secret", async () => {
  await using server = await scripted(busy, json(200, { value: "top-secret-value" }));
  const heard: unknown[] = [];
  const onRequest = (info: AttemptInfo) => void heard.push(info);
  const onResponse = (info: unknown) => void heard.push(info);
  const { client } = clientOf(server.url, clock(), { token: "secret-token", onRequest, onResponse });
  await client.secrets.get("vault-id", "path/of/secret");
  expect(heard).toHaveLength(4);
  expect(heard[0]).toEqual({
    operation: "getSecret",
    method: "GET",
    route: "/v1/vaults/{vault_id}/secrets/{path}",
    attempt: 1,
  });
  expect(JSON.stringify(heard)).not.toMatch(/secret-token|top-secret|path\/of|vault-id/);
});

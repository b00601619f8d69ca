/** Bad days: each gives a typed error that a person can act on, never a stack, never a secret. */
import { createServer } from "node:https";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createClient, errorFrom, NetworkError, OneclawError, RateLimitError, type Result } from "../src/index.js";
import { broken, json, scripted, silence, stalled, text } from "./support/scripted.js";

const SECRET = "ocv_must-never-be-shown-0000000000000000000000000";
const quick = { maxRetries: 0, apiKey: SECRET, agentId: "a" };

function told(result: Result<unknown>): { type: string; message: string } {
  expect(result.data).toBeNull();
  const { error } = result;
  if (error === null) throw new Error("it went well");
  const shown = JSON.stringify(error);
  expect(shown).not.toContain(SECRET);
  expect(error.message).not.toMatch(/\n|\u001b| at \S+:\d+/);
  expect(errorFrom(error, result.meta)).toBeInstanceOf(OneclawError);
  return { type: error.type, message: error.message };
}

describe("there is no usable server", () => {
  test.each(["vault.example.com", "", "ftp://x", "https://u:p@x", "https://x?y=1", "javascript:alert(1)"])(
    "a base URL such as %j is refused when the client is made",
    (url) => {
      expect(() => createClient({ baseUrl: url })).toThrow(TypeError);
    },
  );

  test("nothing listens", async () => {
    const server = await scripted(silence);
    await server[Symbol.asyncDispose]();
    const error = told(await createClient({ baseUrl: server.url, ...quick }).vault.list());
    expect(error.type).toBe("network_error");
    expect(error.message).toContain(server.url);
    expect(error.message).toContain("is the server running");
  });

  test("there is no such host", async () => {
    const error = told(await createClient({ baseUrl: "http://no-such-host.invalid", ...quick }).vault.list());
    expect(error.type).toBe("network_error");
    expect(error.message).toMatch(/no such host|could not be looked up/);
  });

  test("the certificate is not trusted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "oneclaw-tls-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
    const names = ["-subj", "/CN=localhost", "-keyout", key, "-out", certificate];
    execFileSync("openssl", [...request, ...names], { stdio: "ignore" });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => {
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const error = told(await createClient({ baseUrl: `https://localhost:${port}`, ...quick }).vault.list());
    server.close();
    expect(error.type).toBe("network_error");
    expect(error.message).toContain("certificate is not trusted");
  });

  test("https to a server that speaks http", async () => {
    await using server = await scripted(json(200, {}));
    const error = told(await createClient({ baseUrl: server.url.replace("http", "https"), ...quick }).vault.list());
    expect(error.message).toContain("http://");
  });
});

describe("the answer is unusable", () => {
  const token = { maxRetries: 0, token: "t" };

  test("the connection closes in the middle", async () => {
    await using server = await scripted(broken);
    expect(told(await createClient({ baseUrl: server.url, ...token }).vault.list()).type).toBe("network_error");
  });

  test.each([["no answer", silence] as const, ["an answer that stops", stalled] as const])(
    "%s is given up after the time limit",
    async (_, step) => {
      await using server = await scripted(step);
      const client = createClient({ baseUrl: server.url, ...token, timeoutMs: 50 });
      const error = told(await client.vault.list());
      expect(error).toEqual({ type: "timeout", message: `${server.url} did not answer within 0.05 s` });
    },
  );

  test("a page instead of JSON, with and without success", async () => {
    await using server = await scripted(text(200, "<h1>Welcome</h1>"), text(502, `<pre>${SECRET}</pre>`));
    const client = createClient({ baseUrl: server.url, ...token });
    expect(told(await client.vault.list())).toMatchObject({ type: "invalid_response" });
    const error = told(await client.vault.list());
    expect(error.type).toBe("server_error");
    expect(error.message).toContain("check the base URL");
  });

  test("a redirect is not followed, because it would take the credential along", async () => {
    await using elsewhere = await scripted(json(200, {}));
    await using server = await scripted(text(307, "", { location: `${elsewhere.url}/v1/vaults` }));
    const error = told(await createClient({ baseUrl: server.url, ...quick }).vault.list());
    expect(error.type).toBe("invalid_response");
    expect(elsewhere.seen).toEqual([]);
  });

  test("escape sequences of the server do not reach the terminal", async () => {
    const detail = "\u001b]0;owned\u0007\u001b[2Jno\r\n\u202edrow";
    await using server = await scripted(json(400, { detail, fields: { "\u001b[1mname": detail } }));
    const result = await createClient({ baseUrl: server.url, ...token }).vault.list();
    told(result);
    expect(JSON.stringify(result.error)).not.toMatch(/[\u0000-\u001f\u202e]|\\u001b|\\r|\\n/);
  });
});

describe("the server refuses", () => {
  const token = { maxRetries: 0, token: "t" };
  const rows: [number, object, string, string][] = [
    [400, { detail: "wrong", fields: { name: "empty" } }, "validation_error", "ValidationError"],
    [401, { detail: "wrong" }, "auth_error", "AuthError"],
    [402, { detail: "wrong" }, "payment_required", "PaymentRequiredError"],
    [403, { detail: "wrong" }, "auth_error", "AuthError"],
    [403, { detail: "wrong", type: "resource_limit_exceeded" }, "resource_limit_exceeded", "ResourceLimitExceededError"],
    [403, { detail: "wrong", type: "approval_required", approval_request_id: "r" }, "approval_required", "ApprovalRequiredError"],
    [404, { detail: "wrong" }, "not_found", "NotFoundError"],
    [409, { detail: "wrong" }, "unknown", "OneclawError"],
    [410, { detail: "wrong" }, "unknown", "OneclawError"],
    [422, { message: "wrong" }, "unknown", "OneclawError"],
    [429, { detail: "wrong" }, "rate_limit", "RateLimitError"],
    [500, { error: "wrong" }, "server_error", "ServerError"],
    [503, { detail: "wrong" }, "server_error", "ServerError"],
  ];
  test.each(rows)("HTTP %i with %j is %s", async (status, body, type, name) => {
    await using server = await scripted(json(status, body));
    const result = await createClient({ baseUrl: server.url, ...token }).vault.list();
    expect(told(result)).toEqual({ type, message: "wrong" });
    if (result.error === null) return;
    const error = errorFrom(result.error, result.meta);
    expect(error).toMatchObject({ name, status });
    expect(error).toBeInstanceOf(OneclawError);
  });

  test("a limit without and with a wait", async () => {
    const refusal = { detail: "slow down" };
    await using server = await scripted(json(429, refusal), json(429, refusal, { "retry-after": "7" }));
    const client = createClient({ baseUrl: server.url, ...token });
    expect((await client.vault.list()).meta.retryAfterMs).toBeUndefined();
    const result = await client.vault.list();
    expect(result.meta.retryAfterMs).toBe(7000);
    if (result.error === null) throw new Error("it went well");
    expect((errorFrom(result.error, result.meta) as RateLimitError).retryAfterMs).toBe(7000);
  });

  test("classes are told apart by instanceof", async () => {
    await using server = await scripted(json(404, { detail: "wrong" }));
    const { error, meta } = await createClient({ baseUrl: server.url, ...token }).vault.list();
    if (error === null) throw new Error("it went well");
    const thrown = errorFrom(error, meta);
    expect(thrown).not.toBeInstanceOf(NetworkError);
    // Another copy of this package in the same program has classes of its own, with the same brand.
    const copy = { [Symbol.for("@1claw/sdk/error")]: ["NotFoundError", "OneclawError"] };
    expect(copy).toBeInstanceOf(OneclawError);
    expect({}).not.toBeInstanceOf(OneclawError);
  });
});

describe("a path cannot become another operation", () => {
  test.each(["", "..", "../../agents", "a/../b", "a/./b", "a//b", "/a", "a/"])("%j is refused", async (path) => {
    await using server = await scripted(json(200, {}));
    const client = createClient({ baseUrl: server.url, token: "t" });
    await expect(client.secrets.get("v", path)).rejects.toBeInstanceOf(TypeError);
    expect(server.seen).toEqual([]);
  });

  test.each(["", ".", ".."])("nor can an id such as %j", async (id) => {
    await using server = await scripted(json(200, {}));
    const client = createClient({ baseUrl: server.url, token: "t" });
    await expect(client.vault.delete(id)).rejects.toBeInstanceOf(TypeError);
    await expect(client.agents.delete(id)).rejects.toBeInstanceOf(TypeError);
    expect(server.seen).toEqual([]);
  });

  test("signs in names are escaped", async () => {
    await using server = await scripted(json(200, {}));
    const client = createClient({ baseUrl: `${server.url}/prefix/`, token: "t" });
    await client.secrets.get("v/x?y", "a b/c%2Fd");
    expect(server.seen.map(({ url }) => url)).toEqual(["/prefix/v1/vaults/v%2Fx%3Fy/secrets/a%20b/c%252Fd"]);
  });
});

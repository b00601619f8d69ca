/** Calls operations: builds the request, signs it, repeats it where that is safe, reads the answer. */
import { attempt, cancelled, type Received } from "./attempt.js";
import { routes, type Route } from "./generated/routes.js";
import { noAnswer, refusal } from "./problem.js";
import type { Failure, Meta, Result } from "./result.js";
import { backoffMs, LONGEST_RETRY_AFTER_MS, mayRepeat } from "./retry.js";
import { Session, type Credentials } from "./session.js";
import type { Answer, Input, Operation, RequestOptions } from "./types.js";
import { VERSION } from "./version.js";

/** One attempt as the hooks see it: neither path parameters, nor headers, nor bodies. */
export interface AttemptInfo {
  operation: Operation;
  method: string;
  /** The path with its placeholders, such as `/v1/vaults/{vault_id}`. */
  route: string;
  attempt: number;
}

export interface TransportOptions extends Credentials {
  baseUrl: string;
  /** Milliseconds for one attempt; 30 000 when absent. */
  timeoutMs?: number | undefined;
  /** Milliseconds for one call with all its attempts; 120 000 when absent. */
  maxElapsedMs?: number | undefined;
  /** Attempts after the first; 2 when absent. */
  maxRetries?: number | undefined;
  /** Another `fetch`, for proxies and tests. */
  fetch?: typeof fetch | undefined;
  onRequest?: ((info: AttemptInfo) => void) | undefined;
  onResponse?: ((info: AttemptInfo & { meta: Meta; elapsedMs: number }) => void) | undefined;
}

/** What a test replaces: the clock, chance, and waiting. */
export interface Surroundings {
  now(): number;
  random(): number;
  wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

interface Call {
  operation: Operation;
  route: Route;
  url: URL;
  body: string | undefined;
  headers: Record<string, string>;
  options: RequestOptions;
  /** Milliseconds of the clock after which no further attempt begins. */
  deadline: number;
}

export class Transport {
  readonly session: Session;
  readonly #base: string;
  readonly #options: TransportOptions;
  readonly #around: Surroundings;

  constructor(options: TransportOptions, around: Surroundings = REAL) {
    this.#base = baseOf(options.baseUrl);
    this.#options = options;
    this.#around = around;
    this.session = new Session(
      options,
      {
        agentToken: (body) => this.anonymously("agentToken", { body }),
        apiKeyToken: (body) => this.anonymously("apiKeyToken", { body }),
        refreshToken: (body) => this.anonymously("refreshToken", { body }),
      },
      () => around.now(),
    );
  }

  /** Calls an operation of the API by its name. */
  async call<O extends Operation>(
    operation: O,
    input: Input<O>,
    options: RequestOptions = {},
  ): Promise<Result<Answer<O>>> {
    const call = this.#prepare(operation, input, options);
    const result = call.route.public === true ? this.#persistent(call) : this.#authenticated(call);
    return (await result) as Result<Answer<O>>;
  }

  /** The same without a token: what gets a token must not need one. */
  async anonymously<O extends Operation>(
    operation: O,
    input: Input<O>,
    options: RequestOptions = {},
  ): Promise<Result<Answer<O>>> {
    return (await this.#persistent(this.#prepare(operation, input, options))) as Result<Answer<O>>;
  }

  /** The time, for those who wait. */
  now(): number {
    return this.#around.now();
  }

  pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#around.wait(milliseconds, signal);
  }

  #prepare<O extends Operation>(operation: O, input: Input<O>, options: RequestOptions): Call {
    const route: Route = routes[operation];
    const allowed = options.maxElapsedMs ?? this.#options.maxElapsedMs ?? 120_000;
    const call: Call = {
      operation,
      route,
      url: new URL(this.#base + pathOf(route.path, (input.path ?? {}) as Record<string, unknown>)),
      body: input.body === undefined ? undefined : JSON.stringify(input.body),
      headers: headersOf(route, input, options),
      options,
      deadline: this.#around.now() + allowed,
    };
    for (const [name, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
      if (value !== undefined && value !== null) call.url.searchParams.set(name, String(value));
    }
    if (call.body !== undefined) call.headers["content-type"] = "application/json";
    return call;
  }

  async #authenticated(call: Call): Promise<Result<unknown>> {
    const token = await this.session.token(call.options);
    if (typeof token === "object") return token;
    if (token === undefined) return this.#persistent(call);
    const result = await this.#persistent(call, token);
    if (!isStale(result)) return result;
    // Revoked, or signed with a key that was replaced: one fresh token may be enough.
    if (!this.session.reject(token)) return result;
    const fresh = await this.session.token(call.options);
    if (typeof fresh === "object") return fresh;
    return fresh === undefined || fresh === token ? result : this.#persistent(call, fresh);
  }

  async #persistent(call: Call, token?: string): Promise<Result<unknown>> {
    const { options } = call;
    const retries = options.maxRetries ?? this.#options.maxRetries ?? 2;
    for (let count = 1; ; count += 1) {
      const result = await this.#once(call, token, count);
      result.meta.attempts = count;
      if (result.error === null || count > retries) return result;
      if (!mayRepeat(result, call.operation, call.route)) return result;
      const asked = result.meta.retryAfterMs;
      if (asked !== undefined && asked > LONGEST_RETRY_AFTER_MS) return result;
      const wait = Math.max(asked ?? 0, backoffMs(count, () => this.#around.random()));
      if (this.#around.now() + wait > call.deadline) return result;
      await this.#around.wait(wait, options.signal);
      if (options.signal?.aborted === true) return cancelled();
    }
  }

  async #once(call: Call, token: string | undefined, count: number): Promise<Result<unknown>> {
    const { operation, route, options } = call;
    const headers = token === undefined ? call.headers : { ...call.headers, authorization: `Bearer ${token}` };
    const info = { operation, method: route.method, route: route.path, attempt: count };
    const begin = this.#around.now();
    this.#options.onRequest?.(info);
    const limit = options.timeoutMs ?? this.#options.timeoutMs ?? 30_000;
    const received = await attempt({
      fetch: this.#options.fetch ?? fetch,
      url: call.url,
      init: { method: route.method, headers, ...(call.body === undefined ? {} : { body: call.body }) },
      timeoutMs: Math.max(1, Math.min(limit, call.deadline - begin)),
      signal: options.signal,
    });
    this.#options.onResponse?.({ ...info, meta: received.meta, elapsedMs: this.#around.now() - begin });
    return "error" in received ? received : understood(received, call.url.origin);
  }
}

/** Only this challenge means that the token is at fault; a wrong password is a 401 too. */
function isStale(result: Result<unknown>): boolean {
  return result.error?.code === "invalid_token";
}

function understood(received: Received, origin: string): Result<unknown> {
  const { status, headers, body, text, meta } = received;
  if (status < 200 || status >= 300) {
    const failure = refusal(body, origin, meta);
    if (status === 401 && /error="?invalid_token/.test(headers.get("www-authenticate") ?? "")) {
      failure.error.code = "invalid_token";
    }
    return failure;
  }
  if (status === 204) return { data: null, error: null, meta };
  if (body !== undefined) return { data: body, error: null, meta };
  const type = headers.get("content-type") ?? "";
  if (/^application\/(jsonl|x-ndjson)|^text\/plain/.test(type)) return { data: text, error: null, meta };
  const message = `${origin} answered with something that is not JSON: check the base URL`;
  return noAnswer("invalid_response", message, meta) satisfies Failure;
}

function headersOf(route: Route, input: { headers?: Record<string, string> | undefined }, options: RequestOptions) {
  const headers: Record<string, string> = { accept: "application/json", ...input.headers, ...options.headers };
  if (route.method === "POST") headers["idempotency-key"] = options.idempotencyKey ?? crypto.randomUUID();
  // In a browser the name is the browser's own, and setting it would need the server's leave.
  if (typeof document === "undefined") headers["user-agent"] = `1claw-sdk-typescript/${VERSION}`;
  return headers;
}

/** Fills in the placeholders. A value can never add a segment, except for secret paths, whose slashes are theirs. */
function pathOf(template: string, values: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = String(values[name] ?? "");
    const segments = name === "path" ? text.split("/") : [text];
    for (const segment of segments) {
      // The URL parser would resolve these and call another operation.
      if (segment === "" || segment === "." || segment === "..") {
        throw new TypeError(`${name} must not be empty or have empty, "." or ".." segments`);
      }
    }
    return segments.map(encodeURIComponent).join("/");
  });
}

/** Checks a base URL and drops the slashes at its end. */
export function baseOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError("the base URL is not a URL; it looks like https://vault.example.com");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new TypeError("the base URL begins with https:// (or http:// on this machine)");
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new TypeError("the base URL has no credentials, query or fragment");
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

const REAL: Surroundings = {
  now: () => Date.now(),
  random: () => Math.random(),
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener("abort", done);
      if (signal?.aborted === true) done();
    }),
};

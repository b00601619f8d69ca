/** One request and its answer, within a time limit. */
import { noAnswer, plain } from "./problem.js";
import type { Failure, Meta } from "./result.js";
import { retryAfterMs } from "./retry.js";

export interface Attempt {
  fetch: typeof fetch;
  url: URL;
  init: { method: string; headers: Record<string, string>; body?: string };
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** An answer as it came. `body` is `undefined` when it is not JSON. */
export interface Received {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
  meta: Meta;
}

/** Sends it once. The limit covers the answer to its last byte, so a connection that stalls ends too. */
export async function attempt(request: Attempt): Promise<Received | Failure> {
  const { signal, timeoutMs, url } = request;
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  const limit = { passed: false };
  const timer = setTimeout(() => {
    limit.passed = true;
    abort();
  }, timeoutMs);
  try {
    // A redirect could carry the credential in a body somewhere else; the API never sends one.
    const response = await request.fetch(url, { ...request.init, redirect: "manual", signal: controller.signal });
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
      void response.body?.cancel().catch(() => undefined);
      const message = `${url.origin} redirects to another address, which the API never does: use that address as the base URL`;
      return noAnswer("invalid_response", message, { status: response.status });
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text), meta: meta(response) };
  } catch (cause) {
    if (limit.passed) {
      return noAnswer("timeout", `${url.origin} did not answer within ${timeoutMs / 1000} s`, { status: 0 });
    }
    return signal?.aborted ? cancelled() : unreachable(cause, url);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

export function cancelled(): Failure {
  return noAnswer("aborted", "the request was cancelled", { status: 0 });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function meta(response: Response): Meta {
  const meta: Meta = { status: response.status };
  const requestId = response.headers.get("x-request-id");
  const etag = response.headers.get("etag");
  const wait = retryAfterMs(response.headers.get("retry-after"), Date.now());
  if (requestId !== null) meta.requestId = plain(requestId);
  if (etag !== null) meta.etag = etag;
  if (wait !== undefined) meta.retryAfterMs = wait;
  return meta;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "nothing listens there: is the server running, and the port right?",
  ENOTFOUND: "there is no such host: is the base URL right?",
  EAI_AGAIN: "the name of the host could not be looked up",
  ECONNRESET: "the connection was closed in the middle",
  UND_ERR_SOCKET: "the connection was closed in the middle",
  EPROTO: "it does not speak TLS: is it http:// instead of https://?",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS: is it http:// instead of https://?",
};

/** Tells what went wrong by the code alone: messages of lower layers may quote what was sent. */
function unreachable(cause: unknown, url: URL): Failure {
  const code = codeOf(cause);
  const reason = code === undefined ? "the request failed" : (REASONS[code] ?? untrusted(code) ?? code);
  return noAnswer("network_error", `could not reach ${url.origin}: ${reason}`, { status: 0 }, code);
}

function untrusted(code: string): string | undefined {
  return /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)
    ? `its certificate is not trusted (${code}); set NODE_EXTRA_CA_CERTS to your own authority`
    : undefined;
}

/** The system's word for it; Node hides it one or two causes deep. */
function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
    const inner = (at as { errors?: unknown[] }).errors?.[0];
    if (inner instanceof Error) return codeOf(inner);
  }
  return undefined;
}

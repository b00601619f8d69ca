/** Reading what the server, or something in front of it, answered when it did not do what was asked. */
import type { ErrorInfo, ErrorType, Failure, Meta } from "./result.js";
import type { Schema } from "./types.js";

const LONGEST_TEXT = 500;

/**
 * Text from outside, fit for a terminal: escape sequences and characters that reorder text would let a server write
 * whatever it likes on the reader's screen.
 */
export function plain(text: string): string {
  const harmless = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu, " ");
  return harmless.length > LONGEST_TEXT ? `${harmless.slice(0, LONGEST_TEXT)}…` : harmless;
}

/** A failure without an answer. */
export function noAnswer(type: ErrorType, message: string, meta: Meta, code?: string): Failure {
  const retryable = type === "network_error" || type === "timeout";
  const error: ErrorInfo = { type, message, retryable, ...(code === undefined ? {} : { code }) };
  return { data: null, error, meta };
}

/** An answer that refuses: a problem document, or something that is none. */
export function refusal(body: unknown, origin: string, meta: Meta): Failure {
  const problem = isRecord(body) ? body : {};
  const detail = [problem.detail, problem.message, problem.error].find((value) => typeof value === "string");
  const type = kind(meta.status, problem.type);
  const sentence = detail === undefined ? undescribed(body, origin, meta.status) : plain(detail);
  const error: ErrorInfo = {
    type,
    message: meta.requestId === undefined || meta.status < 500 ? sentence : `${sentence} (request ${meta.requestId})`,
    retryable: meta.status === 429 || meta.status >= 500,
  };
  if (detail !== undefined) error.detail = plain(detail);
  const code = CODES[meta.status];
  if (code !== undefined) error.code = code;
  if (isRecord(problem.fields)) error.fields = sentences(problem.fields);
  if (typeof problem.approval_request_id === "string") error.approvalRequestId = problem.approval_request_id;
  // Handed back to the server as it came, never shown.
  if (isRecord(problem.access_request)) error.accessRequest = problem.access_request as Schema<"AccessTemplate">;
  return { data: null, error, meta };
}

const CODES: Record<number, string> = { 409: "conflict", 410: "gone", 413: "too_large" };

function kind(status: number, type: unknown): ErrorType {
  if (status === 403 && (type === "approval_required" || type === "resource_limit_exceeded")) return type;
  switch (status) {
    case 400:
      return "validation_error";
    case 401:
    case 403:
      return "auth_error";
    case 402:
      return "payment_required";
    case 404:
      return "not_found";
    case 429:
      return "rate_limit";
    default:
      return status >= 500 ? "server_error" : "unknown";
  }
}

/** Never quotes the body: it may be a page of a proxy that repeats the request. */
function undescribed(body: unknown, origin: string, status: number): string {
  if (body !== undefined) return `HTTP ${status}`;
  return `HTTP ${status} from ${origin}, which does not answer like a 1Claw server: check the base URL`;
}

function sentences(fields: Record<string, unknown>): Record<string, string> {
  const pairs = Object.entries(fields).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return Object.fromEntries(pairs.map(([name, message]) => [plain(name), plain(message)]));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

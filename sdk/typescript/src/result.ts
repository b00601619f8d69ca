/**
 * The envelope of every answer.
 *
 * What the network or the server does is data, in `error`. Only mistakes in the calling code are thrown.
 */
import { errorFrom } from "./errors.js";
import type { Schema } from "./types.js";

/** What is known about an answer besides its content. */
export interface Meta {
  /** The HTTP status, or 0 when there was no answer. */
  status: number;
  /** The name of the request in the server's log. */
  requestId?: string;
  /** What the server asks to wait before another try. */
  retryAfterMs?: number;
  /** How often the request was sent. */
  attempts?: number;
  /** The version of what was answered, for `If-Match`. */
  etag?: string;
}

/** The kinds of failure. The first two are words of the wire. */
export type ErrorType =
  | "approval_required"
  | "resource_limit_exceeded"
  | "auth_error"
  | "validation_error"
  | "payment_required"
  | "not_found"
  | "rate_limit"
  | "server_error"
  | "network_error"
  | "timeout"
  | "aborted"
  | "invalid_response"
  | "unknown";

/** Why there is no data. */
export interface ErrorInfo {
  type: ErrorType;
  /** A sentence for a person, without control characters and without secrets. */
  message: string;
  /** The server's own sentence, where it sent one. */
  detail?: string;
  /** A finer word: `conflict`, `gone`, or the code of a network failure such as `ECONNREFUSED`. */
  code?: string;
  /** What is wrong with which field. */
  fields?: Record<string, string>;
  /** The approval that this waits for. */
  approvalRequestId?: string;
  /** A question to a human that would open the way: give it to `approvals.request` with a `reason`. */
  accessRequest?: Schema<"AccessTemplate">;
  /** True when the same request may succeed later. */
  retryable: boolean;
}

export interface Success<T> {
  data: T;
  error: null;
  meta: Meta;
}

export interface Failure {
  data: null;
  error: ErrorInfo;
  meta: Meta;
}

export type Result<T> = Success<T> | Failure;

/** The data of a result, or its error thrown as a class of `errors`. Takes a promise too. */
export function unwrap<T>(result: Promise<Result<T>>): Promise<T>;
export function unwrap<T>(result: Result<T>): T;
export function unwrap<T>(result: Result<T> | Promise<Result<T>>): T | Promise<T> {
  if (result instanceof Promise) return result.then((settled) => unwrap(settled));
  if (result.error !== null) throw errorFrom(result.error, result.meta);
  return result.data;
}

/**
 * The classes that `unwrap` throws, one for each thing that a program does differently.
 *
 * `instanceof` works across several copies of this package in one program: it looks at a brand, not at the prototype.
 */
import type { ErrorInfo, ErrorType, Meta } from "./result.js";

const BRAND = Symbol.for("@1claw/sdk/error");

export class OneclawError extends Error {
  /** The kind of failure, as in the envelope. */
  readonly type: ErrorType;
  /** The HTTP status, or 0 when there was no answer. */
  readonly status: number;
  readonly detail: string | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;

  constructor(info: ErrorInfo, meta: Meta) {
    super(info.message);
    this.name = new.target.brand;
    this.type = info.type;
    this.status = meta.status;
    this.detail = info.detail;
    this.code = info.code;
    this.requestId = meta.requestId;
    this.retryable = info.retryable;
    Object.defineProperty(this, BRAND, { value: brands(new.target) });
  }

  /** Spelled out, because a bundler may rename the class. */
  static readonly brand: string = "OneclawError";

  static override [Symbol.hasInstance](value: unknown): boolean {
    const names = (value as { [BRAND]?: unknown } | null | undefined)?.[BRAND];
    return Array.isArray(names) && names.includes(this.brand);
  }
}

function brands(kind: { brand: string }): string[] {
  return [...new Set([kind.brand, OneclawError.brand])];
}

/** 401 and 403: who is asking is unknown, or may not do this. */
export class AuthError extends OneclawError {
  static override readonly brand = "AuthError";
}

/** 403: the organisation's limit for this kind of thing is reached. */
export class ResourceLimitExceededError extends OneclawError {
  static override readonly brand = "ResourceLimitExceededError";
}

/** 402. This server never sends it; the class is there for programs that name it. */
export class PaymentRequiredError extends OneclawError {
  static override readonly brand = "PaymentRequiredError";
}

/** 403: a human has to agree first. */
export class ApprovalRequiredError extends OneclawError {
  static override readonly brand = "ApprovalRequiredError";
  readonly approvalRequestId: string | undefined;

  constructor(info: ErrorInfo, meta: Meta) {
    super(info, meta);
    this.approvalRequestId = info.approvalRequestId;
  }
}

/** 404: not there, or not for this caller to see. */
export class NotFoundError extends OneclawError {
  static override readonly brand = "NotFoundError";
}

/** 429, when waiting was not worth it. */
export class RateLimitError extends OneclawError {
  static override readonly brand = "RateLimitError";
  readonly retryAfterMs: number | undefined;

  constructor(info: ErrorInfo, meta: Meta) {
    super(info, meta);
    this.retryAfterMs = meta.retryAfterMs;
  }
}

/** 400: something in the request is wrong; `fields` says what. */
export class ValidationError extends OneclawError {
  static override readonly brand = "ValidationError";
  readonly fields: Record<string, string>;

  constructor(info: ErrorInfo, meta: Meta) {
    super(info, meta);
    this.fields = info.fields ?? {};
  }
}

/** 5xx: the server's fault. */
export class ServerError extends OneclawError {
  static override readonly brand = "ServerError";
}

/** No usable answer: no connection, no time, cancelled, or an answer that is not of this API. */
export class NetworkError extends OneclawError {
  static override readonly brand = "NetworkError";
}

type ErrorClass = new (info: ErrorInfo, meta: Meta) => OneclawError;

const CLASSES: Record<ErrorType, ErrorClass> = {
  approval_required: ApprovalRequiredError,
  resource_limit_exceeded: ResourceLimitExceededError,
  auth_error: AuthError,
  validation_error: ValidationError,
  payment_required: PaymentRequiredError,
  not_found: NotFoundError,
  rate_limit: RateLimitError,
  server_error: ServerError,
  network_error: NetworkError,
  timeout: NetworkError,
  aborted: NetworkError,
  invalid_response: NetworkError,
  unknown: OneclawError,
};

/** The error class for an envelope's error. */
export function errorFrom(info: ErrorInfo, meta: Meta): OneclawError {
  return new CLASSES[info.type](info, meta);
}

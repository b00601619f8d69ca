/** When a request may be sent again, and how long to wait first. */
import type { Route } from "./generated/routes.js";
import type { Failure } from "./result.js";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** A server that asks for more than this is not waited for: the caller is told instead. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/** Reading one of these is spending it, so a lost answer must not be followed by another reading. */
const SPENDING = new Set(["accessShare", "accessShareByPost", "revealAgentKey"]);

/**
 * True when repeating cannot do harm.
 *
 * 429 and 503 mean that nothing was done. After any other failure it is not known whether the server acted, so only what
 * has the same effect once or twice is repeated.
 */
export function mayRepeat(failure: Failure, operation: string, route: Route): boolean {
  const { status } = failure.meta;
  if (status === 429 || status === 503) return true;
  if (!failure.error.retryable) return false;
  const { method } = route;
  const harmless = method === "GET" || method === "PUT" || route.keyed === true;
  return harmless && !SPENDING.has(operation);
}

/** Exponential, with the whole span left to chance so that many clients do not come back together. */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return Math.round(ceiling * random());
}

/** `Retry-After` in either of its forms: seconds, or a date. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return /^[A-Za-z]{3},/.test(text) && !Number.isNaN(date) ? Math.max(0, date - now) : undefined;
}

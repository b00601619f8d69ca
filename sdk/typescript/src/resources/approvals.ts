import { cancelled } from "../attempt.js";
import type { ErrorInfo, Result } from "../result.js";
import type { Body, Optional, Query, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

export type Approval = Schema<"ApprovalResponse">;
export type ApprovalQuestion = Optional<Body<"requestApproval">>;
export type ApprovalFilter = Optional<Query<"listApprovals">>;

/** How much of what was asked for is granted, and for how long. */
export type Grant = Schema<"GrantChoice">;

export interface DecideOptions extends RequestOptions {
  reason?: string | undefined;
  grant?: Grant | undefined;
  /** Proof of who decides, for questions of a higher risk: a password or a token of `auth.reauth`. */
  stepUpToken?: string | undefined;
  mfaToken?: string | undefined;
}

/** How waiting ended; `timeout` leaves the question open. */
export interface Outcome {
  outcome: "approved" | "denied" | "expired" | "cancelled" | "timeout";
  approval: Approval;
}

export interface WaitOptions extends RequestOptions {
  /** Milliseconds to wait for a human; without it as long as the question is open. */
  patienceMs?: number | undefined;
}

export interface SubscribeOptions {
  status?: string | undefined;
  intervalMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told of each failure; asking goes on, less often until it works again. */
  onError?: ((error: ErrorInfo) => void) | undefined;
}

/** The server answers a question that waits at the latest after this many seconds. */
const LONGEST_POLL = 30;
const LONGEST_PAUSE_MS = 60_000;

/** Questions of agents to their humans. */
export class ApprovalsResource extends Resource {
  /** Asks. A refusal's `error.accessRequest` is such a question, all but the reason. */
  request(question: ApprovalQuestion, options?: RequestOptions): Called<"requestApproval"> {
    return this.transport.call("requestApproval", { body: question }, options);
  }

  /** A page of questions, by a status or by more. */
  list(filter: string | ApprovalFilter = {}, options?: RequestOptions): Called<"listApprovals"> {
    const query = typeof filter === "string" ? { status: filter } : filter;
    return this.transport.call("listApprovals", { query }, options);
  }

  /** A question as it is now. */
  check(approvalId: string, options?: RequestOptions): Called<"getApproval"> {
    return this.transport.call("getApproval", { path: { approval_id: approvalId } }, options);
  }

  approve(
    approvalId: string,
    { reason, grant, ...options }: Omit<DecideOptions, "stepUpToken" | "mfaToken"> = {},
  ): Called<"approveApproval"> {
    const path = { approval_id: approvalId };
    return this.transport.call("approveApproval", { path, body: { reason, grant } }, options);
  }

  deny(approvalId: string, reason?: string, options?: RequestOptions): Called<"denyApproval"> {
    return this.transport.call("denyApproval", { path: { approval_id: approvalId }, body: { reason } }, options);
  }

  decide(
    approvalId: string,
    decision: "approved" | "rejected",
    { reason, grant, stepUpToken, mfaToken, ...options }: DecideOptions = {},
  ): Called<"decideApproval"> {
    const headers = {
      ...(stepUpToken === undefined ? {} : { "x-auth-confirm": stepUpToken }),
      ...(mfaToken === undefined ? {} : { "x-mfa-token": mfaToken }),
    };
    const input = { path: { approval_id: approvalId }, body: { decision, reason, grant }, headers };
    return this.transport.call("decideApproval", input, options);
  }

  /** Takes a question back. One that was answered stays as it is, and comes back as it is. */
  cancel(approvalId: string, reason?: string, options?: RequestOptions): Called<"cancelApproval"> {
    return this.transport.call("cancelApproval", { path: { approval_id: approvalId }, body: { reason } }, options);
  }

  /** Waits for a human, who may take days. The server holds each request, so an answer arrives at once. */
  async wait(approvalId: string, { patienceMs, ...options }: WaitOptions = {}): Promise<Result<Outcome>> {
    const end = this.transport.now() + (patienceMs ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const left = Math.max(0, end - this.transport.now());
      const wait = Math.min(LONGEST_POLL, Math.ceil(left / 1000));
      const input = { path: { approval_id: approvalId }, query: { wait } };
      const answer = await this.transport.call("getApproval", input, { timeoutMs: 2 * LONGEST_POLL * 1000, ...options });
      if (answer.error !== null) return answer;
      const { data: approval, meta } = answer;
      const outcome = OUTCOMES[approval.status];
      if (outcome !== undefined) return { data: { outcome, approval }, error: null, meta };
      if (left === 0) return { data: { outcome: "timeout", approval }, error: null, meta };
      if (options.signal?.aborted === true) return cancelled();
    }
  }

  /** Asks again and again what is there, and hands it over each time. Gives a function that ends it. */
  subscribe(callback: (approvals: Approval[]) => void, options: SubscribeOptions = {}): () => void {
    const controller = new AbortController();
    const stop = () => controller.abort();
    options.signal?.addEventListener("abort", stop);
    if (options.signal?.aborted === true) stop();
    void this.#poll(callback, options, controller.signal).finally(() => {
      options.signal?.removeEventListener("abort", stop);
    });
    return stop;
  }

  async #poll(
    callback: (approvals: Approval[]) => void,
    { status, intervalMs = 3000, onError }: SubscribeOptions,
    signal: AbortSignal,
  ): Promise<void> {
    let pause = intervalMs;
    while (!signal.aborted) {
      const { data, error } = await this.list({ status }, { signal });
      if (signal.aborted) return;
      pause = error === null ? intervalMs : Math.min(LONGEST_PAUSE_MS, pause * 2);
      if (error === null) callback(data.approvals);
      else onError?.(error);
      await this.transport.pause(pause, signal);
    }
  }
}

const OUTCOMES: Record<string, Exclude<Outcome["outcome"], "timeout">> = {
  approved: "approved",
  rejected: "denied",
  denied: "denied",
  expired: "expired",
  cancelled: "cancelled",
};

import type { Result } from "../result.js";
import type { Transport } from "../transport.js";
import type { Answer, Operation } from "../types.js";

/** What a method that calls this operation returns. */
export type Called<O extends Operation> = Promise<Result<Answer<O>>>;

/** The header that confirms an act once more: a password, or a token of `auth.reauth`. */
export const confirmed = (confirm: string | undefined): Record<string, string> =>
  confirm === undefined ? {} : { "x-auth-confirm": confirm };

/** A group of operations. */
export abstract class Resource {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }
}

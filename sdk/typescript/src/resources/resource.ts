import type { Result } from "../result.js";
import type { Transport } from "../transport.js";
import type { Answer, Operation } from "../types.js";

/** What a method that calls this operation returns. */
export type Called<O extends Operation> = Promise<Result<Answer<O>>>;

/** A group of operations. */
export abstract class Resource {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }
}

import { unwrap } from "../result.js";
import type { Optional, Query, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

export type AuditEvent = Schema<"AuditEvent">;
export type AuditFilter = Optional<Query<"queryAuditEvents">>;

const PAGE = 100;

/** The audit log. */
export class AuditResource extends Resource {
  /** A page of events, newest first. */
  query(filter: AuditFilter = {}, options?: RequestOptions): Called<"queryAuditEvents"> {
    return this.transport.call("queryAuditEvents", { query: filter }, options);
  }

  /**
   * Every event that matches, newest first, page by page; a failure is thrown.
   *
   * Events that arrive meanwhile push older ones to the next page, so what was seen already is left out.
   */
  async *iterate(filter: Omit<AuditFilter, "offset"> = {}, options?: RequestOptions): AsyncGenerator<AuditEvent, void> {
    const limit = filter.limit ?? PAGE;
    let seen = new Set<string>();
    for (let offset = 0; ; offset += limit) {
      const { events } = await unwrap(this.query({ ...filter, limit, offset }, options));
      for (const event of events) {
        if (!seen.has(event.id)) yield event;
      }
      if (events.length < limit) return;
      seen = new Set(events.map(({ id }) => id));
    }
  }

  /** Lets the server check its own log; `export` and `1claw audit verify` do it without trusting the server. */
  verify(range: Optional<Query<"verifyAuditChain">> = {}, options?: RequestOptions): Called<"verifyAuditChain"> {
    return this.transport.call("verifyAuditChain", { query: range }, options);
  }

  /** A signed note over the log as it is now. */
  checkpoint(options?: RequestOptions): Called<"getAuditCheckpoint"> {
    return this.transport.call("getAuditCheckpoint", {}, options);
  }

  /** The whole log as JSON lines. */
  export(options?: RequestOptions): Called<"exportAuditLog"> {
    return this.transport.call("exportAuditLog", {}, options);
  }

  inclusionProof(query: Query<"getInclusionProof">, options?: RequestOptions): Called<"getInclusionProof"> {
    return this.transport.call("getInclusionProof", { query }, options);
  }

  consistencyProof(query: Query<"getConsistencyProof">, options?: RequestOptions): Called<"getConsistencyProof"> {
    return this.transport.call("getConsistencyProof", { query }, options);
  }
}

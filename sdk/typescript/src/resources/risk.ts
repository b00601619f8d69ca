import type { Body, Optional, Query, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

export type Honeytoken = Schema<"Honeytoken">;
export type RiskEvent = Schema<"RiskEvent">;
export type RiskVerdict = Schema<"RiskVerdict">;

/** Decoys: secrets that nothing has a reason to read. An agent that reads one is stopped by that. */
export class RiskResource extends Resource {
  /** Makes a secret a decoy. Its value should look real and open nothing. */
  createHoneytoken(request: Optional<Body<"createHoneytoken">>, options?: RequestOptions): Called<"createHoneytoken"> {
    return this.transport.call("createHoneytoken", { body: request }, options);
  }

  listHoneytokens(options?: RequestOptions): Called<"listHoneytokens"> {
    return this.transport.call("listHoneytokens", {}, options);
  }

  deleteHoneytoken(id: string, options?: RequestOptions): Called<"deleteHoneytoken"> {
    return this.transport.call("deleteHoneytoken", { path: { id } }, options);
  }

  /** Who read decoys, newest first. */
  listEvents(query: Query<"listRiskEvents"> = {}, options?: RequestOptions): Called<"listRiskEvents"> {
    return this.transport.call("listRiskEvents", { query }, options);
  }

  listVerdicts(options?: RequestOptions): Called<"listRiskVerdicts"> {
    return this.transport.call("listRiskVerdicts", {}, options);
  }

  /** What speaks against somebody; `verdict` is `null` when nothing does. */
  getVerdict(
    principalType: "user" | "agent",
    principalId: string,
    options?: RequestOptions,
  ): Called<"getRiskVerdict"> {
    const path = { principal_type: principalType, principal_id: principalId };
    return this.transport.call("getRiskVerdict", { path }, options);
  }
}

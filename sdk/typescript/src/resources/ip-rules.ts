import type { Body, Optional, RequestOptions } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Networks from which the organisation is reached. */
export class IpRulesResource extends Resource {
  list(options?: RequestOptions): Called<"listIpRules"> {
    return this.transport.call("listIpRules", {}, options);
  }

  /** Refused when it would lock out whoever makes it. */
  create(request: Optional<Body<"createIpRule">>, options?: RequestOptions): Called<"createIpRule"> {
    return this.transport.call("createIpRule", { body: request }, options);
  }

  delete(ruleId: string, options?: RequestOptions): Called<"deleteIpRule"> {
    return this.transport.call("deleteIpRule", { path: { rule_id: ruleId } }, options);
  }
}

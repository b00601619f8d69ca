import type { Optional, Query, RequestOptions } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Usage. Nothing is billed. */
export class BillingResource extends Resource {
  usage(options?: RequestOptions): Called<"billingUsage"> {
    return this.transport.call("billingUsage", {}, options);
  }

  history(filter: Optional<Query<"billingHistory">> = {}, options?: RequestOptions): Called<"billingHistory"> {
    return this.transport.call("billingHistory", { query: filter }, options);
  }
}

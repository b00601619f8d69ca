import type { Body, Optional, RequestOptions } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Personal keys (`1ck_…`) of whoever is signed in. */
export class ApiKeysResource extends Resource {
  /** The key is in this answer and in no other. */
  create(request: Optional<Body<"createApiKey">>, options?: RequestOptions): Called<"createApiKey"> {
    return this.transport.call("createApiKey", { body: request }, options);
  }

  list(options?: RequestOptions): Called<"listApiKeys"> {
    return this.transport.call("listApiKeys", {}, options);
  }

  revoke(keyId: string, options?: RequestOptions): Called<"revokeApiKey"> {
    return this.transport.call("revokeApiKey", { path: { key_id: keyId } }, options);
  }
}

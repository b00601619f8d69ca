import type { Body, Optional, RequestOptions } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Signing a program in from another device (RFC 8628). */
export class DevicesResource extends Resource {
  start(request: Optional<Body<"deviceCode">>, options?: RequestOptions): Called<"deviceCode"> {
    return this.transport.anonymously("deviceCode", { body: request }, options);
  }

  /** Always 200: a token, or `error` with the reason to wait or to stop. */
  token(request: Optional<Body<"deviceToken">>, options?: RequestOptions): Called<"deviceToken"> {
    return this.transport.anonymously("deviceToken", { body: request }, options);
  }

  describe(userCode: string, options?: RequestOptions): Called<"deviceCodeStatus"> {
    return this.transport.anonymously("deviceCodeStatus", { path: { user_code: userCode } }, options);
  }

  approve(request: Optional<Body<"deviceApprove">>, options?: RequestOptions): Called<"deviceApprove"> {
    return this.transport.call("deviceApprove", { body: request }, options);
  }

  deny(request: Optional<Body<"deviceDeny">>, options?: RequestOptions): Called<"deviceDeny"> {
    return this.transport.call("deviceDeny", { body: request }, options);
  }
}

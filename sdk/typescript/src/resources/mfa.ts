import type { Body, Optional, RequestOptions } from "../types.js";
import { Resource, confirmed, type Called } from "./resource.js";

/** Codes of an authenticator app beside the password. */
export class MfaResource extends Resource {
  status(options?: RequestOptions): Called<"mfaStatus"> {
    return this.transport.call("mfaStatus", {}, options);
  }

  setup(options?: RequestOptions): Called<"mfaSetup"> {
    return this.transport.call("mfaSetup", {}, options);
  }

  /** Switches it on; the recovery codes are in this answer and in no other. */
  verifySetup(request: Optional<Body<"mfaVerifySetup">>, options?: RequestOptions): Called<"mfaVerifySetup"> {
    return this.transport.call("mfaVerifySetup", { body: request }, options);
  }

  /** Answers the question of a sign-in. */
  verify(request: Optional<Body<"mfaVerify">>, options?: RequestOptions): Called<"mfaVerify"> {
    return this.transport.anonymously("mfaVerify", { body: request }, options);
  }

  disable(request: Optional<Body<"mfaDisable">>, confirm?: string, options?: RequestOptions): Called<"mfaDisable"> {
    return this.transport.call("mfaDisable", { body: request, headers: confirmed(confirm) }, options);
  }
}

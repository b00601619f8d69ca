import type { Body, Optional, RequestOptions } from "../types.js";
import { Resource, confirmed, type Called } from "./resource.js";

/** Passkeys. Making and using one takes a browser in between. */
export class PasskeysResource extends Resource {
  list(options?: RequestOptions): Called<"listPasskeys"> {
    return this.transport.call("listPasskeys", {}, options);
  }

  registerBegin(options?: RequestOptions): Called<"passkeyRegisterBegin"> {
    return this.transport.call("passkeyRegisterBegin", {}, options);
  }

  registerComplete(
    request: Optional<Body<"passkeyRegisterComplete">>,
    confirm?: string,
    options?: RequestOptions,
  ): Called<"passkeyRegisterComplete"> {
    return this.transport.call("passkeyRegisterComplete", { body: request, headers: confirmed(confirm) }, options);
  }

  assertBegin(request: Optional<Body<"passkeyAssertBegin">>, options?: RequestOptions): Called<"passkeyAssertBegin"> {
    return this.transport.anonymously("passkeyAssertBegin", { body: request }, options);
  }

  assertComplete(
    request: Optional<Body<"passkeyAssertComplete">>,
    options?: RequestOptions,
  ): Called<"passkeyAssertComplete"> {
    return this.transport.anonymously("passkeyAssertComplete", { body: request }, options);
  }

  rename(
    passkeyId: string,
    request: Optional<Body<"renamePasskey">>,
    options?: RequestOptions,
  ): Called<"renamePasskey"> {
    return this.transport.call("renamePasskey", { path: { passkey_id: passkeyId }, body: request }, options);
  }

  delete(passkeyId: string, confirm: string, options?: RequestOptions): Called<"deletePasskey"> {
    return this.transport.call(
      "deletePasskey",
      { path: { passkey_id: passkeyId }, headers: { "x-auth-confirm": confirm } },
      options,
    );
  }
}

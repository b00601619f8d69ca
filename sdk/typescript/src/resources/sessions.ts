import type { RequestOptions } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Where somebody is signed in. */
export class SessionsResource extends Resource {
  list(options?: RequestOptions): Called<"listSessions"> {
    return this.transport.call("listSessions", {}, options);
  }

  revoke(sessionId: string, options?: RequestOptions): Called<"revokeSession"> {
    return this.transport.call("revokeSession", { path: { session_id: sessionId } }, options);
  }
}

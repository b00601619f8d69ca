import type { Body, RequestOptions } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Assistants that connect by OAuth: what people allowed them, and those that the organisation registered. */
export class AssistantsResource extends Resource {
  /** What people allowed assistants: your own grants and those for your agents; all for owners and admins. */
  listGrants(options?: RequestOptions): Called<"listOauthGrants"> {
    return this.transport.call("listOauthGrants", {}, options);
  }

  /** Its tokens are worth nothing from the next request on. */
  revokeGrant(grantId: string, options?: RequestOptions): Called<"revokeOauthGrant"> {
    return this.transport.call("revokeOauthGrant", { path: { grant_id: grantId } }, options);
  }

  listClients(options?: RequestOptions): Called<"listOauthClients"> {
    return this.transport.call("listOauthClients", {}, options);
  }

  /** For an assistant that publishes no description of itself. It gets an id and no secret. */
  createClient(request: Body<"createOauthClient">, options?: RequestOptions): Called<"createOauthClient"> {
    return this.transport.call("createOauthClient", { body: request }, options);
  }

  /** Ends what it was allowed, too. */
  deleteClient(clientId: string, options?: RequestOptions): Called<"deleteOauthClient"> {
    return this.transport.call("deleteOauthClient", { path: { client_id: clientId } }, options);
  }
}

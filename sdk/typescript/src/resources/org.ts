import type { RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** The organisation and who belongs to it. */
export class OrgResource extends Resource {
  listMembers(options?: RequestOptions): Called<"listOrgMembers"> {
    return this.transport.call("listOrgMembers", {}, options);
  }

  /** The vault that holds the identity keys of agents. */
  getAgentKeysVault(options?: RequestOptions): Called<"getAgentKeysVault"> {
    return this.transport.call("getAgentKeysVault", {}, options);
  }
}

export type OrgMember = Schema<"OrgMemberResponse">;

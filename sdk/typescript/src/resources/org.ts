import type { Body, Optional, RequestOptions, Schema } from "../types.js";
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

  updateMemberRole(
    userId: string,
    request: Optional<Body<"updateMemberRole">>,
    options?: RequestOptions,
  ): Called<"updateMemberRole"> {
    return this.transport.call("updateMemberRole", { path: { user_id: userId }, body: request }, options);
  }

  removeMember(userId: string, options?: RequestOptions): Called<"removeMember"> {
    return this.transport.call("removeMember", { path: { user_id: userId } }, options);
  }

  invite(request: Optional<Body<"inviteMember">>, options?: RequestOptions): Called<"inviteMember"> {
    return this.transport.call("inviteMember", { body: request }, options);
  }

  listInvitations(options?: RequestOptions): Called<"listInvitations"> {
    return this.transport.call("listInvitations", {}, options);
  }

  withdrawInvitation(invitationId: string, options?: RequestOptions): Called<"withdrawInvitation"> {
    return this.transport.call("withdrawInvitation", { path: { invitation_id: invitationId } }, options);
  }

  acceptInvitation(request: Optional<Body<"acceptInvitation">>, options?: RequestOptions): Called<"acceptInvitation"> {
    return this.transport.call("acceptInvitation", { body: request }, options);
  }

  listMemberships(options?: RequestOptions): Called<"listMemberships"> {
    return this.transport.call("listMemberships", {}, options);
  }

  /** A token in another organisation of the same person. */
  switch(request: Optional<Body<"switchOrg">>, options?: RequestOptions): Called<"switchOrg"> {
    return this.transport.call("switchOrg", { body: request }, options);
  }

  getSettings(options?: RequestOptions): Called<"getOrgSettings"> {
    return this.transport.call("getOrgSettings", {}, options);
  }

  updateSettings(request: Optional<Body<"updateOrgSettings">>, options?: RequestOptions): Called<"updateOrgSettings"> {
    return this.transport.call("updateOrgSettings", { body: request }, options);
  }

  getLimits(options?: RequestOptions): Called<"getOrgLimits"> {
    return this.transport.call("getOrgLimits", {}, options);
  }

  updateLimits(request: Optional<Body<"updateOrgLimits">>, options?: RequestOptions): Called<"updateOrgLimits"> {
    return this.transport.call("updateOrgLimits", { body: request }, options);
  }

  /** Stops every agent of the organisation from its next request on. */
  freezeAgents(options?: RequestOptions): Called<"freezeAgents"> {
    return this.transport.call("freezeAgents", {}, options);
  }

  unfreezeAgents(options?: RequestOptions): Called<"unfreezeAgents"> {
    return this.transport.call("unfreezeAgents", {}, options);
  }
}

export type OrgMember = Schema<"OrgMemberResponse">;

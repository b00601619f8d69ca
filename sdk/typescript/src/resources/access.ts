import type { Body, Optional, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

type Policy = Body<"createPolicy">;
type Principal = Policy["principal_type"];
type Action = Body<"explainPolicy">["action"];
export type Permission = Policy["permissions"][number];

/** What may be said about a grant besides whom it is for. */
export interface GrantOptions
  extends Optional<Omit<Policy, "principal_type" | "principal_id" | "permissions" | "secret_path_pattern">> {
  /** The paths that it covers; `**`, all of the vault, when absent. */
  secretPathPattern?: string | undefined;
}

/** Policies: who may do what at which paths of a vault. */
export class AccessResource extends Resource {
  grantHuman(
    vaultId: string,
    userId: string,
    permissions: Permission[],
    grant: GrantOptions = {},
    options?: RequestOptions,
  ): Called<"createPolicy"> {
    return this.#grant(vaultId, "user", userId, permissions, grant, options);
  }

  grantAgent(
    vaultId: string,
    agentId: string,
    permissions: Permission[],
    grant: GrantOptions = {},
    options?: RequestOptions,
  ): Called<"createPolicy"> {
    return this.#grant(vaultId, "agent", agentId, permissions, grant, options);
  }

  createPolicy(vaultId: string, policy: Optional<Policy>, options?: RequestOptions): Called<"createPolicy"> {
    return this.transport.call("createPolicy", { path: { vault_id: vaultId }, body: policy }, options);
  }

  update(
    vaultId: string,
    policyId: string,
    change: Optional<Body<"updatePolicy">>,
    options?: RequestOptions,
  ): Called<"updatePolicy"> {
    const path = { vault_id: vaultId, policy_id: policyId };
    return this.transport.call("updatePolicy", { path, body: change }, options);
  }

  /** Takes effect on the next request, also for tokens that were issued before. */
  revoke(vaultId: string, policyId: string, options?: RequestOptions): Called<"deletePolicy"> {
    return this.transport.call("deletePolicy", { path: { vault_id: vaultId, policy_id: policyId } }, options);
  }

  listGrants(vaultId: string, options?: RequestOptions): Called<"listPolicies"> {
    return this.transport.call("listPolicies", { path: { vault_id: vaultId } }, options);
  }

  /** What would be decided, and by which policy. */
  explain(
    vaultId: string,
    question: Optional<Body<"explainPolicy">>,
    options?: RequestOptions,
  ): Called<"explainPolicy"> {
    return this.transport.call("explainPolicy", { path: { vault_id: vaultId }, body: question }, options);
  }

  /** What a policy would do if it were saved. Saves nothing. */
  preview(
    vaultId: string,
    policy: Policy,
    test?: Body<"previewPolicy">["test"],
    options?: RequestOptions,
  ): Called<"previewPolicy"> {
    const body = test ? { policy, test } : { policy };
    return this.transport.call("previewPolicy", { path: { vault_id: vaultId }, body }, options);
  }

  /** Who may do something at a path, to read it unless said otherwise, and why. */
  whoCan(
    vaultId: string,
    path: string,
    action?: Action,
    options?: RequestOptions,
  ): Called<"listPathAccess"> {
    return this.transport.call("listPathAccess", { path: { vault_id: vaultId }, query: { path, action } }, options);
  }

  /** What an agent or a person reaches, in the vaults that the caller controls. */
  reach(principalType: Principal, principalId: string, options?: RequestOptions): Called<"listReach"> {
    const query = { principal_type: principalType, principal_id: principalId };
    return this.transport.call("listReach", { query }, options);
  }

  #grant(
    vaultId: string,
    principal_type: Principal,
    principal_id: string,
    permissions: Permission[],
    { secretPathPattern = "**", ...rest }: GrantOptions,
    options: RequestOptions | undefined,
  ): Called<"createPolicy"> {
    const policy = { ...rest, secret_path_pattern: secretPathPattern, principal_type, principal_id, permissions };
    return this.createPolicy(vaultId, policy, options);
  }
}

export type PolicyView = Schema<"PolicyResponse">;

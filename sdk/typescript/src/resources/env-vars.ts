import type { Body, Optional, Query, RequestOptions } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Environment variables of a vault, its environments, and variables that an organisation shares with vaults. */
export class EnvVarsResource extends Resource {
  list(vaultId: string, filter: Optional<Query<"listEnvVars">> = {}, options?: RequestOptions): Called<"listEnvVars"> {
    return this.transport.call("listEnvVars", { path: { vault_id: vaultId }, query: filter }, options);
  }

  create(vaultId: string, request: Optional<Body<"createEnvVar">>, options?: RequestOptions): Called<"createEnvVar"> {
    return this.transport.call("createEnvVar", { path: { vault_id: vaultId }, body: request }, options);
  }

  get(
    vaultId: string,
    key: string,
    filter: Optional<Query<"getEnvVar">> = {},
    options?: RequestOptions,
  ): Called<"getEnvVar"> {
    return this.transport.call("getEnvVar", { path: { vault_id: vaultId, key }, query: filter }, options);
  }

  update(
    vaultId: string,
    key: string,
    request: Optional<Body<"updateEnvVar">>,
    filter: Optional<Query<"updateEnvVar">> = {},
    options?: RequestOptions,
  ): Called<"updateEnvVar"> {
    return this.transport.call(
      "updateEnvVar",
      { path: { vault_id: vaultId, key }, body: request, query: filter },
      options,
    );
  }

  delete(
    vaultId: string,
    key: string,
    filter: Optional<Query<"deleteEnvVar">> = {},
    options?: RequestOptions,
  ): Called<"deleteEnvVar"> {
    return this.transport.call("deleteEnvVar", { path: { vault_id: vaultId, key }, query: filter }, options);
  }

  /** What a program gets in an environment: the closest value of each key. */
  resolve(
    vaultId: string,
    filter: Optional<Query<"resolveEnvVars">> = {},
    options?: RequestOptions,
  ): Called<"resolveEnvVars"> {
    return this.transport.call("resolveEnvVars", { path: { vault_id: vaultId }, query: filter }, options);
  }

  listEnvironments(vaultId: string, options?: RequestOptions): Called<"listVaultEnvironments"> {
    return this.transport.call("listVaultEnvironments", { path: { vault_id: vaultId } }, options);
  }

  createEnvironment(
    vaultId: string,
    request: Optional<Body<"createVaultEnvironment">>,
    options?: RequestOptions,
  ): Called<"createVaultEnvironment"> {
    return this.transport.call("createVaultEnvironment", { path: { vault_id: vaultId }, body: request }, options);
  }

  deleteEnvironment(vaultId: string, slug: string, options?: RequestOptions): Called<"deleteVaultEnvironment"> {
    return this.transport.call("deleteVaultEnvironment", { path: { vault_id: vaultId, slug } }, options);
  }

  listShared(options?: RequestOptions): Called<"listOrgEnvVars"> {
    return this.transport.call("listOrgEnvVars", {}, options);
  }

  createShared(request: Optional<Body<"createOrgEnvVar">>, options?: RequestOptions): Called<"createOrgEnvVar"> {
    return this.transport.call("createOrgEnvVar", { body: request }, options);
  }

  updateShared(
    key: string,
    request: Optional<Body<"updateOrgEnvVar">>,
    options?: RequestOptions,
  ): Called<"updateOrgEnvVar"> {
    return this.transport.call("updateOrgEnvVar", { path: { key }, body: request }, options);
  }

  deleteShared(key: string, options?: RequestOptions): Called<"deleteOrgEnvVar"> {
    return this.transport.call("deleteOrgEnvVar", { path: { key } }, options);
  }

  linkShared(key: string, request: Optional<Body<"linkOrgEnvVar">>, options?: RequestOptions): Called<"linkOrgEnvVar"> {
    return this.transport.call("linkOrgEnvVar", { path: { key }, body: request }, options);
  }

  unlinkShared(key: string, vaultId: string, options?: RequestOptions): Called<"unlinkOrgEnvVar"> {
    return this.transport.call("unlinkOrgEnvVar", { path: { key, vault_id: vaultId } }, options);
  }
}

import type { Body, Optional, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Vaults: what holds secrets and policies. */
export class VaultResource extends Resource {
  create(vault: Optional<Body<"createVault">>, options?: RequestOptions): Called<"createVault"> {
    return this.transport.call("createVault", { body: vault }, options);
  }

  get(vaultId: string, options?: RequestOptions): Called<"getVault"> {
    return this.transport.call("getVault", { path: { vault_id: vaultId } }, options);
  }

  /** Every vault that the caller may see. */
  list(options?: RequestOptions): Called<"listVaults"> {
    return this.transport.call("listVaults", {}, options);
  }

  /** Destroys the vault with its secrets, policies and shares. */
  delete(vaultId: string, options?: RequestOptions): Called<"deleteVault"> {
    return this.transport.call("deleteVault", { path: { vault_id: vaultId } }, options);
  }
}

export type Vault = Schema<"VaultResponse">;

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

  /** From now on the vault takes only values that clients sealed under the key of this fingerprint. */
  enableCmek(vaultId: string, request: Optional<Body<"enableCmek">>, options?: RequestOptions): Called<"enableCmek"> {
    return this.transport.call("enableCmek", { path: { vault_id: vaultId }, body: request }, options);
  }

  disableCmek(vaultId: string, options?: RequestOptions): Called<"disableCmek"> {
    return this.transport.call("disableCmek", { path: { vault_id: vaultId } }, options);
  }

  /** Moves every value of the vault to another key. Both keys travel with this one request; a job does the work. */
  rotateCmek(
    vaultId: string,
    oldKey: string,
    newKey: string,
    newFingerprint: string,
    options?: RequestOptions,
  ): Called<"rotateCmek"> {
    const headers = { "x-cmek-old-key": oldKey, "x-cmek-new-key": newKey };
    const body = { new_fingerprint: newFingerprint };
    return this.transport.call("rotateCmek", { path: { vault_id: vaultId }, body, headers }, options);
  }

  getRotationJobStatus(vaultId: string, jobId: string, options?: RequestOptions): Called<"getCmekRotationJob"> {
    return this.transport.call("getCmekRotationJob", { path: { vault_id: vaultId, job_id: jobId } }, options);
  }
}

export type Vault = Schema<"VaultResponse">;

import { noAnswer } from "../problem.js";
import { unwrap, type Result } from "../result.js";
import { guarded } from "../secret-value.js";
import type { Body, Optional, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** What may be said about a value besides itself. */
export type SetSecretOptions = Optional<Omit<Body<"putSecret">, "value">>;

export type SecretMetadata = Schema<"SecretMetadataResponse">;

/** Secrets: values at paths of a vault, each with its versions. */
export class SecretsResource extends Resource {
  /** Writes a new version. */
  set(
    vaultId: string,
    path: string,
    value: string,
    secret: SetSecretOptions = {},
    options?: RequestOptions,
  ): Called<"putSecret"> {
    const body = { ...secret, value };
    return this.transport.call("putSecret", { path: { vault_id: vaultId, path }, body }, options);
  }

  /** The same as {@link set}. */
  put(
    vaultId: string,
    path: string,
    value: string,
    secret: SetSecretOptions = {},
    options?: RequestOptions,
  ): Called<"putSecret"> {
    return this.set(vaultId, path, value, secret, options);
  }

  /** Reads the latest value. The reading is in the audit log before the value leaves the server. */
  async get(
    vaultId: string,
    path: string,
    options: RequestOptions & { reason?: string } = {},
  ): Called<"getSecret"> {
    return guarded(await this.transport.call("getSecret", { path: { vault_id: vaultId, path } }, options));
  }

  /** What is known about a secret, without reading it: found in the list, so no access is counted. */
  async describe(vaultId: string, path: string, options?: RequestOptions): Promise<Result<SecretMetadata>> {
    const listed = await this.list(vaultId, path, options);
    if (listed.error !== null) return listed;
    const found = listed.data.secrets.find((secret) => secret.path === path);
    if (found === undefined) {
      return noAnswer("not_found", "there is no secret at this path", { ...listed.meta, status: 404 });
    }
    return { data: found, error: null, meta: listed.meta };
  }

  /** Paths and what is known about them, never values. */
  list(vaultId: string, prefix?: string, options?: RequestOptions): Called<"listSecrets"> {
    return this.transport.call("listSecrets", { path: { vault_id: vaultId }, query: { prefix } }, options);
  }

  /** The same one by one; a failure is thrown. */
  async *iterate(vaultId: string, prefix?: string, options?: RequestOptions): AsyncGenerator<SecretMetadata, void> {
    yield* (await unwrap(this.list(vaultId, prefix, options))).secrets;
  }

  delete(vaultId: string, path: string, options?: RequestOptions): Called<"deleteSecret"> {
    return this.transport.call("deleteSecret", { path: { vault_id: vaultId, path } }, options);
  }

  /** Replaces the value with one of the caller's; the same as {@link set}. */
  rotate(
    vaultId: string,
    path: string,
    value: string,
    secret: SetSecretOptions = {},
    options?: RequestOptions,
  ): Called<"putSecret"> {
    return this.set(vaultId, path, value, secret, options);
  }

  /** Lets the server make a new value, which stays there until it is read. */
  rotateGenerate(
    vaultId: string,
    path: string,
    rules: Optional<Body<"rotateSecret">> = {},
    options?: RequestOptions,
  ): Called<"rotateSecret"> {
    return this.transport.call("rotateSecret", { path: { vault_id: vaultId, path }, body: rules }, options);
  }

  listVersions(vaultId: string, path: string, options?: RequestOptions): Called<"listSecretVersions"> {
    return this.transport.call("listSecretVersions", { path: { vault_id: vaultId, path } }, options);
  }

  async getVersion(
    vaultId: string,
    path: string,
    version: number,
    options?: RequestOptions,
  ): Called<"getSecretVersion"> {
    const names = { vault_id: vaultId, path, version };
    return guarded(await this.transport.call("getSecretVersion", { path: names }, options));
  }

  /** Switches a version off: reading it, or the path while it is the latest, is then refused. */
  disableVersion(
    vaultId: string,
    path: string,
    version: number,
    options?: RequestOptions,
  ): Called<"disableSecretVersion"> {
    return this.transport.call("disableSecretVersion", { path: { vault_id: vaultId, path, version } }, options);
  }
}

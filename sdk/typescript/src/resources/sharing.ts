import { guarded } from "../secret-value.js";
import type { Body, Optional, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Shares: one secret for one recipient, for a time and a number of openings. */
export class SharingResource extends Resource {
  create(secretId: string, share: Optional<Body<"createShare">>, options?: RequestOptions): Called<"createShare"> {
    return this.transport.call("createShare", { path: { secret_id: secretId }, body: share }, options);
  }

  /** Opens a share, which counts. The passphrase travels in the body. */
  async access(
    shareId: string,
    { passphrase, ...options }: RequestOptions & { passphrase?: string | undefined } = {},
  ): Called<"accessShareByPost"> {
    const input = { path: { share_id: shareId }, body: { passphrase } };
    return guarded(await this.transport.call("accessShareByPost", input, options));
  }

  listOutbound(options?: RequestOptions): Called<"listOutboundShares"> {
    return this.transport.call("listOutboundShares", {}, options);
  }

  listInbound(options?: RequestOptions): Called<"listInboundShares"> {
    return this.transport.call("listInboundShares", {}, options);
  }

  accept(shareId: string, options?: RequestOptions): Called<"acceptShare"> {
    return this.transport.call("acceptShare", { path: { share_id: shareId } }, options);
  }

  decline(shareId: string, options?: RequestOptions): Called<"declineShare"> {
    return this.transport.call("declineShare", { path: { share_id: shareId } }, options);
  }

  revoke(shareId: string, options?: RequestOptions): Called<"revokeShare"> {
    return this.transport.call("revokeShare", { path: { share_id: shareId } }, options);
  }
}

export type ShareView = Schema<"ShareListItem">;

import type { Body, Optional, Query, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

export type Webhook = Schema<"WebhookResponse">;

/** Signed messages about what happens in the organisation. */
export class WebhooksResource extends Resource {
  /** The secret that signs is in this answer and in no other. */
  create(request: Optional<Body<"createWebhook">>, options?: RequestOptions): Called<"createWebhook"> {
    return this.transport.call("createWebhook", { body: request }, options);
  }

  list(options?: RequestOptions): Called<"listWebhooks"> {
    return this.transport.call("listWebhooks", {}, options);
  }

  get(webhookId: string, options?: RequestOptions): Called<"getWebhook"> {
    return this.transport.call("getWebhook", { path: { id: webhookId } }, options);
  }

  update(
    webhookId: string,
    request: Optional<Body<"updateWebhook">>,
    options?: RequestOptions,
  ): Called<"updateWebhook"> {
    return this.transport.call("updateWebhook", { path: { id: webhookId }, body: request }, options);
  }

  delete(webhookId: string, options?: RequestOptions): Called<"deleteWebhook"> {
    return this.transport.call("deleteWebhook", { path: { id: webhookId } }, options);
  }

  rotateSecret(webhookId: string, options?: RequestOptions): Called<"rotateWebhookSecret"> {
    return this.transport.call("rotateWebhookSecret", { path: { id: webhookId } }, options);
  }

  /** Sends one message now and says how that went. */
  test(webhookId: string, options?: RequestOptions): Called<"testWebhook"> {
    return this.transport.call("testWebhook", { path: { id: webhookId } }, options);
  }

  deliveries(
    webhookId: string,
    filter: Optional<Query<"listWebhookDeliveries">> = {},
    options?: RequestOptions,
  ): Called<"listWebhookDeliveries"> {
    return this.transport.call("listWebhookDeliveries", { path: { id: webhookId }, query: filter }, options);
  }
}

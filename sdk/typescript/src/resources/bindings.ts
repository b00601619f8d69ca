import type { Body, Optional, Query, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

export type Binding = Schema<"BindingResponse">;

/** Credentials that an agent uses without seeing them. */
export class BindingsResource extends Resource {
  create(
    agentId: string,
    request: Optional<Body<"createBinding">>,
    options?: RequestOptions,
  ): Called<"createBinding"> {
    return this.transport.call("createBinding", { path: { agent_id: agentId }, body: request }, options);
  }

  list(agentId: string, options?: RequestOptions): Called<"listBindings"> {
    return this.transport.call("listBindings", { path: { agent_id: agentId } }, options);
  }

  get(agentId: string, bindingId: string, options?: RequestOptions): Called<"getBinding"> {
    return this.transport.call("getBinding", { path: { agent_id: agentId, binding_id: bindingId } }, options);
  }

  update(
    agentId: string,
    bindingId: string,
    request: Optional<Body<"updateBinding">>,
    options?: RequestOptions,
  ): Called<"updateBinding"> {
    const path = { agent_id: agentId, binding_id: bindingId };
    return this.transport.call("updateBinding", { path, body: request }, options);
  }

  delete(agentId: string, bindingId: string, options?: RequestOptions): Called<"deleteBinding"> {
    return this.transport.call("deleteBinding", { path: { agent_id: agentId, binding_id: bindingId } }, options);
  }

  rotateCredential(
    agentId: string,
    bindingId: string,
    request: Body<"rotateBindingCredential">,
    options?: RequestOptions,
  ): Called<"rotateBindingCredential"> {
    const path = { agent_id: agentId, binding_id: bindingId };
    return this.transport.call("rotateBindingCredential", { path, body: request }, options);
  }

  /** Calls the base URL and says how that went. */
  test(
    agentId: string,
    bindingId: string,
    request: { timeout_ms?: number } = {},
    options?: RequestOptions,
  ): Called<"testBinding"> {
    const path = { agent_id: agentId, binding_id: bindingId };
    return this.transport.call("testBinding", { path, body: request }, options);
  }

  /** Makes a call; the answer comes without the credential. */
  execute(
    agentId: string,
    request: Optional<Body<"executeIntent">>,
    options?: RequestOptions,
  ): Called<"executeIntent"> {
    return this.transport.call("executeIntent", { path: { agent_id: agentId }, body: request }, options);
  }

  executions(
    agentId: string,
    filter: Optional<Query<"listExecutions">> = {},
    options?: RequestOptions,
  ): Called<"listExecutions"> {
    return this.transport.call("listExecutions", { path: { agent_id: agentId }, query: filter }, options);
  }
}

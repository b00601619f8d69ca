import { unwrap } from "../result.js";
import { Transport } from "../transport.js";
import type { Answer, Body, Optional, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** Agents: programs with a key and, at first, no access to anything. */
export class AgentsResource extends Resource {
  /**
   * Asks to be let in, without any credential. A human approves it; the answer never holds a key.
   *
   * Gives the answer itself and throws when it is refused, because there is no client yet.
   */
  static async enroll(
    baseUrl: string,
    agent: Optional<Body<"enrollAgent">>,
    options?: RequestOptions,
  ): Promise<Answer<"enrollAgent">> {
    return unwrap(new Transport({ baseUrl }).call("enrollAgent", { body: agent }, options));
  }

  enroll(agent: Optional<Body<"enrollAgent">>, options?: RequestOptions): Called<"enrollAgent"> {
    return this.transport.call("enrollAgent", { body: agent }, options);
  }

  /** Makes an agent; its key is in the answer, once. */
  create(agent: Optional<Body<"createAgent">>, options?: RequestOptions): Called<"createAgent"> {
    return this.transport.call("createAgent", { body: agent }, options);
  }

  /** The agent that is asking. */
  getSelf(options?: RequestOptions): Called<"getAgentSelf"> {
    return this.transport.call("getAgentSelf", {}, options);
  }

  get(agentId: string, options?: RequestOptions): Called<"getAgent"> {
    return this.transport.call("getAgent", { path: { agent_id: agentId } }, options);
  }

  list(options?: RequestOptions): Called<"listAgents"> {
    return this.transport.call("listAgents", {}, options);
  }

  /** Changes what is given; `null` clears. `is_active: false` stops its tokens at once. */
  update(agentId: string, change: Optional<Body<"updateAgent">>, options?: RequestOptions): Called<"updateAgent"> {
    return this.transport.call("updateAgent", { path: { agent_id: agentId }, body: change }, options);
  }

  /** What the agent got to see, and what is to be replaced because of it; works for deleted agents too. */
  exposure(agentId: string, options?: RequestOptions): Called<"getAgentExposure"> {
    return this.transport.call("getAgentExposure", { path: { agent_id: agentId } }, options);
  }

  delete(agentId: string, options?: RequestOptions): Called<"deleteAgent"> {
    return this.transport.call("deleteAgent", { path: { agent_id: agentId } }, options);
  }

  /** Makes a new key; the old one stops working at once. */
  rotateKey(agentId: string, options?: RequestOptions): Called<"rotateAgentKey"> {
    return this.transport.call("rotateAgentKey", { path: { agent_id: agentId } }, options);
  }

  /** Shows the key of an approved agent to its approver, once, where keys do not travel by mail. */
  revealKey(agentId: string, token: string, options?: RequestOptions): Called<"revealAgentKey"> {
    return this.transport.call("revealAgentKey", { path: { agent_id: agentId }, body: { token } }, options);
  }

  batchDelete(request: Optional<Body<"batchDeleteAgents">>, options?: RequestOptions): Called<"batchDeleteAgents"> {
    return this.transport.call("batchDeleteAgents", { body: request }, options);
  }

  rotateIdentityKeys(agentId: string, options?: RequestOptions): Called<"rotateAgentIdentityKeys"> {
    return this.transport.call("rotateAgentIdentityKeys", { path: { agent_id: agentId } }, options);
  }
}

export type Agent = Schema<"AgentResponse">;

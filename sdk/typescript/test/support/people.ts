/** People and agents on the test server. Every test makes its own, so that none sees another's things. */
import { randomInt, randomUUID } from "node:crypto";
import { inject } from "vitest";
import { createClient, unwrap, type OneclawClient, type Permission } from "../../src/index.js";

export const PASSWORD = "copper-meadow-signal-84";

export function baseUrl(): string {
  return inject("baseUrl");
}

/** `fetch` from a network of its own, because new accounts are limited per network. */
function elsewhere(): typeof fetch {
  const address = `198.18.${randomInt(256)}.${randomInt(256)}`;
  return (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set("x-forwarded-for", address);
    return fetch(url, { ...init, headers });
  };
}

/** A person who is signed in. */
export async function human(): Promise<{ client: OneclawClient; email: string }> {
  const email = `h-${randomUUID()}@example.com`;
  const client = createClient({ baseUrl: baseUrl(), fetch: elsewhere() });
  await unwrap(client.auth.signup({ email, password: PASSWORD }));
  return { client, email };
}

/** A person with a vault, and an agent that may do this everywhere in it. */
export async function household(permissions: Permission[] = ["read", "write"]) {
  const { client, email } = await human();
  const vault = await unwrap(client.vault.create({ name: `v-${randomUUID()}` }));
  const created = await unwrap(client.agents.create({ name: "worker" }));
  const apiKey = created.api_key ?? "";
  if (permissions.length > 0) await unwrap(client.access.grantAgent(vault.id, created.agent.id, permissions));
  const agent = createClient({ baseUrl: baseUrl(), apiKey });
  return { human: client, email, vault, agent, agentId: created.agent.id, apiKey };
}

export function nextMonth(): string {
  return new Date(Date.now() + 30 * 86_400_000).toISOString();
}

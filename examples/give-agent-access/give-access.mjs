import { createClient, unwrap } from "@1claw/sdk";

const baseUrl = process.env.ONECLAW_BASE_URL;

// A human signs in.
const human = createClient({ baseUrl });
await unwrap(human.auth.login({ email: process.env.ONECLAW_EMAIL, password: process.env.ONECLAW_PASSWORD }));

// A vault with two secrets, and an agent, which may do nothing yet.
const stamp = Date.now().toString(36);
const vault = await unwrap(human.vault.create({ name: `production-${stamp}` }));
await unwrap(human.secrets.set(vault.id, "api-keys/openai", "sk-example", { type: "api_key" }));
await unwrap(human.secrets.set(vault.id, "database/password", "s3cret!", { type: "password" }));
const { agent, api_key: apiKey } = await unwrap(human.agents.create({ name: `reader-${stamp}` }));

// One path is opened to it, for reading, until the end of the month after next at the latest.
const policy = await unwrap(
  human.access.grantAgent(vault.id, agent.id, ["read"], {
    secretPathPattern: "api-keys/**",
    expires_at: new Date(Date.now() + 60 * 86_400_000).toISOString(),
  }),
);

// The server says what it would decide, and why.
for (const path of ["api-keys/openai", "database/password"]) {
  const question = { principal_type: "agent", principal_id: agent.id, path, action: "read" };
  const { allowed } = await unwrap(human.access.explain(vault.id, question));
  console.log(`${path}: ${allowed ? "allowed" : "refused"}`);
}

// And so it does.
const client = createClient({ baseUrl, apiKey });
const key = await client.secrets.get(vault.id, "api-keys/openai");
const password = await client.secrets.get(vault.id, "database/password");
console.log("the agent read the key:", key.error === null, "- and the password:", password.error === null);

// Taking it back holds for the next request, also with a token that was issued before.
await unwrap(human.access.revoke(vault.id, policy.id));
const late = await client.secrets.get(vault.id, "api-keys/openai");
console.log("after revoking:", late.error?.message ?? "still open");

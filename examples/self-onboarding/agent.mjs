import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { createClient, AgentsResource, unwrap } from "@1claw/sdk";

const baseUrl = process.env.ONECLAW_BASE_URL;

// Step 1: Self-enroll (first run only)
const enrollment = await AgentsResource.enroll(baseUrl, {
  name: "deploy-bot",
  human_email: process.env.ONECLAW_HUMAN,
});
console.log("Pending:", enrollment.message, enrollment.approval_url);

// Wait for human to approve, then email you the API key and create policies...
const told = createInterface(process.stdin)[Symbol.asyncIterator]();
const [agentId, apiKey, VAULT_ID] = [await told.next(), await told.next(), await told.next()].map(({ value }) => value);

// Steps 3-5: Normal operation (after receiving credentials)
const client = createClient({ baseUrl, agentId, apiKey });

// Read a secret
const secret = await unwrap(client.secrets.get(VAULT_ID, "api-keys/deploy-token"));
console.log("Read: version", secret.version, "of", secret.path);

// Store a newly generated credential
const newSessionKey = randomBytes(24).toString("base64");
await unwrap(client.secrets.set(VAULT_ID, "credentials/session-key", newSessionKey, { type: "api_key" }));

// Share it back to the human
const secretMeta = await unwrap(client.secrets.describe(VAULT_ID, "credentials/session-key"));
const share = await unwrap(
  client.sharing.create(secretMeta.id, {
    recipient_type: "creator",
    expires_at: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  }),
);
console.log("Shared:", share.id);
process.exit();

import { createClient, unwrap } from "@1claw/sdk";

const baseUrl = process.env.ONECLAW_BASE_URL;
const expires_at = new Date(Date.now() + 7 * 86_400_000).toISOString();

const human = createClient({ baseUrl });
await unwrap(human.auth.login({ email: process.env.ONECLAW_EMAIL, password: process.env.ONECLAW_PASSWORD }));
const stamp = Date.now().toString(36);
const vault = await unwrap(human.vault.create({ name: `sharing-${stamp}` }));
const secret = await unwrap(human.secrets.set(vault.id, "wifi/guests", "first password", { type: "password" }));

// Anyone with the link and the words, twice.
const passphrase = "four words said aloud";
const link = await unwrap(
  human.sharing.create(secret.id, { recipient_type: "anyone_with_link", expires_at, max_access_count: 2, passphrase }),
);
const guest = createClient({ baseUrl });
console.log("without the words:", (await guest.sharing.access(link.id)).meta.status);
console.log("with them:", (await unwrap(guest.sharing.access(link.id, { passphrase }))).value);
await unwrap(human.secrets.set(vault.id, "wifi/guests", "second password", { type: "password" }));
console.log("and again, after a change:", (await unwrap(guest.sharing.access(link.id, { passphrase }))).value);
console.log("a third time:", (await guest.sharing.access(link.id, { passphrase })).meta.status);

// With an agent, which accepts it first.
const { agent, api_key: apiKey } = await unwrap(human.agents.create({ name: `printer-${stamp}` }));
const client = createClient({ baseUrl, apiKey });
const given = await unwrap(
  human.sharing.create(secret.id, { recipient_type: "agent", recipient_id: agent.id, expires_at }),
);
console.log("before accepting:", (await client.sharing.access(given.id)).meta.status);
await unwrap(client.sharing.accept(given.id));
console.log("after:", (await unwrap(client.sharing.access(given.id))).value);
await unwrap(human.sharing.revoke(given.id));
console.log("after revoking:", (await client.sharing.access(given.id)).meta.status);

// From an agent back to its human: no address needed.
await unwrap(human.access.grantAgent(vault.id, agent.id, ["read", "write"], { secretPathPattern: "printer/**" }));
const made = await unwrap(client.secrets.set(vault.id, "printer/token", "made by the agent"));
const back = await unwrap(client.sharing.create(made.id, { recipient_type: "creator", expires_at }));
const { shares } = await unwrap(human.sharing.listInbound());
console.log("inbound:", shares.filter(({ id }) => id === back.id).map(({ secret_path }) => secret_path).join());
await unwrap(human.sharing.accept(back.id));
console.log("opened:", (await unwrap(human.sharing.access(back.id))).value);

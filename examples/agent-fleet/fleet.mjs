import { createClient, unwrap } from "@1claw/sdk";

const baseUrl = process.env.ONECLAW_BASE_URL;
const SIZE = 50;

const human = createClient({ baseUrl });
await unwrap(human.auth.login({ email: process.env.ONECLAW_EMAIL, password: process.env.ONECLAW_PASSWORD }));

const stamp = Date.now().toString(36);
const vault = await unwrap(human.vault.create({ name: `fleet-${stamp}` }));
await unwrap(human.secrets.set(vault.id, "shared/model-key", "sk-shared", { type: "api_key" }));

// One agent, one path of its own. Names make the log readable.
async function enlist(number) {
  const name = `worker-${stamp}-${String(number).padStart(2, "0")}`;
  const { agent, api_key: apiKey } = await unwrap(human.agents.create({ name }));
  await unwrap(human.access.grantAgent(vault.id, agent.id, ["read"], { secretPathPattern: "shared/**" }));
  await unwrap(human.access.grantAgent(vault.id, agent.id, ["read", "write"], { secretPathPattern: `agents/${name}/**` }));
  // A whole fleet starts at once: more patience than the usual two more attempts.
  return { id: agent.id, name, client: createClient({ baseUrl, apiKey, maxRetries: 20 }) };
}

const fleet = await Promise.all(Array.from({ length: SIZE }, (_, number) => enlist(number + 1)));
console.log(`${fleet.length} agents`);

// Everyone reads what is shared and leaves a result of its own.
await Promise.all(
  fleet.map(async ({ name, client }) => {
    await unwrap(client.secrets.get(vault.id, "shared/model-key"));
    await unwrap(client.secrets.set(vault.id, `agents/${name}/result`, `done by ${name}`, { type: "note" }));
  }),
);

// Nobody sees what another left.
const [first, second] = fleet;
const foreign = await first.client.secrets.get(vault.id, `agents/${second.name}/result`);
const { secrets } = await unwrap(first.client.secrets.list(vault.id));
console.log(`${first.name} sees ${secrets.length} paths; another's result: ${foreign.error?.message}`);

// Monitoring: who read how much.
const reads = new Map();
for await (const event of human.audit.iterate({ action: "secret.read" })) {
  if (fleet.some(({ id }) => id === event.actor_id)) reads.set(event.actor_id, (reads.get(event.actor_id) ?? 0) + 1);
}
console.log(`${reads.size} agents read, ${[...reads.values()].reduce((sum, count) => sum + count, 0)} readings`);

// One is stopped. Its token ends with it; the others do not notice.
await unwrap(human.agents.update(first.id, { is_active: false }));
const stopped = await first.client.secrets.get(vault.id, "shared/model-key");
const going = await second.client.secrets.get(vault.id, "shared/model-key");
console.log(`${first.name}: ${stopped.error === null ? "running" : "stopped"}, ${second.name}: ${going.error === null ? "running" : "stopped"}`);

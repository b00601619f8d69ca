// How long the server takes for each page when there is much to show.
// Usage: node bench.mjs ORIGIN [SECRETS] [AGENTS]
// Measured over one kept connection on the loopback interface, so a little more than the server's own time.
import { performance } from "node:perf_hooks";
import { OWNER } from "./seed.mjs";
import { api } from "./server.mjs";

const [origin, secrets = "10000", agents = "1000"] = process.argv.slice(2);
const MOST_MS = 50;
const ROUNDS = 21;
const AT_ONCE = 16;

/** Does `act` for 0 to `count`, a few at a time. */
async function each(count, act) {
  let next = 0;
  const worker = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Sends it, again when the server says that it is too soon, and gives the body. */
async function send(token, method, path, body) {
  for (;;) {
    const answer = await api(origin, method, path, token, body);
    if (answer.status < 300) return answer.body;
    if (answer.status !== 429) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    await new Promise((done) => setTimeout(done, 1000));
  }
}

async function fill() {
  const { access_token: owner } = await send("", "POST", "/v1/auth/token", OWNER);
  const vault = (await send(owner, "POST", "/v1/vaults", { name: "Large" })).id;
  let agent;
  await each(Number(agents), async (index) => {
    const made = await send(owner, "POST", "/v1/agents", { name: `agent-${index}` });
    agent ??= made.agent.id;
  });
  await each(Number(secrets), (index) =>
    send(owner, "PUT", `/v1/vaults/${vault}/secrets/team-${index % 50}/service-${index % 400}/key-${index}`, { value: `value ${index}`, type: "api_key" }),
  );
  await send(owner, "POST", `/v1/vaults/${vault}/policies`, { principal_type: "agent", principal_id: agent, secret_path_pattern: "team-1/**", permissions: ["read"] });
  return { vault, agent };
}

async function signIn() {
  const body = new URLSearchParams(OWNER);
  const answer = await fetch(`${origin}/signin`, { method: "POST", headers: { origin }, body, redirect: "manual" });
  if (answer.status !== 303) throw new Error(`signing in answered ${answer.status}`);
  return answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

async function medianOf(path, cookie) {
  const times = [];
  while (times.length < ROUNDS) {
    const begin = performance.now();
    const answer = await fetch(origin + path, { headers: { cookie }, redirect: "manual" });
    await answer.arrayBuffer();
    const took = performance.now() - begin;
    if (answer.status === 429) {
      await new Promise((done) => setTimeout(done, 1000));
      continue;
    }
    times.push(took);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  }
  return times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)];
}

const { vault, agent } = await fill();
const cookie = await signIn();
const paths = [
  "/", "/enrollments", "/approvals", "/agents", `/agents/${agent}`, "/vaults", `/vaults/${vault}`, `/vaults/${vault}?folder=team-1`,
  `/vaults/${vault}?q=key-77`, `/vaults/${vault}/policies`, `/vaults/${vault}/settings`, `/vaults/${vault}/secrets/team-0/service-0/key-0`,
  `/vaults/${vault}/policies/new?principal_id=agent:${agent}&secret_path_pattern=team-2/**&permissions=read`,
  `/access?vault=${vault}&path=team-1/service-1/key-1`, `/access?principal=agent:${agent}`, "/shares", "/audit", "/outbox", "/members",
  "/keys", "/webhooks", "/settings", "/settings/organisation", "/security", "/system", "/search?q=agent-5",
];
console.log(`${secrets} secrets, ${agents} agents; the median of ${ROUNDS} requests each, at most ${MOST_MS} ms`);
for (const path of paths) {
  const median = await medianOf(path, cookie);
  const isSlow = median > MOST_MS;
  if (isSlow) process.exitCode = 1;
  console.log(`${median.toFixed(1).padStart(8)} ms  ${path.replaceAll(vault, "{vault}").replaceAll(agent, "{agent}")}${isSlow ? "  TOO SLOW" : ""}`);
}

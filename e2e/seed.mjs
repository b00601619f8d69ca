// Fills a demonstration server with people, agents and secrets as a small team would have them, through the API.

export const OWNER = { email: "owner@example.com", password: "try-the-vault-at-home" };

/** Values that no page shows unasked. */
export const VALUES = ["sk-proj-T0qBZk3vWm81", "sk_live_51Hx", "correct-horse-9", "battery-staple-4", "dpl_8f2c41"];

/** Sends JSON and gives back JSON; any other status than the expected ones is an error. */
async function call(origin, method, path, token, body) {
  const response = await fetch(origin + path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok && response.status !== 403) {
    throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  }
  return text ? JSON.parse(text) : {};
}

const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Gives the ids of what the pages show. */
export async function seed(origin) {
  const signedIn = await call(origin, "POST", "/v1/auth/token", "", OWNER);
  const owner = signedIn.access_token;
  const post = (path, body, token = owner) => call(origin, "POST", path, token, body);
  const put = (vault, path, value, more = {}) =>
    call(origin, "PUT", `/v1/vaults/${vault}/secrets/${path}`, owner, { value, ...more });

  const production = await post("/v1/vaults", { name: "Production", description: "What the live systems run on" });
  const empty = await post("/v1/vaults", { name: "Newcomers", description: "" });
  const staging = await post("/v1/vaults", { name: "Staging", description: "" });
  const openai = await put(production.id, "api-keys/openai", "sk-proj-old-Zk3vT0qB", { type: "api_key" });
  await put(production.id, "api-keys/openai", "sk-proj-T0qBZk3vWm81", { type: "api_key" });
  await put(production.id, "api-keys/stripe", "sk_live_51Hx", { type: "api_key", expires_at: inDays(20) });
  await put(production.id, "api-keys/github", "ghp_9aL", { type: "api_key" });
  await put(production.id, "database/primary/password", "correct-horse-9", { type: "password" });
  await put(production.id, "database/primary/url", "postgres://app@db/app", { type: "generic" });
  await put(production.id, "database/replica/password", "battery-staple-4", { type: "password" });
  await put(production.id, "tls/example-com", "-----BEGIN CERTIFICATE-----", { type: "certificate" });
  const app = ["LOG_LEVEL=info", "REGION=eu-west-1", "FEATURE_FLAGS=on"];
  await put(production.id, "apps/web/env", app.join("\n"), { type: "env_bundle" });
  app[0] = "LOG_LEVEL=debug";
  app.push("CACHE_SECONDS=300");
  await put(production.id, "apps/web/env", app.join("\n"), { type: "env_bundle" });
  await put(staging.id, "api-keys/openai", "sk-test-1", { type: "api_key" });

  const agent = async (name, description) => {
    const made = await post("/v1/agents", { name, description });
    const token = await call(origin, "POST", "/v1/auth/agent-token", "", {
      agent_id: made.agent.id,
      api_key: made.api_key,
    });
    return { id: made.agent.id, token: token.access_token };
  };
  const deploy = await agent("deploy-bot", "Rolls out the web application after each merge");
  const reporter = await agent("weekly-report", "Writes the weekly numbers");
  const idle = await post("/v1/agents", { name: "invoice-reader", description: "" });

  const allow = (vault, id, pattern, permissions, more = {}) =>
    post(`/v1/vaults/${vault}/policies`, {
      principal_type: "agent",
      principal_id: id,
      secret_path_pattern: pattern,
      permissions,
      ...more,
    });
  await allow(production.id, deploy.id, "api-keys/**", ["read"]);
  await allow(production.id, deploy.id, "apps/web/**", ["read", "write"]);
  await allow(production.id, deploy.id, "api-keys/stripe", ["read"], { effect: "deny", priority: 10 });
  await allow(production.id, reporter.id, "database/replica/*", ["read"], { expires_at: inDays(14) });

  const read = (who, path) => call(origin, "GET", `/v1/vaults/${production.id}/secrets/${path}`, who.token);
  for (const path of ["api-keys/openai", "api-keys/github", "apps/web/env", "api-keys/stripe", "database/primary/password"]) {
    await read(deploy, path);
  }
  await read(reporter, "database/replica/password");

  const built = await call(origin, "PUT", `/v1/vaults/${production.id}/secrets/apps/web/deploy-token`, deploy.token, {
    value: "dpl_8f2c41",
    type: "api_key",
  });
  const share = (token, secret, body) => post(`/v1/secrets/${secret}/share`, { expires_at: inDays(7), ...body }, token);
  await share(deploy.token, built.id, { recipient_type: "creator", max_access_count: 3 });
  const link = await share(owner, openai.id, { recipient_type: "anyone_with_link", max_access_count: 1 });

  const ask = (name, description) =>
    call(origin, "POST", "/v1/agents/enroll", "", { name, description, human_email: OWNER.email });
  const enrolment = await ask("claude-code on ana-laptop", "Coding agent. Needs the OpenAI key to run the evaluation suite.");
  await ask("nightly-backup", "");
  const wishful = await call(origin, "POST", "/v1/agents/enroll", "", {
    name: "evaluation-runner",
    description: "Runs the evaluation suite every night.",
    human_email: OWNER.email,
    requested_access: [
      { vault: "Production", path_pattern: "api-keys/*", permissions: ["read"], duration_seconds: 28_800, reason: "The suite calls three providers." },
      { vault: "Results", path_pattern: "evaluation/**", permissions: ["read", "write"], reason: "To keep what came of it." },
    ],
  });

  const question = await post(
    "/v1/approvals/request",
    {
      action: "Rotate the Stripe key",
      target_type: "vault",
      target_id: production.id,
      reason: "The present key expires in three weeks.",
      summary: { vault_id: production.id, path_pattern: "api-keys/stripe", permissions: ["read"] },
    },
    deploy.token,
  );
  const webhook = await post("/v1/webhooks", {
    url: "https://hooks.example.com/1claw",
    events: ["agent.enrolled", "secret.written"],
    description: "Tells the chat of the team",
  });
  await post("/v1/org/invite", { email: "cleo@example.com", role: "member" });
  await post("/v1/auth/api-keys", { name: "backup script", scopes: ["database/**"], expires_at: inDays(10) });
  await post("/v1/auth/api-keys", { name: "laptop", scopes: [] });

  return {
    approval: new URL(question.review_url).pathname,
    webhook: webhook.webhook?.id ?? webhook.id,
    production: production.id,
    staging: staging.id,
    deploy: deploy.id,
    idle: idle.agent.id,
    share: link.id,
    enrolment: new URL(enrolment.approval_url).pathname,
    wishful: new URL(wishful.approval_url).pathname,
    empty: empty.id,
  };
}

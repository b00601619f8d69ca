// What people do, in a real browser against the real binary, with scripts and without. A journey also fails when the
// browser complains: about an error, a request that leaves the server, or something that the content policy forbids.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createHmac } from "node:crypto";
import { OWNER } from "./seed.mjs";
import { api, launch, openPage, signIn, startServer } from "./server.mjs";

let server;
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Tests on a server of their own: an address gets a mail about a request to join every ten minutes at most. */
function onServer(name, define) {
  describe(name, () => {
    before(async () => {
      server = await startServer();
    });
    after(() => server?.stop());
    define();
  });
}

/** Runs `walk` with a page of its own; what the browser complained about fails it. */
async function journey(options, walk) {
  const { context, page, complaints } = await openPage(browser, server.origin, options);
  try {
    await walk(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Asks to be let in as an agent, and gives what the server answered. */
async function enrol(name, description, requested_access) {
  const body = { name, description, human_email: OWNER.email, requested_access };
  const asked = await api(server.origin, "POST", "/v1/agents/enroll", "", body);
  assert.equal(asked.status, 201);
  return asked.body;
}

async function ownerToken() {
  const signedIn = await api(server.origin, "POST", "/v1/auth/token", "", OWNER);
  return signedIn.body.access_token;
}

/** An agent with a vault of the owner and one secret in it that the agent may read and write beside. */
async function agentWithVault(name) {
  const owner = await ownerToken();
  const vault = (await api(server.origin, "POST", "/v1/vaults", owner, { name: `vault of ${name}` })).body;
  const made = (await api(server.origin, "POST", "/v1/agents", owner, { name })).body;
  const policy = { principal_type: "agent", principal_id: made.agent.id, secret_path_pattern: "own/**", permissions: ["read", "write"] };
  assert.equal((await api(server.origin, "POST", `/v1/vaults/${vault.id}/policies`, owner, policy)).status, 201);
  const token = await tokenOf(made.agent.id, made.api_key);
  return { owner, vault: vault.id, agent: made.agent.id, token };
}

async function tokenOf(agent, key) {
  const exchanged = await api(server.origin, "POST", "/v1/auth/agent-token", "", { agent_id: agent, api_key: key });
  assert.equal(exchanged.status, 200);
  return exchanged.body.access_token;
}

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "with scripts" : "without scripts";
  const options = { javaScriptEnabled };
  // Each way of walking has people and things of its own.
  const own = (name) => `${name}-${javaScriptEnabled ? "on" : "off"}`;

  onServer(scripts, () => {
    test("somebody signs up, makes a vault and puts a secret in", () =>
      journey(options, async (page) => {
        const person = { email: `${own("ana")}@example.com`, password: "four unrelated quiet words" };
        await page.goto("/signup");
        await page.getByLabel("Email address").fill(person.email);
        await page.getByLabel("Password").fill(person.password);
        await press(page, "Create account");
        await page.waitForURL("**/");
        await page.goto("/vaults");
        await page.getByLabel("Name").fill("First");
        await press(page, "Make vault");
        await page.getByRole("link", { name: "Add a secret" }).click();
        await page.getByLabel("Path").fill("api-keys/first");
        await page.getByLabel("Value").fill("sk-canary-value");
        await press(page, "Save secret");
        await page.goto(page.url().split("/secrets/")[0]);
        assert.ok(await page.getByText("api-keys").first().isVisible());
        assert.ok(!(await page.content()).includes("sk-canary-value"), "a list shows no value");
        await page.goto(`${page.url().split("?")[0]}/secrets/api-keys/first`);
        assert.ok(!(await page.content()).includes("sk-canary-value"), "a value is shown on request alone");
        await press(page, "Show value");
        await page.getByText("sk-canary-value").first().waitFor();
      }));

    test("an agent asks, is let in from the mail with a narrow policy, and reads no more than that", () =>
      journey(options, async (page) => {
        const owner = await ownerToken();
        const vault = (await api(server.origin, "POST", "/v1/vaults", owner, { name: own("narrow") })).body.id;
        const put = (path) => api(server.origin, "PUT", `/v1/vaults/${vault}/secrets/${path}`, owner, { value: path, type: "api_key" });
        await put("api-keys/openai");
        await put("database/password");
        const name = own("narrow-bot");
        await enrol(name, "Runs the evaluation", [
          { vault: own("narrow"), path_pattern: "**", permissions: ["read", "write"], reason: "I read and write everything" },
        ]);

        await signIn(page);
        await page.goto("/outbox");
        const letter = page.locator("details", { hasText: name }).first();
        const link = await letter.locator("a[href*='/enroll/']").first().getAttribute("href");
        await page.goto(new URL(link).pathname);
        assert.ok(await page.getByText("Opening this page changed nothing").isVisible());
        await page.getByLabel("Paths").fill("api-keys/*");
        await page.getByLabel("write", { exact: true }).uncheck();
        await press(page, "Approve");
        await page.getByText("One policy was written for it, exactly as you confirmed").waitFor();
        await press(page, "Create key");
        const key = (await page.locator("code.value").first().textContent()).trim();
        await page.getByRole("link", { name: "Open the agent’s page" }).click();
        const agent = new URL(page.url()).pathname.split("/").pop();
        const token = await tokenOf(agent, key);
        const at = (path) => `/v1/vaults/${vault}/secrets/${path}`;
        const status = async (...call) => (await api(server.origin, ...call)).status;
        assert.equal(await status("GET", at("api-keys/openai"), token), 200);
        assert.equal(await status("GET", at("database/password"), token), 403);
        assert.equal(await status("PUT", at("api-keys/openai"), token, { value: "x" }), 403);
      }));

    test("a request that is a nuisance is reported, and its sender does not notice", () =>
      journey(options, async (page) => {
        const nuisance = { email: `${own("reporter")}@example.com`, password: "four unrelated quiet words" };
        await api(server.origin, "POST", "/v1/auth/signup", "", nuisance);
        const ask = (name) =>
          api(server.origin, "POST", "/v1/agents/enroll", "", { name, human_email: nuisance.email });
        const first = await ask("nuisance");
        await signIn(page, nuisance);
        await page.goto("/enrollments");
        await page.getByRole("row", { name: /nuisance/ }).getByRole("link").first().click();
        await page.getByText("Report it").click();
        await press(page, "Deny and report");
        await page.getByText("are neither shown nor mailed to you").waitFor();
        const second = await ask("nuisance again");
        assert.deepEqual(Object.keys(second.body), Object.keys(first.body));
        assert.equal(second.status, first.status);
        await page.goto("/enrollments");
        assert.equal(await page.getByText("nuisance again").count(), 0);
        await page.goto("/audit?action=enroll.reported");
        await page.getByRole("row", { name: /enroll\.reported/ }).first().waitFor();
      }));

    test("what was typed survives the end of the session, and is sent when its writer says so", () =>
      journey({ ...options, expects: ["403 (Forbidden)"] }, async (page, context) => {
        const owner = await ownerToken();
        const vault = (await api(server.origin, "POST", "/v1/vaults", owner, { name: own("resumed") })).body.id;
        await signIn(page);
        await page.goto(`/vaults/${vault}/new`);
        await page.getByLabel("Path").fill("long/work");
        await page.getByLabel("Value").fill("two lines\nof careful typing");
        await context.clearCookies();
        await press(page, "Save secret");
        await page.getByText("What you typed is kept on this page").waitFor();
        await page.getByLabel("Email address").fill(OWNER.email);
        await page.getByLabel("Password").fill("not the password");
        await press(page, "Sign in");
        await page.getByLabel("Password").fill(OWNER.password);
        await press(page, "Sign in");
        await page.getByRole("heading", { name: "You are signed in again" }).waitFor();
        const read = async () => api(server.origin, "GET", `/v1/vaults/${vault}/secrets/long/work`, owner);
        assert.equal((await read()).status, 404, "signing in sends nothing");
        await press(page, "Send it now");
        await page.waitForURL(`**/vaults/${vault}/**`);
        assert.equal((await read()).body.value.replaceAll("\r", ""), "two lines\nof careful typing");
      }));

    test("a file of variables is reviewed before anything is written", () =>
      journey(options, async (page) => {
        const owner = await ownerToken();
        const vault = (await api(server.origin, "POST", "/v1/vaults", owner, { name: own("imported") })).body.id;
        const at = (path) => `/v1/vaults/${vault}/secrets/${path}`;
        await api(server.origin, "PUT", at("web/KEPT"), owner, { value: "as it was", type: "generic" });
        await signIn(page);
        await page.goto(`/vaults/${vault}/import`);
        await page.getByLabel("Into the folder").fill("web");
        await page.getByLabel("Variables").fill("KEPT=other\nNEW='a b'\nLEFT=out");
        await press(page, "Review");
        await page.getByText("3 variables, not written yet").waitFor();
        await page.getByRole("row", { name: /LEFT/ }).getByRole("checkbox").uncheck();
        await press(page, "Import what is ticked");
        await page.getByText("1 of 3 variables were written").waitFor();
        const value = async (path) => (await api(server.origin, "GET", at(path), owner)).body.value;
        assert.deepEqual([await value("web/KEPT"), await value("web/NEW"), await value("web/LEFT")], ["as it was", "a b", undefined]);
      }));

    test("the connection of an agent turns green with its first call", () =>
      journey(options, async (page) => {
        const owner = await ownerToken();
        const made = (await api(server.origin, "POST", "/v1/agents", owner, { name: own("fresh") })).body;
        await signIn(page);
        await page.goto(`/agents/${made.agent.id}?tab=connect`);
        await page.getByText("Waiting for its first call").waitFor();
        await tokenOf(made.agent.id, made.api_key);
        if (!javaScriptEnabled) await page.getByRole("link", { name: "Check again" }).click();
        await page.getByText("Connected.").waitFor();
      }));

    test("a policy is previewed, saved, explained and removed", () =>
      journey(options, async (page) => {
        const { owner, vault, agent } = await agentWithVault(own("builder-bot"));
        await api(server.origin, "PUT", `/v1/vaults/${vault}/secrets/tls/cert`, owner, { value: "v", type: "generic" });
        await signIn(page);
        await page.goto(`/vaults/${vault}/policies/new?principal_id=agent:${agent}&permissions=read`);
        await page.getByLabel("on the paths").fill("tls/**");
        if (!javaScriptEnabled) await press(page, "Preview");
        await page.getByRole("heading", { name: "Matches 1 secret" }).waitFor();
        await press(page, "Save policy");
        await page.goto(`/access?vault=${vault}&path=tls/cert`);
        await page.locator("table").getByText(own("builder-bot")).first().waitFor();
        await page.goto(`/vaults/${vault}/policies`);
        const row = page.getByRole("row", { name: /tls/ });
        await row.getByRole("button", { name: /^Remove/ }).click();
        if (javaScriptEnabled) await press(page, "Remove policy");
        await page.getByText("The policy is removed").waitFor();
        assert.equal(await page.getByRole("row", { name: /tls/ }).count(), 0);
      }));

    test("an agent shares back, and the human accepts and opens it", () =>
      journey(options, async (page) => {
        const { vault, token } = await agentWithVault(own("share-bot"));
        const path = own("own/result");
        const made = await api(server.origin, "PUT", `/v1/vaults/${vault}/secrets/${path}`, token, { value: "the-result", type: "generic" });
        const until = new Date(Date.now() + 86_400_000).toISOString();
        const shared = await api(server.origin, "POST", `/v1/secrets/${made.body.id}/share`, token, { recipient_type: "creator", expires_at: until });
        assert.equal(shared.status, 201);
        await signIn(page);
        await page.goto("/shares");
        await page.getByRole("button", { name: `Accept ${path}` }).click();
        await page.getByRole("link", { name: `Open ${path}` }).click();
        await press(page, "Show the secret");
        assert.equal((await page.locator("code.value").first().textContent()).trim(), "the-result");
      }));

    test("the audit log is filtered, verified, and every filter can be taken off", () =>
      journey(options, async (page) => {
        await agentWithVault(own("audited-bot"));
        await signIn(page);
        await page.goto("/audit");
        await page.getByText(/The (log|newest part of the log) is whole/).waitFor();
        await page.getByLabel("Action").selectOption("vault.create");
        await press(page, "Filter");
        await page.waitForURL(/action=vault\.create/);
        const actions = await page.locator("table").last().getByRole("row").allTextContents();
        assert.ok(actions.slice(1).every((row) => row.includes("vault.create")), actions.join("\n"));
        await page.getByRole("link", { name: "Remove all" }).click();
        await page.waitForURL("**/audit");
      }));

    test("markup, reordering and floods in the words of an agent stay words, on every page", () =>
      journey({ ...options, expects: ["404 (Not Found)"] }, async (page) => {
        const markup = `"><script>document.title="owned"</script><img src=x onerror=alert(1)>`;
        const hostile = { name: `${markup}${own("evil")}`, description: `${markup} ${"A".repeat(1900)}`, human_email: OWNER.email };
        const ask = (more) => api(server.origin, "POST", "/v1/agents/enroll", "", { ...hostile, ...more });
        for (const refused of [{ name: `evil\u202etxt` }, { name: "A".repeat(10_240) }, { description: markup.repeat(200) }]) {
          assert.equal((await ask(refused)).status, 400, "what reorders or floods is not taken");
        }
        const reason = `${markup} ${"B".repeat(300)}`;
        const asked = await ask({ requested_access: [{ vault: markup, path_pattern: "**", permissions: ["read"], reason }] });
        assert.equal(asked.status, 201);

        // The same words from an agent that is in: on its own page, in the log, in what it shares and asks.
        const { agent, vault, token } = await agentWithVault(`${markup}${own("in")}`);
        const made = await api(server.origin, "PUT", `/v1/vaults/${vault}/secrets/own/x`, token, { value: "v", type: "generic" });
        const until = new Date(Date.now() + 86_400_000).toISOString();
        const share = { recipient_type: "creator", expires_at: until };
        assert.equal((await api(server.origin, "POST", `/v1/secrets/${made.body.id}/share`, token, share)).status, 201);
        const question = { action: markup, target_type: "vault", target_id: vault, reason, summary: { note: markup } };
        const pending = await api(server.origin, "POST", "/v1/approvals/request", token, question);
        assert.ok(pending.status < 300, JSON.stringify(pending.body));

        await signIn(page);
        const pages = [
          "/", "/enrollments", "/outbox", "/audit", "/agents", `/agents/${agent}`, `/agents/${agent}?tab=connect`,
          `/agents/${agent}?tab=activity`, "/shares", "/approvals", new URL(pending.body.review_url).pathname, "/vaults",
          `/vaults/${vault}`, `/vaults/${vault}/policies`, `/vaults/${vault}/policies/new`, `/vaults/${vault}/secrets/own/x`,
          `/vaults/${vault}/settings`, `/access?principal=agent:${agent}`, `/access?vault=${vault}&path=own/x`, "/search?q=script",
          `/audit?actor=agent:${agent}`, new URL(asked.body.approval_url).pathname,
        ];
        for (const path of pages) {
          await page.goto(path);
          assert.notEqual(await page.title(), "owned", path);
          assert.equal(await page.locator("img[src='x'], script:not([src])").count(), 0, path);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(wide <= 0, `${path} is ${wide} px wider than the screen`);
        }
        assert.ok(await page.getByText("<script>").first().isVisible(), "it is shown, as words");
        await page.getByLabel("Reason").first().fill("no");
        await press(page, "Deny");
        await page.getByRole("heading", { name: "The agent was turned away" }).waitFor();
        assert.notEqual(await page.title(), "owned");
      }));
  });
}

/** The code of an authenticator app (RFC 6238) for a secret in base 32. */
function codeOf(secret, at = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** A person with an account of their own, signed in on `page`. */
async function newPerson(page, name) {
  const person = { email: `${name}@example.com`, password: "four unrelated quiet words" };
  const made = await api(server.origin, "POST", "/v1/auth/signup", "", person);
  assert.ok(made.status < 300, JSON.stringify(made));
  await signIn(page, person);
  await page.waitForURL("**/");
  return person;
}

onServer("with authenticators and without a mouse", () => {
  test("the palette finds a place and goes there", () =>
    journey({}, async (page) => {
      await newPerson(page, "palette");
      await page.keyboard.press("Control+k");
      await page.waitForSelector("#palette-results a");
      await page.keyboard.type("webho");
      await page.waitForFunction(() => document.querySelectorAll("#palette-results a").length === 1);
      await page.keyboard.press("Enter");
      await page.waitForURL("**/webhooks");
      await page.keyboard.press("Control+k");
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("dialog[open]").count(), 0);
    }));

  test("an authenticator app is set up, and asked for with the next sign-in", () =>
    journey({}, async (page, context) => {
      const person = await newPerson(page, "mfa");
      await page.goto("/security");
      await press(page, "Set up an app");
      const secret = await page.locator("pre[data-copy]").textContent();
      await page.getByLabel("Code that the app shows").fill(codeOf(secret));
      await press(page, "Switch on");
      const recovery = (await page.locator("pre[data-copy]").textContent()).trim().split("\n")[0];
      await context.clearCookies();
      await signIn(page, person);
      await page.getByRole("heading", { name: "Enter your code" }).waitFor();
      await page.getByLabel("Code").fill(recovery);
      await press(page, "Sign in");
      await page.waitForURL("**/");
    }));

  test("a passkey is made, and signs in without a password", () =>
    journey({}, async (page, context) => {
      const session = await context.newCDPSession(page);
      await session.send("WebAuthn.enable");
      const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
      await session.send("WebAuthn.addVirtualAuthenticator", { options });
      await newPerson(page, "passkey");
      await page.goto("/security");
      await page.getByLabel("Name, for you to tell them apart").fill("Laptop");
      await press(page, "Add a passkey");
      await page.getByText("not used yet").waitFor();
      await context.clearCookies();
      // The browser offers it in the field for the address, and this authenticator says yes at once.
      await page.goto("/signin");
      await page.waitForURL(`${server.origin}/`);
      await page.goto("/security");
      await page.getByText("last used").waitFor();
    }));

  test("an agent can be let in with the keyboard alone", () =>
    journey({}, async (page) => {
      const tabTo = async (locator) => {
        for (let step = 0; step < 60; step += 1) {
          if (await locator.evaluate((element) => element === document.activeElement)) return;
          await page.keyboard.press("Tab");
        }
        assert.fail(`the keyboard does not reach ${locator}`);
      };
      const name = "keyboard-bot";
      const { approval_url: link } = await enrol(name, "");
      await page.goto(new URL(link).pathname);
      await tabTo(page.getByLabel("Email address"));
      await page.keyboard.type(OWNER.email);
      await tabTo(page.getByLabel("Password"));
      await page.keyboard.type(OWNER.password);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "An agent asks to join" }).waitFor();
      const approve = page.getByRole("button", { name: "Approve", exact: true });
      await tabTo(approve);
      const outline = await approve.evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, "none", "the focus can be seen");
      await page.keyboard.press("Enter");
      const create = page.getByRole("button", { name: "Create key" });
      await create.waitFor();
      await tabTo(create);
      await page.keyboard.press("Enter");
      await page.locator("code.value").first().waitFor();
    }));
});

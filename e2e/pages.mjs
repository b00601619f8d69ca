// Every page that somebody who is signed in can open, for those that look at all of them: a name and an address.

export const signedInPages = (ids) => [
  ["home", "/"],
  ["enrolment", ids.enrolment],
  ["enrolment-access", ids.wishful],
  ["requests", "/enrollments"],
  ["approvals", "/approvals"],
  ["approvals-decided", "/approvals?tab=decided"],
  ["approval", ids.approval],
  ["agents", "/agents"],
  ["agent", `/agents/${ids.deploy}`],
  ["agent-connect", `/agents/${ids.deploy}?tab=connect`],
  ["agent-activity", `/agents/${ids.deploy}?tab=activity`],
  ["agent-new", `/agents/${ids.idle}`],
  ["agent-new-connect", `/agents/${ids.idle}?tab=connect`],
  ["vaults", "/vaults"],
  ["vault", `/vaults/${ids.production}`],
  ["vault-folder", `/vaults/${ids.production}?folder=database`],
  ["vault-new-secret", `/vaults/${ids.production}/new`],
  ["vault-import", `/vaults/${ids.production}/import`],
  ["vault-policies", `/vaults/${ids.production}/policies`],
  ["vault-settings", `/vaults/${ids.production}/settings`],
  ["secret", `/vaults/${ids.production}/secrets/apps/web/env`],
  ["policy-builder", `/vaults/${ids.production}/policies/new?principal_id=agent:${ids.idle}&secret_path_pattern=database/**&permissions=read&test_path=api-keys/openai`],
  ["access-path", `/access?vault=${ids.production}&path=api-keys/openai`],
  ["access-principal", `/access?principal=agent:${ids.deploy}`],
  ["shares", "/shares"],
  ["shares-outbound", "/shares?tab=outbound"],
  ["audit", "/audit"],
  ["audit-filtered", "/audit?action=secret.read"],
  ["outbox", "/outbox"],
  ["members", "/members"],
  ["keys", "/keys"],
  ["webhooks", "/webhooks"],
  ["webhook", `/webhooks/${ids.webhook}`],
  ["settings", "/settings"],
  ["security", "/security"],
  ["organisation", "/settings/organisation"],
  ["system", "/system"],
  ["search", "/search?q=api-keys/openai"],
  ["filtered-empty", `/vaults/${ids.production}?q=nothing-like-this`],
  ["empty", `/vaults/${ids.empty}`],
  ["not-found", "/vaults/0192f3a0-0000-7000-8000-000000000000"],
];

export const openPages = (ids) => [
  ["signin", "/signin"],
  ["signup", "/signup"],
  ["forgot-password", "/forgot-password"],
  ["share-open", `/share/${ids.share}`],
];

const button = (name) => async (page) => {
  await page.getByRole("button", { name }).first().click();
  await page.waitForLoadState("networkidle");
};

/** Pages that come only after something was done: a name, an address, and what is done there. */
export const actedPages = (ids) => [
  ["secret-shown", `/vaults/${ids.production}/secrets/api-keys/openai`, button("Show value")],
  ["versions-compared", `/vaults/${ids.production}/secrets/apps/web/env`, button("Compare")],
  [
    "import-review",
    `/vaults/${ids.production}/import`,
    async (page) => {
      await page.getByLabel("Into the folder").fill("apps/web");
      await page.getByLabel("Variables").fill("env=already\nDATABASE_URL=postgres://\nCACHE=on");
      await button("Review")(page);
    },
  ],
  ["confirmation", "/keys", (page) => page.getByRole("button", { name: /^Revoke/ }).first().click()],
  [
    "form-refused",
    "/vaults",
    async (page) => {
      await page.getByLabel("Name", { exact: true }).fill("Production");
      await button("Make vault")(page);
    },
  ],
  ["palette", "/", (page) => page.keyboard.press("Control+k").then(() => page.waitForSelector("#palette-results a"))],
];

/** What the browser says about pages that are meant to be missing or refused. */
export const EXPECTED = ["404 (Not Found)", "409 (Conflict)", "400 (Bad Request)"];

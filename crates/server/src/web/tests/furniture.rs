//! A site with one of everything.

use super::browser::{Browser, Site, between};
use crate::test_app::{PASSWORD, PUBLIC_URL};
use serde_json::{Value, json};

/// Whose site it is.
pub(super) const OWNER: &str = "ana@example.org";
/// What begins every value on it.
pub(super) const CANARY: &str = "sk-canary";

/// The path of a link of ours.
pub(super) fn path(url: &Value) -> String {
    let url = url.as_str().unwrap();
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

impl Site {
    /// An agent asks to join; gives the page on which that is decided.
    pub(super) async fn ask(&self, name: &str, email: Option<&str>) -> String {
        let asked = json!({ "name": name, "description": name, "human_email": email });
        let asked = self.server.post("/v1/agents/enroll", "", asked).await;
        path(&asked.expect(201).json()["approval_url"])
    }

    /// Shares a secret until the end of the year; gives the share's page.
    pub(super) async fn share(
        &self,
        token: &str,
        secret: &str,
        recipient: &str,
        more: Value,
    ) -> String {
        let mut share =
            json!({ "recipient_type": recipient, "expires_at": "2026-12-31T00:00:00Z" });
        share
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().cloned().unwrap_or_default());
        let url = format!("/v1/secrets/{secret}/share");
        let share = self
            .server
            .post(&url, token, share)
            .await
            .expect(201)
            .json();
        format!("/share/{}", share["id"].as_str().unwrap())
    }

    /// Puts one of everything on the site, and gives the address of every page.
    pub(super) async fn furnish(&self) -> Vec<String> {
        let mut ana = self.signed_in(OWNER).await;
        let mut pages: Vec<String> = [
            "/",
            "/signup",
            "/signin",
            "/forgot-password",
            "/enrollments",
            "/agents",
            "/vaults",
            "/shares",
            "/shares?tab=outbound",
        ]
        .map(str::to_owned)
        .to_vec();
        pages.extend(
            [
                "/approvals",
                "/approvals?tab=decided",
                "/members",
                "/keys",
                "/webhooks",
                "/system",
            ]
            .map(str::to_owned),
        );
        pages.extend(["/settings", "/settings/organisation", "/security"].map(str::to_owned));
        pages.push(self.webhook(&mut ana).await);
        pages.extend(["/audit", "/audit?offset=50", "/outbox", "/setup/stp_x"].map(str::to_owned));
        pages.extend(self.vaults_and_agents(&mut ana).await);
        pages.extend(self.requests(&mut ana).await);
        pages.extend(self.mailed_links(&mut ana).await);
        pages
    }

    /// A webhook to which something was sent, an invitation, and a key.
    async fn webhook(&self, ana: &mut Browser<'_>) -> String {
        let fields = [
            ("url", "https://hooks.example.com/"),
            ("events", "vault.created"),
        ];
        let made = ana.submit("/webhooks", "/webhooks", &fields).await;
        let page = between(&made.expect(200).body, "href=\"/webhooks/", "\"").to_owned();
        let page = format!("/webhooks/{page}");
        ana.submit(&page, &format!("{page}/test"), &[])
            .await
            .expect(303);
        let fields = [("email", "cleo@example.org"), ("role", "member")];
        ana.submit("/members", "/members", &fields)
            .await
            .expect(303);
        ana.submit("/keys", "/keys", &[("name", "ci")])
            .await
            .expect(200);
        page
    }

    async fn vaults_and_agents(&self, ana: &mut Browser<'_>) -> Vec<String> {
        let owner = self.server.sign_in(OWNER).await;
        let vault = self.server.create_vault(&owner.token, "Production").await;
        let secret = self
            .server
            .put(&owner.token, &vault, "api-keys/openai", CANARY)
            .await;
        self.server
            .put(&owner.token, &vault, "api-keys/openai", CANARY)
            .await;
        let bot = self.server.create_agent(&owner, "deploy-bot").await;
        self.server
            .allow(&owner, &vault, &bot, "**", &["read", "write"])
            .await;
        let own = self
            .server
            .put(&bot.token, &vault, "made-by-bot", CANARY)
            .await;
        let off = self.server.create_agent(&owner, "switched-off").await;
        let page = format!("/agents/{}", off.id);
        ana.submit(&page, &format!("{page}/deactivate"), &[])
            .await
            .expect(303);
        vec![
            format!("/vaults/{vault}"),
            format!("/vaults/{vault}?folder=api-keys&q=open"),
            format!("/vaults/{vault}/new"),
            format!("/vaults/{vault}/import"),
            format!("/vaults/{vault}/settings"),
            format!("/vaults/{vault}/policies"),
            format!("/vaults/{vault}/secrets/api-keys/openai"),
            format!(
                "/vaults/{vault}/policies/new?principal_id=agent:{}&secret_path_pattern=**&permissions=read&test_path=a",
                bot.id
            ),
            format!("/access?vault={vault}&path=api-keys/openai&action=read"),
            format!("/access?principal=agent:{}", bot.id),
            "/search?q=api-keys/openai".to_owned(),
            format!("/agents/{}", bot.id),
            format!("/agents/{}?tab=connect&for=curl", bot.id),
            format!("/agents/{}?tab=activity", bot.id),
            format!(
                "/audit?actor=agent:{}&action=secret.list&from=2026-11-01",
                bot.id
            ),
            page,
            self.share(&bot.token, &own, "creator", Value::Null).await,
            self.share(
                &owner.token,
                &secret,
                "anyone_with_link",
                json!({ "max_access_count": 1 }),
            )
            .await,
        ]
    }

    /// A request that waits, one that was denied, one that was approved, and the link to its key.
    async fn requests(&self, ana: &mut Browser<'_>) -> Vec<String> {
        let pending = self.ask("pending", Some(OWNER)).await;
        let (denied, approved) = (
            self.ask("denied", None).await,
            self.ask("approved", None).await,
        );
        ana.submit(&denied, &format!("{denied}/deny"), &[])
            .await
            .expect(200);
        let page = ana
            .submit(
                &approved,
                &format!("{approved}/approve"),
                &[("name", "approved")],
            )
            .await;
        let reveal = page.expect(200).form_with("/reveal/");
        let list = ana.get("/enrollments").await;
        let by_id = format!(
            "/enrollments/{}",
            between(&list.body, "href=\"/enrollments/", "\"")
        );
        let choices = ["?choice=allow", "?choice=deny"].map(|choice| format!("{pending}{choice}"));
        [pending, denied, approved, reveal, by_id]
            .into_iter()
            .chain(choices)
            .collect()
    }

    async fn mailed_links(&self, ana: &mut Browser<'_>) -> Vec<String> {
        self.server.mails().await;
        ana.submit("/forgot-password", "/forgot-password", &[("email", OWNER)])
            .await
            .expect(200);
        let reset = self.server.mailed_token("reset-password").await;
        let fields = [("email", "bob@example.org"), ("password", PASSWORD)];
        self.browser()
            .submit("/signup", "/signup", &fields)
            .await
            .expect(200);
        let verify = self.server.mailed_token("verify-email").await;
        vec![
            format!("/reset-password/{reset}"),
            format!("/verify-email/{verify}"),
        ]
    }
}

//! Handing a secret to somebody.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{SecretId, VaultId};
use oneclaw_core::model::share::RecipientType;
use oneclaw_core::path::SecretPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::read::at_path;
use super::{Id, Time};
use crate::mcp::outcome::{Outcome, Refusal};
use crate::mcp::session::Session;
use crate::shares::CreateShareRequest;

/// Whom a share is for. Mail addresses are for people to enter.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Recipient {
    Creator,
    User,
    Agent,
    AnyoneWithLink,
}

/// Arguments of `share_secret`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct ShareParams {
    /// Id of the secret, from `describe_secret`. Or give `path`.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    secret_id: Option<SecretId>,
    /// Path of the secret, in place of its id.
    #[schemars(with = "Option<String>")]
    path: Option<SecretPath>,
    /// Whom it is for. `creator` is the human who let you in.
    recipient_type: Recipient,
    /// Id of the user or agent, for those two.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    recipient_id: Option<Uuid>,
    /// When the share ends, RFC 3339.
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Timestamp,
    /// How often it may be opened.
    #[serde(default = "five")]
    #[schemars(range(min = 1))]
    max_access_count: i32,
    /// Id of the vault that `path` is in; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

const fn five() -> i32 {
    5
}

/// A share that was made.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Shared {
    /// Its id.
    share_id: Id,
    /// Whom it is for.
    recipient_type: String,
    /// The user or agent it is for.
    recipient_id: Option<Id>,
    /// Where it is opened.
    share_url: String,
    /// When it ends.
    expires_at: Time,
    /// How often it may be opened.
    max_access_count: i32,
    /// Whether the recipient must accept it first.
    needs_acceptance: bool,
}

/// Sharing.
impl Session {
    pub(in crate::mcp) async fn share_secret(
        &self,
        params: ShareParams,
    ) -> Result<Outcome, Refusal> {
        let recipient = match params.recipient_type {
            Recipient::Creator => RecipientType::Creator,
            Recipient::User => RecipientType::User,
            Recipient::Agent => RecipientType::Agent,
            Recipient::AnyoneWithLink => RecipientType::AnyoneWithLink,
        };
        let needs_id = matches!(recipient, RecipientType::User | RecipientType::Agent);
        if needs_id && params.recipient_id.is_none() {
            return Err(Refusal::arguments(format_args!(
                "recipient_type {} needs `recipient_id`",
                recipient.as_str()
            )));
        }
        let secret_id = match (params.secret_id, &params.path) {
            (Some(id), _) => id,
            (None, Some(path)) => self.secret_id(params.vault_id, path).await?,
            (None, None) => return Err(Refusal::arguments("give `secret_id` or `path`")),
        };
        let request = CreateShareRequest {
            recipient_id: params.recipient_id.filter(|_| needs_id),
            max_access_count: Some(params.max_access_count),
            ..CreateShareRequest::new(recipient, params.expires_at)
        };
        let share = self.client.create_share(secret_id, &request).await?;
        let shared = Shared {
            share_id: share.id.to_string(),
            recipient_type: recipient.as_str().to_owned(),
            recipient_id: request.recipient_id.map(|id| id.to_string()),
            share_url: share.share_url,
            expires_at: share.expires_at.to_string(),
            max_access_count: share.max_access_count,
            needs_acceptance: recipient.needs_acceptance(),
        };
        let label = match (&shared.recipient_id, recipient) {
            (Some(id), _) => format!("{}:{id}", shared.recipient_type),
            (None, RecipientType::Creator) => "the human who let you in".to_owned(),
            (None, _) => "anyone with the link".to_owned(),
        };
        let last = if shared.needs_acceptance {
            "The recipient must accept the share before opening it."
        } else {
            "Whoever has the link can open it: give it to nobody else."
        };
        let text = format!(
            "Shared.\nshare: {}\nrecipient: {label}\nexpires: {}\nopens: {}\nurl: {}\n{last}",
            shared.share_id, shared.expires_at, shared.max_access_count, shared.share_url
        );
        Ok(Outcome::new(text, &shared))
    }

    async fn secret_id(
        &self,
        vault: Option<VaultId>,
        path: &SecretPath,
    ) -> Result<SecretId, Refusal> {
        let vault = self.vault(vault).await?;
        let found = self.find_secret(vault, path).await;
        let found = found.map_err(|error| at_path(error, path))?;
        found.map(|secret| secret.id).ok_or_else(|| {
            Refusal::new(
                "not_found",
                format!("There is no secret at {path} that you may read, and so share."),
            )
        })
    }
}

//! Tokens for other services that trust this instance (RFC 8693): an agent exchanges what it has here
//! for a token that says elsewhere who it is.
//!
//! Invariants:
//! - Only for agents that people allowed it, and only for the services they named.
//! - A token says less than the agent may, or the same; never more. It is short, because nobody there
//!   sees when an agent is switched off here.
//! - It is worth nothing here.

use crate::App;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::{Caller, refused};
use oneclaw_core::audit::Details;
use oneclaw_core::id::TokenId;
use oneclaw_core::policy::Scope;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::federation::{FederatedClaims, FederationKey};
use oneclaw_crypto::records::Record;
use oneclaw_crypto::seal::KeyId;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::str::FromStr as _;
use std::time::Duration;

/// Life of a token unless the agent says otherwise.
const LIFE: u64 = 900;
/// The longest that an agent can say.
const LONGEST: u64 = 3600;
/// The shortest.
const SHORTEST: u64 = 60;
/// Longest address of a service.
const LONGEST_AUDIENCE: usize = 512;
/// Most services of one agent.
const MOST_AUDIENCES: usize = 20;

/// A token for another service.
pub struct FederatedToken {
    /// The JWT.
    pub token: SecretString,
    /// Seconds until it ends.
    pub expires_in: u64,
    /// What it is for, if less than all.
    pub scope: Option<String>,
}

/// The settings of an agent that decide.
#[derive(Deserialize, Default)]
#[serde(default)]
struct FederationSettings {
    federation_enabled: bool,
    federation_audiences: Vec<String>,
    federated_token_ttl_seconds: Option<u64>,
}

/// Checks the settings of an agent before they are kept.
pub(crate) fn check_settings(settings: &Map<String, Json>) -> Result<()> {
    let life = settings.get("federated_token_ttl_seconds");
    if life.is_some_and(|life| {
        !life
            .as_u64()
            .is_some_and(|life| (SHORTEST..=LONGEST).contains(&life))
    }) {
        return Err(Error::invalid(
            "federated_token_ttl_seconds",
            "must be from 60 to 3600",
        ));
    }
    let audiences = settings.get("federation_audiences");
    let is_short = |audience: &Json| {
        let text = audience.as_str().unwrap_or_default();
        !text.is_empty() && text.len() <= LONGEST_AUDIENCE
    };
    let fits = |list: &Vec<Json>| list.len() <= MOST_AUDIENCES && list.iter().all(is_short);
    if audiences.is_some_and(|list| !list.as_array().is_some_and(fits)) {
        return Err(Error::invalid(
            "federation_audiences",
            "must be at most 20 addresses of at most 512 characters",
        ));
    }
    Ok(())
}

/// Exchanges an agent's credential for a token for another service.
pub async fn exchange(
    app: &App,
    caller: &Caller,
    audience: &str,
    scope: Option<&str>,
) -> Result<FederatedToken> {
    let agent = caller.agent()?;
    if audience.is_empty() || audience.len() > LONGEST_AUDIENCE {
        return Err(Error::invalid(
            "audience",
            "must be the address of the other service",
        ));
    }
    app.federation().await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    let (audience, asked) = (audience.to_owned(), scope.map(str::to_owned));
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let row = op.tx().find_agent(live.org, agent).await?.ok_or_else(refused)?;
            let settings: FederationSettings = serde_json::from_str(&row.settings)?;
            let details = Details::new().text("audience", audience.as_str());
            let resource = || ("agent", agent.to_string());
            if !settings.federation_enabled || !settings.federation_audiences.contains(&audience) {
                let refusal = Error::forbidden(
                    "This agent may not get tokens for that service. Its human can allow it: federation_enabled and \
                     federation_audiences.",
                );
                let draft = entry_of(&caller, "auth.federation_denied", resource(), details);
                return Err(refusal.logged(draft));
            }
            let held: Vec<&str> = live.scopes.iter().map(Scope::as_str).collect();
            let scope = narrowed(&held, asked.as_deref())?;
            let life = settings
                .federated_token_ttl_seconds
                .unwrap_or(LIFE)
                .clamp(SHORTEST, LONGEST);
            let now = op.now();
            let token = TokenId::from_uuid(op.random().uuid_v4());
            let claims = FederatedClaims {
                iss: app_in.settings().public_url.clone(),
                sub: caller.principal().to_string(),
                aud: audience,
                iat: now.as_seconds(),
                exp: now.plus(Duration::from_secs(life)).as_seconds(),
                jti: token.to_string(),
                org: live.org.to_string(),
                scope: scope.clone(),
            };
            let signed = app_in.federation().await?.sign(&claims)?;
            let details = details.uuid("token_id", token).int("expires_in", life);
            op.log(entry_of(&caller, "auth.federate", resource(), details));
            Ok(FederatedToken {
                token: SecretString::from(signed),
                expires_in: life,
                scope,
            })
        })
    })
    .await
}

/// The scope of a token: what was asked for, if all of it is held; else all that is held.
fn narrowed(held: &[&str], asked: Option<&str>) -> Result<Option<String>> {
    let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else {
        return Ok((!held.is_empty()).then(|| held.join(" ")));
    };
    if asked.split_whitespace().all(|word| held.contains(&word)) {
        Ok(Some(asked.split_whitespace().collect::<Vec<_>>().join(" ")))
    } else {
        Err(Error::invalid(
            "scope",
            "must be among the scopes of the agent: an exchange can narrow them, never widen them",
        ))
    }
}

impl App {
    /// The key that signs for other services, made when it is first needed.
    ///
    /// # Errors
    /// When the operator did not switch this on.
    pub(crate) async fn federation(&self) -> Result<&FederationKey> {
        if !self.settings().federation {
            return Err(Error::not_configured(
                "Tokens for other services are not set up on this server. Its operator can set --federation.",
            ));
        }
        self.federation_key()
            .get_or_try_init(|| async {
                let mut tx = self.store().begin_read().await?;
                let found = tx.find_federation_key().await?;
                drop(tx);
                match found {
                    Some(row) => self.open_federation_key(&row.id, &row.sealed),
                    None => self.make_federation_key().await,
                }
            })
            .await
    }

    fn open_federation_key(&self, id: &str, sealed: &[u8]) -> Result<FederationKey> {
        let id = KeyId::from_str(id).map_err(Error::internal)?;
        let pkcs8 = self
            .keyring()
            .open_record(Record::FederationKey(id), sealed)?;
        Ok(FederationKey::from_pkcs8(id, &pkcs8)?)
    }

    async fn make_federation_key(&self) -> Result<FederationKey> {
        let id = KeyId::generate(self.random());
        let made = tokio::task::spawn_blocking(move || FederationKey::generate(id));
        let key = made.await.map_err(Error::internal)??;
        let record = Record::FederationKey(id);
        let sealed = self
            .keyring()
            .seal_record(record, &key.to_pkcs8()?, self.random())?;
        // Should another node make one at the same moment, both use the older.
        self.run(move |op| {
            Box::pin(async move {
                let now = op.now();
                if op.tx().find_federation_key().await?.is_none() {
                    op.tx()
                        .insert_federation_key(&id.to_string(), &sealed, now)
                        .await?;
                }
                Ok(())
            })
        })
        .await?;
        let mut tx = self.store().begin_read().await?;
        let row = tx.find_federation_key().await?;
        let row = row.ok_or_else(|| Error::internal("the federation key vanished"))?;
        self.open_federation_key(&row.id, &row.sealed)
    }

    /// Every public key of this instance, for whoever verifies its tokens.
    pub async fn public_keys(&self) -> Result<serde_json::Value> {
        let mut keys = self.keyring().jwks();
        if self.settings().federation {
            let key = self.federation().await?.jwk();
            if let Some(list) = keys
                .get_mut("keys")
                .and_then(serde_json::Value::as_array_mut)
            {
                list.push(key);
            }
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_only_narrow() {
        let held = ["a", "b/**"];
        let scope = |asked| narrowed(&held, asked).ok().flatten();
        assert_eq!(scope(None).as_deref(), Some("a b/**"));
        assert_eq!(scope(Some("  ")).as_deref(), Some("a b/**"));
        assert_eq!(scope(Some("b/**")).as_deref(), Some("b/**"));
        assert_eq!(scope(Some(" a   b/** ")).as_deref(), Some("a b/**"));
        for wider in ["c", "a c", "b", "**"] {
            assert!(narrowed(&held, Some(wider)).is_err(), "{wider}");
        }
        assert_eq!(narrowed(&[], None).ok().flatten(), None);
        assert!(narrowed(&[], Some("a")).is_err());
    }
}

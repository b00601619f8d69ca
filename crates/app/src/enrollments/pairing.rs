//! Agents that bring a key of their own when they ask to join: nothing secret is mailed or copied.
//!
//! Invariants:
//! - The page shows four words that the agent shows too; approving takes picking them. Five wrong
//!   choices deny the request.
//! - An agent that signs in with its key ([`Credential::PrivateKeyJwt`]) is never given anything: whoever
//!   holds its poll token, its human's mails or the database has no credential.
//! - One that wants an API key ([`Credential::ApiKey`]) gets it once, in the answer that makes it, for a
//!   quarter of an hour after the approval. No key waits anywhere.

use super::{EnrollmentStatus, decide, missing, status_at};
use crate::App;
use crate::error::{Error, Result};
use crate::live::{Caller, load_principal};
use crate::op::{Op, entry};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::id::{AgentId, EnrollmentId, VaultId};
use oneclaw_core::limit::{Limit, Policy};
use oneclaw_core::model::enrollment::{RequestedAccess, access_text};
use oneclaw_core::phrase::{self, PhraseOf};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::assertion::AgentPublicKey;
use oneclaw_crypto::token::{PlainToken, TokenKind};
use oneclaw_store::enrollments::EnrollmentRow;
use oneclaw_store::pairings::PairingRow;
use std::net::IpAddr;
use std::time::Duration;

/// How long after the approval an API key can be collected.
const COLLECT_WITHIN: Duration = Duration::from_mins(15);

/// What an agent that brings a key is to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// An API key, once.
    ApiKey,
    /// Nothing: it signs in with its key (RFC 7523).
    PrivateKeyJwt,
}

impl Credential {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "api_key" => Some(Self::ApiKey),
            "private_key_jwt" => Some(Self::PrivateKeyJwt),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// A key that comes with a request to join.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The key.
    pub public_key: AgentPublicKey,
    /// What it is for.
    pub credential: Credential,
}

impl Offer {
    /// Reads what a client sends: a key, if any, and a word for what it is to be for.
    ///
    /// # Errors
    /// Invalid, for a key of another kind, an unknown word, and a word that needs a key.
    pub fn parse(key: Option<&str>, credential: Option<&str>) -> Result<Option<Self>> {
        let credential = match credential {
            None => Credential::ApiKey,
            Some(word) => Credential::parse(word).ok_or_else(|| {
                Error::invalid("credential", "must be api_key or private_key_jwt")
            })?,
        };
        let Some(key) = key.filter(|key| !key.trim().is_empty()) else {
            if credential == Credential::PrivateKeyJwt {
                return Err(Error::invalid(
                    "public_key",
                    "is needed to sign in with a key",
                ));
            }
            return Ok(None);
        };
        let public_key = AgentPublicKey::parse(key).ok_or_else(|| {
            Error::invalid(
                "public_key",
                "must be an Ed25519 key: ssh-ed25519 and its base64, or base64 of the 32 bytes",
            )
        })?;
        Ok(Some(Self {
            public_key,
            credential,
        }))
    }
}

/// What the agent needs to go on.
pub struct Opened {
    /// The request.
    pub id: EnrollmentId,
    /// The key, as people compare it.
    pub fingerprint: String,
    /// Four words, for the agent to show to its human.
    pub phrase: String,
    /// Lets the agent ask what became of it.
    pub poll_token: SecretString,
}

/// What the human sees of a key.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The key, as people compare it.
    pub fingerprint: String,
    /// Whether the agent gets nothing secret at all.
    pub keeps_key: bool,
    /// The phrase among others.
    pub choices: Vec<String>,
}

/// What became of a request, for the agent that made it.
pub struct Outcome {
    /// Where it stands.
    pub status: EnrollmentStatus,
    /// The agent, once there is one.
    pub agent: Option<AgentId>,
    /// Its key, this once.
    pub api_key: Option<SecretString>,
    /// Vaults it can find, beside the key.
    pub vaults: Vec<VaultId>,
}

/// The phrase, and the phrase among others.
pub(super) struct Words {
    phrase: String,
    choices: Vec<String>,
}

fn words(row: &EnrollmentRow, key: &AgentPublicKey, wishes: &[RequestedAccess]) -> Words {
    let access = access_text(wishes);
    let of = PhraseOf {
        enrollment: row.id,
        public_key: key.as_bytes(),
        name: &row.name,
        human_email: row.human_email.as_deref().unwrap_or_default(),
        access: &access,
    };
    Words {
        phrase: of.phrase(),
        choices: of.choices(),
    }
}

/// Keeps what came with a request.
pub(super) async fn open(
    app: &App,
    op: &mut Op,
    row: &EnrollmentRow,
    wishes: &[RequestedAccess],
    offer: &Offer,
) -> Result<Opened> {
    let poll = PlainToken::generate(TokenKind::PollToken, op.random());
    let pairing = PairingRow {
        enrollment_id: row.id,
        public_key: offer.public_key.as_bytes().to_vec(),
        credential: offer.credential.as_str().to_owned(),
    };
    let hash = poll.hash(app.keyring());
    op.tx().insert_pairing(&pairing, hash.as_bytes()).await?;
    Ok(Opened {
        id: row.id,
        fingerprint: offer.public_key.fingerprint(),
        phrase: words(row, &offer.public_key, wishes).phrase,
        poll_token: poll.into_secret(),
    })
}

/// A pairing as it was kept.
pub(super) struct Pairing {
    pub(super) key: AgentPublicKey,
    credential: Credential,
}

pub(super) async fn find(tx: &mut oneclaw_store::Tx, id: EnrollmentId) -> Result<Option<Pairing>> {
    let row = tx.find_pairing(id).await?;
    row.as_ref().map(pairing_of).transpose()
}

fn pairing_of(row: &PairingRow) -> Result<Pairing> {
    let broken = || Error::internal("a pairing cannot be read");
    Ok(Pairing {
        key: AgentPublicKey::from_bytes(&row.public_key).ok_or_else(broken)?,
        credential: Credential::parse(&row.credential).ok_or_else(broken)?,
    })
}

impl Pairing {
    pub(super) fn words(&self, row: &EnrollmentRow, wishes: &[RequestedAccess]) -> Words {
        words(row, &self.key, wishes)
    }

    pub(super) fn shown(&self, row: &EnrollmentRow, wishes: &[RequestedAccess]) -> Shown {
        Shown {
            fingerprint: self.key.fingerprint(),
            keeps_key: self.credential == Credential::PrivateKeyJwt,
            choices: self.words(row, wishes).choices,
        }
    }

    /// Notes with which key the new agent signs in.
    pub(super) async fn admit(&self, op: &mut Op, agent: AgentId) -> Result<()> {
        if self.credential == Credential::PrivateKeyJwt {
            let now = op.now();
            op.tx()
                .insert_signing_key(agent, self.key.as_bytes(), now)
                .await?;
        }
        Ok(())
    }
}

/// Counts a phrase that is not the one. `Some` is the refusal; its statements are to be kept.
pub(super) async fn refuse(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    row: &EnrollmentRow,
    words: &Words,
    written: Option<&str>,
) -> Result<Option<Error>> {
    let Some(written) = written.filter(|written| !written.trim().is_empty()) else {
        return Err(Error::invalid(
            "phrase",
            "Pick the four words that the agent shows. If it shows others, or none, deny the request.",
        ));
    };
    if phrase::is_same(written, &words.phrase) {
        return Ok(None);
    }
    let (now, (allowed, length)) = (op.now(), allowed());
    let counter = app.counter(Limit::EnrollPhrase, &row.id.to_string());
    let window = op
        .tx()
        .count_in_window(&counter, now, now.plus(length))
        .await?;
    let left = i64::from(allowed) - window.count;
    op.log(entry(
        caller.org(),
        caller.actor(),
        caller.ip(),
        "enroll.wrong_phrase",
        ("enrollment", row.id.to_string()),
        Details::new().int("tries_left", left.max(0)),
    ));
    if left > 0 {
        return Ok(Some(Error::invalid(
            "phrase",
            "These are not the words of this request. Compare them with what the agent shows; if they differ, deny it.",
        )));
    }
    let reason = Some("wrong verification phrase, too often".to_owned());
    let row = op.tx().find_enrollment(row.id).await?.ok_or_else(missing)?;
    decide(op, caller, row, EnrollmentStatus::Denied, reason, None).await?;
    Ok(Some(Error::conflict(
        "The wrong words were picked five times, so the request was denied. If the agent is yours, let it ask again.",
    )))
}

fn allowed() -> (u32, Duration) {
    match Limit::EnrollPhrase.policy() {
        Policy::Window { count, length } => (count, length),
        Policy::Bucket { burst, interval } => (burst, interval),
        Policy::Backoff { free, longest, .. } => (free, longest),
    }
}

/// What became of a request. Needs no credential but the poll token; an unknown id and a wrong token
/// are one answer.
pub async fn poll(
    app: &App,
    id: EnrollmentId,
    token: &SecretString,
    ip: Option<IpAddr>,
) -> Result<Outcome> {
    let unknown =
        || Error::not_found("There is no such pairing, or the poll token is another one's.");
    let hash = app
        .keyring()
        .hash_token(TokenKind::PollToken, token.expose())
        .map_err(|_| unknown())?;
    let mut tx = app.store().begin_read().await?;
    let found = tx.find_pairing_by_poll(id, hash.as_bytes()).await?;
    let pairing = pairing_of(&found.ok_or_else(unknown)?)?;
    let row = tx.find_enrollment(id).await?.ok_or_else(unknown)?;
    let now = app.now();
    let status = status_at(&row, now)?;
    let agent = match row.agent_id {
        Some(agent) => tx.find_agent_of_token(agent).await?,
        None => None,
    };
    drop(tx);
    let outcome = Outcome {
        status,
        agent: row.agent_id,
        api_key: None,
        vaults: Vec::new(),
    };
    let is_due = row
        .decided_at
        .is_some_and(|decided| decided.plus(COLLECT_WITHIN) > now);
    let (Some(agent), true, Credential::ApiKey) = (agent, is_due, pairing.credential) else {
        return Ok(outcome);
    };
    if agent.api_key_hash.is_some() {
        return Ok(outcome);
    }
    let org = agent.org_id;
    let Some(api_key) = collect(app, row, ip).await? else {
        return Ok(outcome);
    };
    let mut tx = app.store().begin_read().await?;
    let found = load_principal(&mut tx, agent.id.into(), org, AuthMethod::ApiKey, now).await;
    Ok(Outcome {
        api_key: Some(api_key),
        // Switched off in this very moment it can find none, and has a key that opens nothing.
        vaults: found.map_or_else(|_| Vec::new(), |loaded| loaded.reachable),
        ..outcome
    })
}

/// Makes the key of an agent that has none, unless somebody was faster.
async fn collect(
    app: &App,
    row: EnrollmentRow,
    ip: Option<IpAddr>,
) -> Result<Option<SecretString>> {
    let app_in = app.clone();
    app.run(move |op| {
        Box::pin(async move {
            let (Some(org), Some(id)) = (row.org_id, row.agent_id) else {
                return Err(missing());
            };
            op.enter([org]).await?;
            let agent = op.tx().find_agent(org, id).await?;
            if agent.is_none_or(|agent| !agent.is_active) {
                return Ok(None);
            }
            let key = PlainToken::generate(TokenKind::AgentKey, op.random());
            let hash = key.hash(app_in.keyring());
            if !op
                .tx()
                .set_first_agent_key(org, id, hash.as_bytes())
                .await?
            {
                return Ok(None);
            }
            op.tx().bump_epoch(id.as_uuid()).await?;
            op.log(entry(
                org,
                Actor::Agent(id),
                ip,
                "agent.key_collect",
                ("agent", id.to_string()),
                Details::new(),
            ));
            Ok(Some(key.into_secret()))
        })
    })
    .await
}

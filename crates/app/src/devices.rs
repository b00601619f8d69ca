//! Signing a program in from another device: the command line waits, a human answers in a browser
//! (RFC 8628).
//!
//! Invariants:
//! - The program learns nothing from its code but the answer; the human's code opens nothing by itself.
//! - Only somebody who signed in answers, and only for themselves; a code that names an address is
//!   answered by its account alone.
//! - An approval is used once, by the program that asked, in its time. It opens an ordinary session.
//! - Codes that name nothing are counted for the network that tries them.

use crate::error::{Error, Kind, Result};
use crate::lane::entry_of;
use crate::live::Caller;
use crate::op::{Op, entry};
use crate::users::{Origin, SessionKind, SignedIn, begin_session};
use crate::{App, limits};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::id::OrgId;
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::{Email, parse_name};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenKind};
use oneclaw_store::device_codes::DeviceCodeRow;
use std::net::IpAddr;
use std::time::Duration;

/// How long a program waits for an answer.
const LIFE: Duration = Duration::from_mins(10);
/// How long it waits between two questions.
const INTERVAL: Duration = Duration::from_secs(5);
/// How much longer after asking too soon (RFC 8628, section 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// How much too soon is still in time: clocks and networks are no metronomes.
const TOLERANCE: Duration = Duration::from_secs(1);
/// Consonants that are not mistaken for each other, and make no words.
const ALPHABET: [u8; 20] = *b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LENGTH: usize = 8;

/// What a program gets when it asks.
pub struct Begun {
    /// For the program alone.
    pub device_code: SecretString,
    /// For the human: `XXXX-XXXX`.
    pub user_code: String,
    /// Where the human types it.
    pub verification_uri: String,
    /// Seconds until it is too late.
    pub expires_in: u64,
    /// Seconds between two questions.
    pub interval: u64,
}

/// What has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    /// Nobody has answered.
    Pending,
    /// A human let it in.
    Approved,
    /// A human refused.
    Denied,
    /// Nobody answered in time.
    Expired,
}

/// A program that waits, as the human sees it.
pub struct Waiting {
    /// What the program says it is.
    pub client_name: String,
    /// Where it asks from.
    pub ip: Option<String>,
    /// What it calls itself in HTTP.
    pub user_agent: String,
    /// When it asked.
    pub created_at: Timestamp,
    /// When an answer is too late.
    pub expires_at: Timestamp,
}

/// The answer to the program's question.
pub enum Polled {
    /// Nobody has answered yet.
    Pending,
    /// It asked too soon.
    SlowDown,
    /// A human refused.
    Denied,
    /// Too late, used up, or no such code.
    Expired,
    /// A human let it in.
    SignedIn {
        /// The session.
        session: Box<SignedIn>,
        /// The address of the account.
        email: String,
    },
}

/// Begins to wait for a human.
pub async fn begin(app: &App, client: &str, email: Option<&str>, origin: &Origin) -> Result<Begun> {
    let client_name = match client.trim() {
        "" => "a program without a name".to_owned(),
        name => parse_name(name).map_err(|error| Error::invalid("client_id", error.to_string()))?,
    };
    let email = email
        .map(Email::parse)
        .transpose()
        .map_err(|error| Error::invalid("email", error.to_string()))?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            let device_code = PlainToken::generate(TokenKind::DeviceCode, op.random());
            let code = draw(op.random());
            let row = DeviceCodeRow {
                id: op.new_id(),
                client_name,
                email: email.map(|email| email.as_str().to_owned()),
                ip: origin.ip_text(),
                user_agent: origin.client(),
                status: "pending".to_owned(),
                interval_ms: millis(INTERVAL),
                next_poll_at: now,
                decided_by: None,
                decided_org: None,
                created_at: now,
                expires_at: now.plus(LIFE),
            };
            let device_hash = device_code.hash(app_in.keyring());
            let user_hash = digest(&app_in, &code);
            op.tx()
                .insert_device_code(&row, device_hash.as_bytes(), &user_hash)
                .await?;
            op.log(entry(
                OrgId::NIL,
                Actor::System,
                origin.ip,
                "auth.device_request",
                ("device", row.id.to_string()),
                Details::new(),
            ));
            let (first, second) = code.split_at(CODE_LENGTH / 2);
            Ok(Begun {
                device_code: device_code.into_secret(),
                user_code: format!("{first}-{second}"),
                verification_uri: format!("{}/cli/verify", app_in.settings().public_url),
                expires_in: LIFE.as_secs(),
                interval: INTERVAL.as_secs(),
            })
        })
    })
    .await
}

fn draw(random: &dyn Random) -> String {
    let mut code = String::with_capacity(CODE_LENGTH);
    while code.len() < CODE_LENGTH {
        let mut byte = [0];
        random.fill(&mut byte);
        let [byte] = byte;
        // 240 is the largest multiple of 20 in a byte: beyond it some letters would be likelier.
        if byte < 240
            && let Some(letter) = ALPHABET.get(usize::from(byte) % ALPHABET.len())
        {
            code.push(char::from(*letter));
        }
    }
    code
}

fn digest(app: &App, code: &str) -> [u8; 32] {
    app.keyring().keyed_digest("device code", code.as_bytes())
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The digest of a code that somebody typed, whatever they put between the letters.
fn typed(app: &App, code: &str) -> Option<[u8; 32]> {
    let letters: String = code
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let is_code =
        letters.len() == CODE_LENGTH && letters.bytes().all(|letter| ALPHABET.contains(&letter));
    is_code.then(|| digest(app, &letters))
}

/// Answers the program's question.
pub async fn poll(app: &App, device_code: &SecretString, origin: &Origin) -> Result<Polled> {
    let Ok(hash) = app
        .keyring()
        .hash_token(TokenKind::DeviceCode, device_code.expose())
    else {
        return Ok(Polled::Expired);
    };
    let (app_in, origin) = (app.clone(), origin.clone());
    let polled = app
        .run(move |op| {
            Box::pin(async move {
                let now = op.now();
                let row = op.tx().find_device_code(hash.as_bytes()).await?;
                let Some(row) = row.filter(|row| row.expires_at > now && row.status != "used")
                else {
                    return Ok(Polled::Expired);
                };
                let interval = Duration::from_millis(row.interval_ms.unsigned_abs());
                if now < row.next_poll_at {
                    let interval = interval.saturating_add(SLOW_DOWN);
                    note_poll(op, &row, interval).await?;
                    return Ok(Polled::SlowDown);
                }
                match (row.status.as_str(), row.decided_by, row.decided_org) {
                    ("approved", Some(user), Some(org)) => {
                        op.enter([org]).await?;
                        if !op.tx().spend_device_code(row.id, now).await? {
                            return Ok(Polled::Expired);
                        }
                        let how = (SessionKind::Api, AuthMethod::Device);
                        let session = begin_session(&app_in, op, user, org, how, &origin).await?;
                        let account = op.tx().find_user(user).await?;
                        let email = account.map(|user| user.email).unwrap_or_default();
                        let session = Box::new(session);
                        Ok(Polled::SignedIn { session, email })
                    }
                    ("denied", ..) => Ok(Polled::Denied),
                    _ => {
                        note_poll(op, &row, interval).await?;
                        Ok(Polled::Pending)
                    }
                }
            })
        })
        .await;
    match polled {
        // Whoever approved is no member any more.
        Err(error) if *error.kind() == Kind::Unauthenticated => Ok(Polled::Denied),
        other => other,
    }
}

async fn note_poll(op: &mut Op, row: &DeviceCodeRow, interval: Duration) -> Result<()> {
    let next = op.now().plus(interval.saturating_sub(TOLERANCE));
    Ok(op
        .tx()
        .note_device_poll(row.id, millis(interval), next)
        .await?)
}

/// What has become of a code, for whoever has it.
pub async fn status(app: &App, code: &str, ip: Option<IpAddr>) -> Result<DeviceStatus> {
    let row = find(app, code, ip).await?;
    Ok(status_of(&row, app.now()))
}

fn status_of(row: &DeviceCodeRow, now: Timestamp) -> DeviceStatus {
    match row.status.as_str() {
        "approved" | "used" => DeviceStatus::Approved,
        "denied" => DeviceStatus::Denied,
        _ if row.expires_at <= now => DeviceStatus::Expired,
        _ => DeviceStatus::Pending,
    }
}

/// The program behind a code, for the human who is about to answer.
pub async fn lookup(app: &App, caller: &Caller, code: &str) -> Result<Waiting> {
    caller.signed_in()?;
    let row = find(app, code, caller.ip()).await?;
    let view = app.view(caller).await?;
    check_addressee(&row, view.live.verified_email.as_deref())?;
    check_pending(&row, view.now)?;
    Ok(Waiting {
        client_name: row.client_name,
        ip: row.ip,
        user_agent: row.user_agent,
        created_at: row.created_at,
        expires_at: row.expires_at,
    })
}

/// Answers. An approval signs the program in as the caller.
pub async fn decide(app: &App, caller: &Caller, code: &str, approve: bool) -> Result<DeviceStatus> {
    let (user, _) = caller.signed_in()?;
    drop(app.view(caller).await?);
    let found = find(app, code, caller.ip()).await?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            check_addressee(&found, live.verified_email.as_deref())?;
            let now = op.now();
            check_pending(&found, now)?;
            let (word, action, status) = if approve {
                ("approved", "auth.device_approve", DeviceStatus::Approved)
            } else {
                ("denied", "auth.device_deny", DeviceStatus::Denied)
            };
            if !op
                .tx()
                .decide_device_code(found.id, word, user, live.org, now)
                .await?
            {
                return Err(answered());
            }
            let details = Details::new().text("client", &found.client_name);
            let resource = ("device", found.id.to_string());
            op.log(entry_of(&caller, action, resource, details));
            Ok(status)
        })
    })
    .await
}

/// The row of a code. One that names nothing counts for the network that tried it.
async fn find(app: &App, code: &str, ip: Option<IpAddr>) -> Result<DeviceCodeRow> {
    let origin = Origin {
        ip,
        user_agent: String::new(),
    };
    let network = origin.network().unwrap_or_default();
    let counter = app.counter(Limit::DeviceCodeGuess, &network);
    let hash = typed(app, code);
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            // Whoever has guessed too often learns nothing more, not even from a right code.
            let window = op.tx().find_window(&counter, now).await?;
            if limits::is_used_up(window.as_ref(), Limit::DeviceCodeGuess) {
                return limits::count(op, &counter, Limit::DeviceCodeGuess)
                    .await
                    .map(|()| None);
            }
            let row = match hash {
                Some(hash) => op.tx().find_device_code_by_user_code(&hash).await?,
                None => None,
            };
            if row.is_none() {
                limits::count(op, &counter, Limit::DeviceCodeGuess).await?;
            }
            Ok(row)
        })
    })
    .await?
    .ok_or_else(|| {
        Error::not_found("There is no such code. Check it against what the program shows.")
    })
}

fn check_addressee(row: &DeviceCodeRow, email: Option<&str>) -> Result<()> {
    match &row.email {
        Some(named) if email != Some(named.as_str()) => Err(Error::forbidden(
            "This code is for another account. Sign in as the person who started the program.",
        )),
        _ => Ok(()),
    }
}

fn check_pending(row: &DeviceCodeRow, now: Timestamp) -> Result<()> {
    match status_of(row, now) {
        DeviceStatus::Pending => Ok(()),
        DeviceStatus::Expired => Err(Error::gone(
            "This code has expired. Start the program's sign-in again.",
        )),
        DeviceStatus::Approved | DeviceStatus::Denied => Err(answered()),
    }
}

fn answered() -> Error {
    Error::conflict("This code was answered already.")
}

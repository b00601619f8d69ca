//! Requests that a client may send again without their being carried out twice (the HTTP header
//! `Idempotency-Key`).
//!
//! The first request with a key takes it, is carried out, and leaves its answer, sealed, for a day.
//! Invariants:
//! - A request is carried out at most once. If nobody knows what became of it (the process stopped
//!   between the act and the note of it), a repetition is refused, never carried out again.
//! - An answer is given only to whoever got it first: the key is looked up by a keyed digest of who
//!   asks and of the key, and whoever asks with a token has it checked again.

use crate::App;
use crate::error::{Error, Kind, Result};
use crate::live::Caller;
use crate::op::entry;
use oneclaw_core::audit::Details;
use oneclaw_core::secret::SecretBytes;
use oneclaw_crypto::envelope::{open_answer, seal_answer};
use std::time::Duration;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// The holder of a token.
    Caller(&'a Caller),
    /// Somebody without one, told apart by these words.
    Anonymous(&'a [&'a str]),
}

/// A request with a key.
#[derive(Clone, Copy, Debug)]
pub struct Repeatable<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// The key that the client chose.
    pub key: &'a str,
    /// What is asked: method and path.
    pub operation: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What to do with a request.
pub enum Turn {
    /// Carry it out, and say what came of it.
    First(Ticket),
    /// It was carried out before; this was the answer.
    Again(Answer),
}

/// An answer as it is kept.
pub struct Answer {
    /// Its status code.
    pub status: u16,
    /// Its body.
    pub body: SecretBytes,
}

/// The right to carry a request out.
pub struct Ticket {
    app: App,
    scope: [u8; 32],
}

/// Puts texts together so that no two lists give the same bytes.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Takes a request, or finds the answer to it.
///
/// # Errors
/// Conflict while the first one is carried out; unprocessable when the key was used for another request.
pub async fn take(app: &App, request: Repeatable<'_>) -> Result<Turn> {
    let caller = match request.asker {
        Asker::Caller(caller) => Some(caller.clone()),
        Asker::Anonymous(_) => None,
    };
    let scope = scope(app, request);
    let asked = joined(&[request.operation.as_bytes(), request.body]);
    let hash = app.keyring().keyed_digest("idempotent request", &asked);
    let answer = app
        .run(move |op| {
            Box::pin(async move {
                if let Some(caller) = &caller {
                    op.authenticate_for_path(caller).await?;
                }
                let now = op.now();
                if op
                    .tx()
                    .claim_request(&scope, &hash, now, now.plus(KEPT))
                    .await?
                {
                    return Ok(None);
                }
                let row = op.tx().find_request(&scope).await?.ok_or_else(in_progress)?;
                if row.request_hash != hash {
                    return Err(Error::unprocessable(
                        "This Idempotency-Key was used for another request. Use a new one for each request.",
                    ));
                }
                let answer = row.answer.ok_or_else(in_progress)?;
                if let Some(caller) = &caller {
                    op.log(entry(
                        caller.org(),
                        caller.actor(),
                        caller.ip(),
                        "request.replay",
                        ("request", "idempotent".to_owned()),
                        Details::new(),
                    ));
                }
                Ok(Some(answer))
            })
        })
        .await?;
    match answer {
        None => Ok(Turn::First(Ticket {
            app: app.clone(),
            scope,
        })),
        Some(sealed) => open(app, &scope, &sealed).map(Turn::Again),
    }
}

fn scope(app: &App, request: Repeatable<'_>) -> [u8; 32] {
    let asker = match request.asker {
        Asker::Caller(caller) => joined(&[
            caller.principal().kind().as_bytes(),
            caller.principal().uuid().as_bytes(),
            caller.org().as_uuid().as_bytes(),
        ]),
        Asker::Anonymous(words) => {
            let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
            joined(&[b"anonymous", &joined(&words)])
        }
    };
    let named = joined(&[&asker, request.key.as_bytes()]);
    app.keyring().keyed_digest("idempotency key", &named)
}

fn in_progress() -> Error {
    Error::conflict(
        "A request with this Idempotency-Key has begun and its answer is not known. \
         Try again in a moment; if this goes on, look whether it was done before you use a new key.",
    )
}

fn open(app: &App, scope: &[u8; 32], sealed: &[u8]) -> Result<Answer> {
    let plain = open_answer(app.keyring(), scope, sealed)?;
    let (status, body) = plain
        .expose()
        .split_first_chunk()
        .ok_or_else(|| Error::internal("a kept answer is too short"))?;
    Ok(Answer {
        status: u16::from_be_bytes(*status),
        body: SecretBytes::from(body.to_vec()),
    })
}

impl Ticket {
    /// Keeps the answer. When that fails the request stays taken: it was carried out.
    pub async fn done(self, status: u16, body: &[u8]) {
        let plain = SecretBytes::from([&status.to_be_bytes()[..], body].concat());
        let Self { app, scope } = self;
        let sealed = seal_answer(app.keyring(), &scope, plain.expose(), app.random());
        let kept = match sealed {
            Ok(sealed) => {
                app.run(move |op| {
                    Box::pin(async move { Ok(op.tx().answer_request(&scope, &sealed).await?) })
                })
                .await
            }
            Err(error) => Err(error.into()),
        };
        if let Err(error) = kept {
            tracing::warn!(cause = ?error.cause(), "the answer to a repeatable request could not be kept");
        }
    }

    /// Forgets the request, because nothing came of it.
    pub async fn nothing_happened(self) {
        let Self { app, scope } = self;
        let released = app
            .run(move |op| Box::pin(async move { Ok(op.tx().release_request(&scope).await?) }))
            .await;
        if let Err(error) = released
            && *error.kind() != Kind::Unavailable
        {
            tracing::warn!(cause = ?error.cause(), "a repeatable request could not be forgotten");
        }
    }
}

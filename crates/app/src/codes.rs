//! Codes of six digits that are mailed: proof that an address is read, for those who have it open on
//! another screen.
//!
//! Invariants: a code is for one purpose and subject; a new one replaces it; five tries, each counted in
//! a transaction of its own before it is compared; a right one is spent in the transaction of what it
//! allows.

use crate::App;
use crate::error::Result;
use crate::op::Op;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::secret::SecretString;
use std::time::Duration;

/// How long a code works.
pub(crate) const LIFE: Duration = Duration::from_mins(10);
const TRIES: i64 = 5;
const DIGITS: usize = 6;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeFor {
    /// The new address of an account; the subject is the user.
    EmailChange,
    /// One act of somebody who is signed in; the subject is the user.
    Confirmation,
    /// Signing in; the subject is the address.
    SignIn,
}

impl CodeFor {
    const fn as_str(self) -> &'static str {
        match self {
            Self::EmailChange => "email_change",
            Self::Confirmation => "confirmation",
            Self::SignIn => "sign_in",
        }
    }
}

fn digest(app: &App, purpose: CodeFor, subject: &str, code: &str) -> [u8; 32] {
    let text = format!("{}\n{subject}\n{code}", purpose.as_str());
    app.keyring().keyed_digest("mailed code", text.as_bytes())
}

/// Draws a code and keeps its digest.
pub(crate) async fn issue(
    app: &App,
    op: &mut Op,
    purpose: CodeFor,
    subject: &str,
    email: &str,
) -> Result<(SecretString, Timestamp)> {
    let mut bytes = [0; 8];
    op.random().fill(&mut bytes);
    // 2^64 is so much more than a million that no code is likelier than another.
    let code = format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000);
    let (now, hash) = (op.now(), digest(app, purpose, subject, &code));
    let expires = now.plus(LIFE);
    op.tx()
        .put_mailed_code(purpose.as_str(), subject, email, &hash, now, expires)
        .await?;
    Ok((SecretString::from(code), expires))
}

/// A code that somebody typed, counted as a try.
pub(crate) struct TypedCode {
    purpose: CodeFor,
    subject: String,
    /// `None` when it cannot be right, whatever was mailed.
    hash: Option<[u8; 32]>,
}

impl TypedCode {
    /// Counts a try.
    pub(crate) async fn count(
        app: &App,
        purpose: CodeFor,
        subject: &str,
        typed: &SecretString,
    ) -> Result<Self> {
        let digits: String = typed
            .expose()
            .chars()
            .filter(|character| !character.is_whitespace() && *character != '-')
            .collect();
        let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let counted = subject.to_owned();
        let may_try = app
            .run(move |op| {
                Box::pin(async move {
                    let now = op.now();
                    let purpose = purpose.as_str();
                    Ok(op
                        .tx()
                        .count_code_try(purpose, &counted, TRIES, now)
                        .await?)
                })
            })
            .await?;
        Ok(Self {
            purpose,
            subject: subject.to_owned(),
            hash: (may_try && is_code).then(|| digest(app, purpose, subject, &digits)),
        })
    }

    /// Uses the code up: the address it was mailed to, if it is right.
    pub(crate) async fn spend(&self, op: &mut Op) -> Result<Option<String>> {
        let Some(hash) = &self.hash else {
            return Ok(None);
        };
        let now = op.now();
        let row = op
            .tx()
            .spend_mailed_code(self.purpose.as_str(), &self.subject, hash, now)
            .await?;
        Ok(row.map(|row| row.email))
    }
}

/// Makes a code that was mailed worth nothing.
pub(crate) async fn withdraw(op: &mut Op, purpose: CodeFor, subject: &str) -> Result<()> {
    Ok(op.tx().drop_mailed_code(purpose.as_str(), subject).await?)
}

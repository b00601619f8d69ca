//! What an account has enrolled beside its password.

use crate::App;
use crate::error::{Error, Result};
use crate::op::Op;
use oneclaw_core::id::UserId;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::records::Record;
use oneclaw_crypto::totp::{PresentedCode, TotpSecret};
use oneclaw_store::Tx;

/// Second factors of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Factors {
    /// Codes of an authenticator app are asked for.
    pub(crate) totp: bool,
    /// How many passkeys there are.
    pub(crate) passkeys: i64,
}

impl Factors {
    /// The factors of an account in this transaction.
    pub(crate) async fn of(tx: &mut Tx, user: UserId) -> Result<Self> {
        let totp = tx.find_totp(user).await?;
        Ok(Self {
            totp: totp.is_some_and(|row| row.confirmed_at.is_some()),
            passkeys: tx.count_passkeys(user).await?,
        })
    }

    /// Whether there is any.
    pub(crate) const fn any(self) -> bool {
        self.totp || self.passkeys > 0
    }
}

/// The secret of an authenticator app, opened.
pub(crate) fn open_secret(app: &App, user: UserId, sealed: &[u8]) -> Result<TotpSecret> {
    let secret = app
        .keyring()
        .open_record(Record::TotpSecret(user), sealed)?;
    Ok(TotpSecret::from_bytes(secret))
}

/// Uses a code of the authenticator app, or a recovery code, up: true once for each. Tries are for the
/// caller to count, before.
pub(crate) async fn spend_code(
    app: &App,
    op: &mut Op,
    user: UserId,
    code: &SecretString,
) -> Result<bool> {
    let now = op.now();
    let Some(row) = op.tx().find_totp(user).await? else {
        return Ok(false);
    };
    if row.confirmed_at.is_none() {
        return Ok(false);
    }
    match PresentedCode::parse(code.expose()) {
        Some(PresentedCode::Totp(digits)) => {
            let secret = open_secret(app, user, &row.sealed_secret)?;
            match secret.matching_step(&digits, now, row.last_step) {
                Some(step) => Ok(op.tx().use_totp_step(user, step).await?),
                None => Ok(false),
            }
        }
        Some(PresentedCode::Recovery(code)) => {
            let hash = app.keyring().recovery_code_hash(user, &code);
            let hash = hash.ok_or_else(|| Error::internal("a recovery code cannot be hashed"))?;
            Ok(op.tx().use_recovery_code(user, &hash, now).await?)
        }
        None => Ok(false),
    }
}

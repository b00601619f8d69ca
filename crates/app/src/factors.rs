//! What an account has enrolled beside its password.

use crate::error::Result;
use crate::op::Op;
use oneclaw_core::id::UserId;
use oneclaw_core::secret::SecretString;
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
    #[expect(clippy::unused_async, reason = "factors are rows, once there are any")]
    pub(crate) async fn of(_tx: &mut Tx, _user: UserId) -> Result<Self> {
        Ok(Self::default())
    }

    /// Whether there is any.
    pub(crate) const fn any(self) -> bool {
        self.totp || self.passkeys > 0
    }
}

/// Uses a code of the authenticator app, or a recovery code, up: true once for each.
#[expect(clippy::unused_async, reason = "codes are rows, once there are any")]
pub(crate) async fn spend_code(_op: &mut Op, _user: UserId, _code: &SecretString) -> Result<bool> {
    Ok(false)
}

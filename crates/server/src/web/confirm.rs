//! Confirming an act on a page: with a passkey, a code of the app, the password, or a code by mail.

use super::form::Fields;
use super::security::{assertion, used_passkey};
use crate::ServerState;
use oneclaw_app::passkeys;
use oneclaw_app::reauth::{self, Proof, Ways};
use oneclaw_app::{Caller, Error, mfa};
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::secret::SecretString;

/// What a page asks for.
pub(super) struct Confirming {
    ways: Ways,
    /// What a browser needs to use a passkey, where that is the way: there are passkeys and no app.
    pub(super) passkey: Option<String>,
}

impl Confirming {
    pub(super) async fn load(state: &ServerState, caller: &Caller) -> Result<Self, Error> {
        let ways = reauth::ways(state.app(), caller).await?;
        let by_passkey = ways.passkeys && !ways.codes && passkeys::are_possible(state.app());
        let passkey = if by_passkey {
            Some(assertion(&passkeys::begin_sign_in(state.app())?))
        } else {
            None
        };
        Ok(Self { ways, passkey })
    }

    /// Whether the caller signed in so recently that what strengthens the account needs nothing more.
    pub(super) const fn is_recent(&self) -> bool {
        self.ways.recent
    }

    /// What the field is called.
    pub(super) const fn label(&self) -> &'static str {
        if self.ways.codes {
            "Code of the app, or a recovery code"
        } else if self.ways.password {
            "Your password, or a code by mail"
        } else {
            "Code from the mail"
        }
    }

    /// Whether a code can be had by mail.
    pub(super) const fn mails(&self) -> bool {
        self.ways.mail()
    }
}

/// What confirms an act: a passkey, a token from the step before, a code, or the password.
pub(super) async fn confirmation(
    state: &ServerState,
    caller: &Caller,
    purpose: Purpose,
    fields: &mut Fields,
) -> Result<Option<SecretString>, Error> {
    if !fields.text("signature").is_empty() {
        let proof = Proof::Passkey(used_passkey(fields));
        let proven = reauth::prove(state.app(), caller, purpose, proof).await?;
        return Ok(Some(proven.token));
    }
    let typed = fields.take_secret("confirmation");
    if typed.is_empty() {
        return Ok(None);
    }
    if !mfa::looks_like_a_code(&typed) {
        return Ok(Some(typed));
    }
    let proven = reauth::prove(state.app(), caller, purpose, Proof::Code(typed)).await?;
    Ok(Some(proven.token))
}

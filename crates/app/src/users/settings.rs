//! What people choose for their own safety.

use crate::App;
use crate::error::{Error, Result};
use crate::factors::Factors;
use crate::lane::entry_of;
use crate::live::Caller;
use crate::reauth::Confirmation;
use oneclaw_core::audit::Details;
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::secret::SecretString;

/// The choices, and what they depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecuritySettings {
    /// Vaults are to be used with a passkey only.
    pub require_passkey_for_vaults: bool,
    /// How many passkeys there are.
    pub passkey_count: i64,
}

/// The caller's choices.
pub async fn security_settings(app: &App, caller: &Caller) -> Result<SecuritySettings> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    Ok(SecuritySettings {
        require_passkey_for_vaults: view.tx.requires_passkey(user).await?,
        passkey_count: Factors::of(&mut view.tx, user).await?.passkeys,
    })
}

/// Changes them; `None` stays. What makes the account less safe has to be confirmed.
pub async fn update_security_settings(
    app: &App,
    caller: &Caller,
    require_passkey_for_vaults: Option<bool>,
    confirmation: Option<SecretString>,
) -> Result<SecuritySettings> {
    let (user, _) = caller.signed_in()?;
    let before = security_settings(app, caller).await?;
    let Some(required) = require_passkey_for_vaults else {
        return Ok(before);
    };
    let confirmation = if required {
        None
    } else {
        // Whatever it is now: it may be switched on meanwhile.
        Some(Confirmation::check(app, caller, confirmation).await?)
    };
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let passkey_count = Factors::of(op.tx(), user).await?.passkeys;
            if required && passkey_count == 0 {
                return Err(Error::invalid(
                    "require_passkey_for_vaults",
                    "Add a passkey first; without one nobody could open the vaults.",
                ));
            }
            if let Some(confirmation) = confirmation {
                let purpose = Purpose::VaultPasskeyDisable;
                confirmation.spend(op, &caller, purpose).await?;
            }
            op.tx().set_requires_passkey(user, required).await?;
            op.tx().bump_epoch(user.as_uuid()).await?;
            let details = Details::new().flag("require_passkey_for_vaults", required);
            let resource = ("user", user.to_string());
            op.log(entry_of(&caller, "user.settings", resource, details));
            Ok(SecuritySettings {
                require_passkey_for_vaults: required,
                passkey_count,
            })
        })
    })
    .await
}

//! One's own account as a whole: all that is stored about it, and its end.

use crate::error::{Kind, Result};
use crate::lane::entry_of;
use crate::live::Caller;
use crate::reauth::Confirmation;
use crate::users::Profile;
use crate::{App, agents, policies, secrets, users, vaults};
use oneclaw_core::audit::Details;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::secret::SecretString;

/// What somebody may see of themselves and their organisation, without a single value.
pub struct Export {
    /// When it was made.
    pub exported_at: Timestamp,
    /// The account.
    pub user: Profile,
    /// Vaults they may see.
    pub vaults: Vec<vaults::Vault>,
    /// Agents of the organisation.
    pub agents: Vec<agents::Agent>,
    /// Secrets whose names they may see, each with its vault.
    pub secrets: Vec<(VaultId, secrets::Metadata)>,
    /// Policies of the vaults they control.
    pub policies: Vec<policies::Policy>,
}

/// Gives people what is stored about them. Each part is what they may see anyway, under the same
/// policies and with the same entries in the log.
pub async fn export_data(
    app: &App,
    caller: &Caller,
    confirmation: Option<SecretString>,
) -> Result<Export> {
    let id = caller.user()?;
    let confirmation = Confirmation::check(app, caller, confirmation).await?;
    let confirmed = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&confirmed).await?;
            let purpose = Purpose::AccountExport;
            confirmation.spend(op, &confirmed, purpose).await?;
            let resource = ("user", id.to_string());
            op.log(entry_of(
                &confirmed,
                "user.export",
                resource,
                Details::new(),
            ));
            Ok(())
        })
    })
    .await?;
    let mut export = Export {
        exported_at: app.now(),
        user: users::me(app, caller).await?,
        vaults: vaults::list(app, caller).await?,
        agents: agents::list(app, caller).await?,
        secrets: Vec::new(),
        policies: Vec::new(),
    };
    for vault in &export.vaults {
        let listed = visible(secrets::list(app, caller, vault.id, None).await)?;
        let listed = listed.into_iter().map(|secret| (vault.id, secret));
        export.secrets.extend(listed);
        export
            .policies
            .extend(visible(policies::list(app, caller, vault.id).await)?);
    }
    Ok(export)
}

/// What somebody may not see, or is gone by now, is not in their export.
fn visible<T>(listed: Result<Vec<T>>) -> Result<Vec<T>> {
    match listed {
        Err(error) if matches!(error.kind(), Kind::Forbidden | Kind::NotFound) => Ok(Vec::new()),
        other => other,
    }
}

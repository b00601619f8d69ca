//! One's own account as a whole: all that is stored about it, and its end.

use crate::error::{Error, Kind, Result};
use crate::lane::entry_of;
use crate::live::{Caller, refused};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::organisations::members::end_traces;
use crate::reauth::Confirmation;
use crate::users::Profile;
use crate::{App, agents, policies, secrets, users, vaults};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Role;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, UserId, VaultId};
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

/// What somebody types who really wants to delete their account.
pub const DELETE_PHRASE: &str = "DELETE MY ACCOUNT";

/// Deletes one's account. Organisations that nobody else belongs to go with it, logs and all; others
/// go on, as long as somebody owns them, without what only this person's rights kept alive.
pub async fn delete(
    app: &App,
    caller: &Caller,
    phrase: &str,
    confirmation: Option<SecretString>,
) -> Result<()> {
    let (id, _) = caller.signed_in()?;
    if phrase != DELETE_PHRASE {
        let sentence = format!("Type {DELETE_PHRASE} to delete your account.");
        return Err(Error::invalid("confirmation", sentence));
    }
    let confirmation = Confirmation::check(app, caller, confirmation).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let memberships = op.tx().list_memberships(id).await?;
            let organisations: Vec<OrgId> = memberships
                .into_iter()
                .map(|membership| membership.org_id)
                .collect();
            // All logs at once: taken one by one, two nodes could wait for each other.
            op.enter(organisations.iter().copied().chain([OrgId::NIL]))
                .await?;
            op.authenticate(&caller).await?;
            let purpose = Purpose::AccountDelete;
            confirmation.spend(op, &caller, purpose).await?;
            let user = op.tx().find_user(id).await?.ok_or_else(refused)?;
            for org in organisations {
                leave(&app_in, op, &caller, org, id).await?;
            }
            op.tx().delete_mails_to(&user.email).await?;
            op.tx().delete_enrollments_to(&user.email).await?;
            if !op.tx().delete_user(id).await? {
                return Err(refused());
            }
            op.tx().bump_epoch(id.as_uuid()).await?;
            op.log(entry(
                OrgId::NIL,
                caller.actor(),
                caller.ip(),
                "user.delete",
                ("user", id.to_string()),
                Details::new(),
            ));
            let deleted_at = op.now();
            let message = Message::AccountDeleted { deleted_at };
            mail::queue(&app_in, op, None, &user.email, &message).await
        })
    })
    .await
}

/// Takes somebody out of an organisation, or removes it when nobody is left.
async fn leave(app: &App, op: &mut Op, caller: &Caller, org: OrgId, user: UserId) -> Result<()> {
    let members = op.tx().list_members(org).await?;
    let mut others = members.iter().filter(|member| member.user_id != user);
    if members.len() <= 1 {
        op.tx().delete_organisation(org).await?;
        return Ok(op.tx().bump_epoch(org.as_uuid()).await?);
    }
    if !others.any(|member| member.role == Role::Owner.as_str())
        && members
            .iter()
            .any(|member| member.user_id == user && member.role == Role::Owner.as_str())
    {
        return Err(Error::conflict(
            "You are the last owner of an organisation with other members. Make somebody else its owner, or remove them, first.",
        ));
    }
    let ended = end_traces(app, op, caller, org, user).await?;
    op.log(entry(
        org,
        caller.actor(),
        caller.ip(),
        "org.member_leave",
        ("user", user.to_string()),
        ended.note(Details::new()),
    ));
    Ok(())
}

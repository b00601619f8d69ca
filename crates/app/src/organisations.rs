//! Organisations: members, invitations and settings.

use crate::App;
use crate::error::{Error, Result};
use crate::live::Caller;
use oneclaw_core::caller::{AuthMethod, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::UserId;
use oneclaw_store::organisations::MemberRow;
use std::str::FromStr as _;

mod handover;
mod invitations;
pub(crate) mod members;
mod settings;

pub use invitations::{
    Invitation, Membership, accept, find_invitation, invite, list_invitations, list_memberships,
    switch, withdraw,
};
pub use members::{remove, set_role};
pub use settings::{Settings, SettingsChange, find_settings, freeze_agents, update_settings};

/// A member.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account.
    pub user: UserId,
    /// Address.
    pub email: String,
    /// Name for display, possibly empty.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// How they sign in: with a password if they have one.
    pub auth_method: AuthMethod,
    /// When they joined.
    pub joined_at: Timestamp,
}

/// All members, the first to join first.
pub async fn list_members(app: &App, caller: &Caller) -> Result<Vec<Member>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let rows = view.tx.list_members(caller.org()).await?;
    rows.into_iter().map(member_of).collect()
}

fn no_such_member() -> Error {
    Error::not_found("There is no such member in your organisation.")
}

fn member_of(row: MemberRow) -> Result<Member> {
    Ok(Member {
        user: row.user_id,
        email: row.email,
        display_name: row.display_name,
        role: Role::from_str(&row.role).map_err(Error::internal)?,
        auth_method: if row.has_password {
            AuthMethod::Password
        } else if row.identities > 0 {
            AuthMethod::Oidc
        } else if row.passkeys > 0 {
            AuthMethod::Passkey
        } else {
            AuthMethod::EmailCode
        },
        joined_at: row.created_at,
    })
}

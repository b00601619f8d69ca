//! Organisations: members and settings.

use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::entry;
use crate::{App, KeyDelivery};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Role;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::UserId;
use std::str::FromStr as _;

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
    /// When they joined.
    pub joined_at: Timestamp,
}

/// All members, the first to join first.
pub async fn list_members(app: &App, caller: &Caller) -> Result<Vec<Member>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let rows = view.tx.list_members(caller.org()).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Member {
                user: row.user_id,
                email: row.email,
                display_name: row.display_name,
                role: Role::from_str(&row.role).map_err(Error::internal)?,
                joined_at: row.created_at,
            })
        })
        .collect()
}

/// Overrides how keys of new agents reach their approvers; `None` follows the instance.
pub async fn set_key_delivery(app: &App, caller: &Caller, mode: Option<KeyDelivery>) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            live.require_admin()?;
            let word = mode.map(KeyDelivery::as_str);
            op.tx().set_key_delivery(live.org, word).await?;
            let details = Details::new().text("key_delivery", word.unwrap_or("instance"));
            op.log(entry(
                live.org,
                caller.actor(),
                caller.ip(),
                "org.update",
                ("organisation", live.org.to_string()),
                details,
            ));
            Ok(())
        })
    })
    .await
}

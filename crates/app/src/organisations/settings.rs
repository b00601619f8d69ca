//! What holds for a whole organisation: its name, how keys reach approvers, and whether its agents
//! may do anything at all.

use crate::App;
use crate::boot::KeyDelivery;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::Caller;
use oneclaw_core::audit::Details;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::model::text::parse_name;
use oneclaw_store::organisations::OrganisationRow;
use std::str::FromStr as _;

/// The settings of an organisation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// How keys of new agents reach their approvers, when not as the instance says.
    pub key_delivery: Option<KeyDelivery>,
    /// Since when no agent may do anything.
    pub agents_frozen_at: Option<Timestamp>,
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// Its name.
    pub name: Option<String>,
    /// `Some(None)` follows the instance.
    pub key_delivery: Option<Option<String>>,
}

fn missing() -> Error {
    Error::not_found("There is no such organisation.")
}

fn settings_of(row: OrganisationRow) -> Result<Settings> {
    let key_delivery = row.key_delivery.as_deref().map(KeyDelivery::from_str);
    Ok(Settings {
        name: row.name,
        key_delivery: key_delivery.transpose().map_err(Error::internal)?,
        agents_frozen_at: row.agents_frozen_at,
    })
}

/// The settings of the caller's organisation, for its members.
pub async fn find_settings(app: &App, caller: &Caller) -> Result<Settings> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let row = view.tx.find_organisation(caller.org()).await?;
    settings_of(row.ok_or_else(missing)?)
}

/// Changes the settings of the caller's organisation.
pub async fn update_settings(
    app: &App,
    caller: &Caller,
    change: SettingsChange,
) -> Result<Settings> {
    let name = change
        .name
        .map(|name| parse_name(&name).map_err(|error| Error::invalid("name", error.to_string())));
    let name = name.transpose()?;
    let unknown = |_| Error::invalid("key_delivery", "This must be email, link or null.");
    let delivery = change
        .key_delivery
        .map(|word| word.map(|word| KeyDelivery::from_str(&word).map_err(unknown)));
    let delivery = delivery.map(Option::transpose).transpose()?;
    let by = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&by).await?;
            live.require_admin()?;
            let mut details = Details::new();
            if let Some(name) = &name {
                op.tx().rename_organisation(live.org, name).await?;
                details = details.text("name", name);
            }
            if let Some(delivery) = delivery {
                let word = delivery.map(KeyDelivery::as_str);
                op.tx().set_key_delivery(live.org, word).await?;
                details = details.text("key_delivery", word.unwrap_or("instance"));
            }
            op.log(entry_of(
                &by,
                "org.update",
                ("organisation", live.org.to_string()),
                details,
            ));
            let row = op.tx().find_organisation(live.org).await?;
            settings_of(row.ok_or_else(missing)?)
        })
    })
    .await
}

/// Stops all agents of the organisation, or lets them go on. One row changes, whatever their number,
/// and it holds from the next request on, on every node.
pub async fn freeze_agents(app: &App, caller: &Caller, frozen: bool) -> Result<Settings> {
    caller.user()?;
    let by = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&by).await?;
            live.require_admin()?;
            let now = op.now();
            if op
                .tx()
                .set_agents_frozen(live.org, frozen.then_some(now))
                .await?
            {
                op.tx().bump_epoch(live.org.as_uuid()).await?;
                let action = if frozen {
                    "org.freeze_agents"
                } else {
                    "org.unfreeze_agents"
                };
                let resource = ("organisation", live.org.to_string());
                op.log(entry_of(&by, action, resource, Details::new()));
            }
            let row = op.tx().find_organisation(live.org).await?;
            settings_of(row.ok_or_else(missing)?)
        })
    })
    .await
}

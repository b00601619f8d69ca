//! How far somebody has come: what the home page shows.

use crate::error::Result;
use crate::live::Caller;
use crate::{App, agents, vaults};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use oneclaw_store::audit::Filter;

/// How many of the newest reads are looked at for one by an agent.
const RECENT_READS: i64 = 100;

/// Which steps towards "my agent reads its first secret" are done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one line of a checklist, independent of the others"
)]
pub struct Overview {
    /// The oldest vault of the caller's own making, or one opened to them.
    pub vault: Option<VaultId>,
    /// Some vault holds a secret.
    pub has_secret: bool,
    /// An agent has joined.
    pub has_agent: bool,
    /// A policy is written.
    pub has_policy: bool,
    /// An agent has read a secret lately.
    pub has_agent_read: bool,
}

/// How the instance answers at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whether the database is the embedded one.
    pub is_embedded: bool,
    /// How long it took to look the caller up.
    pub answered_in_ms: i64,
    /// When the newest entry of the organisation's log was written.
    pub newest_entry: Option<Timestamp>,
}

/// Asks the database for what every request needs, and times it.
pub async fn condition(app: &App, caller: &Caller) -> Result<Condition> {
    let begin = app.now();
    let mut view = app.view(caller).await?;
    let any = Filter {
        resource_id: None,
        actor_id: None,
        action: None,
        from: None,
        to: None,
    };
    let newest = view.tx.list_events(caller.org(), &any, 1, 0).await?;
    Ok(Condition {
        is_embedded: app.store().is_embedded(),
        answered_in_ms: app.now().as_millis() - begin.as_millis(),
        newest_entry: newest.first().map(|event| event.at),
    })
}

/// Looks at everything the caller may know of, in one snapshot.
pub async fn overview(app: &App, caller: &Caller) -> Result<Overview> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let seen = vaults::visible(&mut view, caller).await?;
    let mut found = Overview::default();
    for vault in seen
        .iter()
        .filter(|vault| vault.name != agents::IDENTITY_VAULT)
    {
        found.vault = found.vault.or(Some(vault.id));
        found.has_secret =
            found.has_secret || view.tx.count_secrets(caller.org(), vault.id).await? > 0;
        found.has_policy = found.has_policy
            || !view
                .tx
                .list_policies(caller.org(), vault.id)
                .await?
                .is_empty();
        if found.has_secret && found.has_policy {
            break;
        }
    }
    found.has_agent = !view.tx.list_agents(caller.org()).await?.is_empty();
    let reads = Filter {
        resource_id: None,
        actor_id: None,
        action: Some("secret.read"),
        from: None,
        to: None,
    };
    let reads = view
        .tx
        .list_events(caller.org(), &reads, RECENT_READS, 0)
        .await?;
    found.has_agent_read = reads.iter().any(|event| event.actor_type == "agent");
    Ok(found)
}

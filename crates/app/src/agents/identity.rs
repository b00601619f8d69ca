//! Fresh identity keys for an agent.

use super::{Agent, agent_of, identity_vault, managed, missing, store_identity};
use crate::App;
use crate::error::Result;
use crate::lane::entry_of;
use crate::live::Caller;
use oneclaw_core::audit::Details;
use oneclaw_core::id::AgentId;
use oneclaw_crypto::identity::{generate_ed25519, generate_p256};

/// Replaces an agent's identity keys. The private ones are new versions of the secrets that hold them.
pub async fn rotate_identity_keys(app: &App, caller: &Caller, id: AgentId) -> Result<Agent> {
    caller.user()?;
    let (app_in, by) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (live, mut row) = managed(op, &by, id).await?;
            let ssh = generate_ed25519(op.random())?;
            let ecdh = generate_p256(op.random())?;
            let vault = identity_vault(&app_in, op, &by, row.created_by).await?;
            store_identity(
                &app_in,
                op,
                &by,
                vault,
                id,
                [
                    ("ssh", "ssh_key", ssh.private_key),
                    ("ecdh", "private_key", ecdh.private_key),
                ]
                .into_iter(),
            )
            .await?;
            if !op
                .tx()
                .set_agent_identity(live.org, id, &ssh.public_key, &ecdh.public_key)
                .await?
            {
                return Err(missing());
            }
            op.log(entry_of(
                &by,
                "agent.rotate_identity_keys",
                ("agent", id.to_string()),
                Details::new(),
            ));
            row.ssh_public_key = Some(ssh.public_key);
            row.ecdh_public_key = Some(ecdh.public_key);
            agent_of(row)
        })
    })
    .await
}

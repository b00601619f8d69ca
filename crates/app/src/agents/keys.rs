//! An agent's key: a new one instead of the old, and the first one, shown once.

use super::{REVEAL, managed, missing};
use crate::App;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::entry;
use oneclaw_core::audit::Details;
use oneclaw_core::id::AgentId;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenKind};

/// Replaces an agent's key, which is returned once. The old key and all tokens end. An end of the key
/// that lies ahead holds for the new one too; one that has passed does not.
pub async fn rotate_key(app: &App, caller: &Caller, id: AgentId) -> Result<SecretString> {
    caller.user()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (live, _) = managed(op, &caller, id).await?;
            let key = PlainToken::generate(TokenKind::AgentKey, op.random());
            let hash = key.hash(app_in.keyring());
            if !op.tx().set_agent_key(live.org, id, hash.as_bytes()).await? {
                return Err(missing());
            }
            let now = op.now();
            op.tx().clear_agent_key_end(live.org, id, now).await?;
            op.tx().drop_one_time_tokens(id.as_uuid(), REVEAL).await?;
            op.tx().bump_epoch(id.as_uuid()).await?;
            op.log(entry(
                live.org,
                caller.actor(),
                caller.ip(),
                "agent.rotate_key",
                ("agent", id.to_string()),
                Details::new(),
            ));
            Ok(key.into_secret())
        })
    })
    .await
}

/// Makes and shows the first key of an agent that this human let in. The link works once.
pub async fn reveal_key(
    app: &App,
    caller: &Caller,
    id: AgentId,
    token: &SecretString,
) -> Result<SecretString> {
    let user = caller.user()?;
    let not_valid = || {
        Error::not_found(
            "This link is not valid (any more). If the key was lost, rotate it on the agent's page.",
        )
    };
    let hash = app
        .keyring()
        .hash_token(TokenKind::RevealLink, token.expose())
        .map_err(|_| not_valid())?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let now = op.now();
            let agent = op
                .tx()
                .find_agent(live.org, id)
                .await?
                .filter(|agent| agent.created_by == user)
                .ok_or_else(not_valid)?;
            let link = op
                .tx()
                .find_one_time_token(hash.as_bytes(), REVEAL)
                .await?
                .ok_or_else(not_valid)?;
            if link.subject_id != agent.id.as_uuid()
                || !op
                    .tx()
                    .consume_one_time_token(hash.as_bytes(), REVEAL, now)
                    .await?
            {
                return Err(not_valid());
            }
            let key = PlainToken::generate(TokenKind::AgentKey, op.random());
            if !op
                .tx()
                .set_first_agent_key(live.org, id, key.hash(app_in.keyring()).as_bytes())
                .await?
            {
                return Err(not_valid());
            }
            op.tx().bump_epoch(id.as_uuid()).await?;
            op.log(entry(
                live.org,
                caller.actor(),
                caller.ip(),
                "agent.key_reveal",
                ("agent", id.to_string()),
                Details::new(),
            ));
            Ok(key.into_secret())
        })
    })
    .await
}

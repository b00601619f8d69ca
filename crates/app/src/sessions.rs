//! The sessions of one's own account: where one is signed in, and ending that.

use crate::App;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::users::{end_session, is_open, method_of};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::SessionId;
use oneclaw_store::sessions::SessionRow;

/// A place where somebody is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// `web` for a browser, `api` for a program.
    pub kind: String,
    /// How it was begun.
    pub auth_method: AuthMethod,
    /// What the browser or program calls itself.
    pub client: String,
    /// Where it was begun from.
    pub ip: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// Where the caller is signed in, newest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Session>> {
    let (user, current) = caller.signed_in()?;
    let mut view = app.view(caller).await?;
    let now = view.now;
    let mut rows = view.tx.list_live_sessions(user).await?;
    rows.retain(|row| is_open(row, now));
    rows.sort_by_key(|row| std::cmp::Reverse(row.created_at));
    let view = |row: SessionRow| {
        Ok(Session {
            is_current: row.id == current,
            id: row.id,
            auth_method: method_of(&row)?,
            kind: row.kind,
            client: row.user_agent,
            ip: row.ip,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    };
    rows.into_iter().map(view).collect()
}

/// Ends one of the caller's sessions, with its refresh token and all its access tokens.
pub async fn revoke(app: &App, caller: &Caller, id: SessionId) -> Result<()> {
    let (user, _) = caller.signed_in()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let now = op.now();
            let session = op
                .tx()
                .find_session(id)
                .await?
                .filter(|session| session.user_id == user && is_open(session, now))
                .ok_or_else(|| Error::not_found("You have no such session."))?;
            op.enter([session.org_id]).await?;
            let what = (caller.actor(), "auth.session_revoke");
            end_session(op, &session, caller.ip(), what).await
        })
    })
    .await
}

//! Signed-in humans: browsers (cookie) and API clients (refresh token). Only hashes are kept.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, SessionId, UserId};

row! {
    /// A session.
    pub struct SessionRow {
        /// Its id: the `sid` claim, and the id of its epoch.
        pub id: SessionId,
        /// Who signed in.
        pub user_id: UserId,
        /// For which organisation.
        pub org_id: OrgId,
        /// `web` (cookie) or `api` (refresh token).
        pub kind: String,
        /// Keyed hash of the cookie or the current refresh token.
        pub secret_hash: Vec<u8>,
        /// How it was begun.
        pub auth_method: String,
        /// What the client called itself, cut.
        pub user_agent: String,
        /// Where it came from.
        pub ip: Option<String>,
        /// When it began.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Timestamp,
        /// When it was ended.
        pub revoked_at: Option<Timestamp>,
    }
}

const INSERT: &str = "INSERT INTO sessions (id, user_id, org_id, kind, secret_hash, auth_method, \
    user_agent, ip, created_at, expires_at, revoked_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)";
const FIND: &str = "SELECT id, user_id, org_id, kind, secret_hash, auth_method, user_agent, ip, \
    created_at, expires_at, revoked_at FROM sessions WHERE id = $1";
const FIND_BY_SECRET: &str = "SELECT id, user_id, org_id, kind, secret_hash, auth_method, user_agent, \
    ip, created_at, expires_at, revoked_at FROM sessions WHERE secret_hash = $1";
const FIND_BY_SPENT: &str = "SELECT s.id, s.user_id, s.org_id, s.kind, s.secret_hash, s.auth_method, \
    s.user_agent, s.ip, s.created_at, s.expires_at, s.revoked_at \
    FROM spent_refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = $1";
const ROTATE: &str = "UPDATE sessions SET secret_hash = $3 \
    WHERE id = $1 AND secret_hash = $2 AND revoked_at IS NULL";
const SPEND: &str = "INSERT INTO spent_refresh_tokens (hash, session_id) VALUES ($1, $2)";
const REVOKE: &str = "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
const LIVE_OF_USER: &str = "SELECT id, user_id, org_id, kind, secret_hash, auth_method, user_agent, \
    ip, created_at, expires_at, revoked_at FROM sessions WHERE user_id = $1 AND revoked_at IS NULL";
const PURGE: &str = "DELETE FROM sessions WHERE expires_at < $1";

impl Tx {
    /// Begins a session.
    pub async fn insert_session(&mut self, session: &SessionRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            session.id.as_uuid(),
            session.user_id.as_uuid(),
            session.org_id.as_uuid(),
            session.kind.as_str(),
            session.secret_hash.as_slice(),
            session.auth_method.as_str(),
            session.user_agent.as_str(),
            session.ip.as_deref(),
            session.created_at.as_millis(),
            session.expires_at.as_millis(),
        )?;
        Ok(())
    }

    /// A session by id.
    pub async fn find_session(&mut self, id: SessionId) -> Result<Option<SessionRow>> {
        maybe!(self, FIND, id.as_uuid())
    }

    /// A session by the hash of its cookie or refresh token.
    pub async fn find_session_by_secret(&mut self, hash: &[u8]) -> Result<Option<SessionRow>> {
        maybe!(self, FIND_BY_SECRET, hash)
    }

    /// The session of a refresh token that was exchanged already, however long ago.
    pub async fn find_session_by_spent(&mut self, hash: &[u8]) -> Result<Option<SessionRow>> {
        maybe!(self, FIND_BY_SPENT, hash)
    }

    /// Exchanges the refresh token and remembers the old one; false when it was exchanged before.
    pub async fn rotate_session(&mut self, id: SessionId, old: &[u8], new: &[u8]) -> Result<bool> {
        if changed!(self, ROTATE, id.as_uuid(), old, new)? != 1 {
            return Ok(false);
        }
        changed!(self, SPEND, old, id.as_uuid())?;
        Ok(true)
    }

    /// Ends a session; false when it was over already.
    pub async fn revoke_session(&mut self, id: SessionId, now: Timestamp) -> Result<bool> {
        Ok(changed!(self, REVOKE, id.as_uuid(), now.as_millis())? == 1)
    }

    /// The sessions of a user that were not ended.
    pub async fn list_live_sessions(&mut self, user: UserId) -> Result<Vec<SessionRow>> {
        all!(self, LIVE_OF_USER, user.as_uuid())
    }

    /// Forgets sessions that ended by themselves.
    pub async fn purge_sessions(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}

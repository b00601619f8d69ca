//! Assistants that connect by OAuth: those that were registered, and what humans allowed which of them. Of codes and
//! refresh tokens only keyed hashes are kept.

use crate::error::Result;
use crate::row::row;
use crate::webhooks::Total;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OauthClientId, OauthGrantId, OrgId, UserId};

row! {
    /// An assistant that was registered.
    pub struct OauthClientRow {
        /// Its id, which it presents.
        pub id: OauthClientId,
        /// The organisation that it is for; `None` when it registered itself.
        pub org_id: Option<OrgId>,
        /// What it is called.
        pub name: String,
        /// Where codes may go, a JSON list.
        pub redirect_uris: String,
        /// Who registered it.
        pub created_by: Option<UserId>,
        /// When.
        pub created_at: Timestamp,
        /// When a human last let it in.
        pub used_at: Timestamp,
    }
}

row! {
    /// What a human allowed an assistant.
    pub struct OauthGrantRow {
        /// Its id: the `grant` claim, and the id of its epoch.
        pub id: OauthGrantId,
        /// The organisation.
        pub org_id: OrgId,
        /// The agent that the assistant acts as.
        pub agent_id: AgentId,
        /// The human.
        pub user_id: UserId,
        /// What the assistant calls itself to the server: an id, or the address of its description.
        pub client_id: String,
        /// What it calls itself to people.
        pub client_name: String,
        /// Where its code went.
        pub redirect_uri: String,
        /// Where its tokens are good.
        pub resource: String,
        /// What it may do there, with spaces in between.
        pub scopes: String,
        /// The challenge that the verifier has to answer.
        pub code_challenge: String,
        /// When the code is worth nothing any more.
        pub code_expires_at: Timestamp,
        /// When the human decided.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Timestamp,
        /// When the assistant last got a token.
        pub used_at: Option<Timestamp>,
        /// When it was ended.
        pub ended_at: Option<Timestamp>,
    }
}

row! {
    /// A grant with the name of its agent.
    pub struct ListedGrantRow {
        /// Its id.
        pub id: OauthGrantId,
        /// The agent that the assistant acts as.
        pub agent_id: AgentId,
        /// The agent's name.
        pub agent_name: String,
        /// Who let the agent in.
        pub agent_creator: UserId,
        /// The human.
        pub user_id: UserId,
        /// What the assistant calls itself to the server.
        pub client_id: String,
        /// What it calls itself to people.
        pub client_name: String,
        /// Where its code went.
        pub redirect_uri: String,
        /// What it may do, with spaces in between.
        pub scopes: String,
        /// When the human decided.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Timestamp,
        /// When the assistant last got a token.
        pub used_at: Timestamp,
    }
}

const INSERT_CLIENT: &str = "INSERT INTO oauth_clients (id, org_id, name, redirect_uris, created_by, created_at, used_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND_CLIENT: &str = "SELECT id, org_id, name, redirect_uris, created_by, created_at, used_at FROM oauth_clients \
    WHERE id = $2 AND (org_id = $1 OR org_id IS NULL)";
const LIST_CLIENTS: &str = "SELECT id, org_id, name, redirect_uris, created_by, created_at, used_at FROM oauth_clients \
    WHERE org_id = $1 ORDER BY created_at, id";
const COUNT_SELF_REGISTERED: &str =
    "SELECT COUNT(*) AS total FROM oauth_clients WHERE org_id IS NULL";
const TOUCH_CLIENT: &str = "UPDATE oauth_clients SET used_at = $2 WHERE id = $1";
const DELETE_CLIENT: &str = "DELETE FROM oauth_clients WHERE org_id = $1 AND id = $2";
const PURGE_CLIENTS: &str = "DELETE FROM oauth_clients WHERE org_id IS NULL AND used_at < $1";

const INSERT_GRANT: &str = "INSERT INTO oauth_grants (id, org_id, agent_id, user_id, client_id, client_name, \
    redirect_uri, resource, scopes, code_hash, code_challenge, code_expires_at, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const FIND_BY_CODE: &str = "SELECT id, org_id, agent_id, user_id, client_id, client_name, redirect_uri, resource, scopes, \
    code_challenge, code_expires_at, created_at, expires_at, used_at, ended_at FROM oauth_grants WHERE code_hash = $1";
const FIND_BY_REFRESH: &str = "SELECT id, org_id, agent_id, user_id, client_id, client_name, redirect_uri, resource, \
    scopes, code_challenge, code_expires_at, created_at, expires_at, used_at, ended_at FROM oauth_grants \
    WHERE refresh_hash = $1";
const FIND_BY_SPENT: &str = "SELECT g.id, g.org_id, g.agent_id, g.user_id, g.client_id, g.client_name, g.redirect_uri, \
    g.resource, g.scopes, g.code_challenge, g.code_expires_at, g.created_at, g.expires_at, g.used_at, g.ended_at \
    FROM spent_oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id WHERE t.hash = $1";
const FIND_GRANT: &str = "SELECT id, org_id, agent_id, user_id, client_id, client_name, redirect_uri, resource, scopes, \
    code_challenge, code_expires_at, created_at, expires_at, used_at, ended_at FROM oauth_grants \
    WHERE org_id = $1 AND id = $2";
const LIST_GRANTS: &str = "SELECT g.id, g.agent_id, a.name AS agent_name, a.created_by AS agent_creator, g.user_id, \
    g.client_id, g.client_name, g.redirect_uri, g.scopes, g.created_at, g.expires_at, g.used_at \
    FROM oauth_grants g JOIN agents a ON a.id = g.agent_id WHERE g.org_id = $1 AND g.used_at IS NOT NULL \
    AND g.ended_at IS NULL AND g.expires_at > $2 AND a.deleted_at IS NULL ORDER BY g.created_at DESC, g.id DESC";
const LIST_OPEN: &str = "SELECT id, org_id, agent_id, user_id, client_id, client_name, redirect_uri, resource, scopes, \
    code_challenge, code_expires_at, created_at, expires_at, used_at, ended_at FROM oauth_grants \
    WHERE org_id = $1 AND ended_at IS NULL";
const SPEND_CODE: &str = "UPDATE oauth_grants SET code_spent_at = $2 \
    WHERE id = $1 AND code_spent_at IS NULL AND ended_at IS NULL";
const BEGIN: &str =
    "UPDATE oauth_grants SET refresh_hash = $2, used_at = $3 WHERE id = $1 AND ended_at IS NULL";
const ROTATE: &str = "UPDATE oauth_grants SET refresh_hash = $3, used_at = $4 \
    WHERE id = $1 AND refresh_hash = $2 AND ended_at IS NULL";
const SPEND_REFRESH: &str = "INSERT INTO spent_oauth_tokens (hash, grant_id) VALUES ($1, $2)";
const END: &str = "UPDATE oauth_grants SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
const PURGE_GRANTS: &str = "DELETE FROM oauth_grants WHERE expires_at < $1";

impl Tx {
    /// Adds an assistant.
    pub async fn insert_oauth_client(&mut self, row: &OauthClientRow) -> Result<()> {
        changed!(
            self,
            INSERT_CLIENT,
            row.id.as_uuid(),
            row.org_id.map(|org| org.as_uuid()),
            row.name.as_str(),
            row.redirect_uris.as_str(),
            row.created_by.map(|user| user.as_uuid()),
            row.created_at.as_millis(),
            row.used_at.as_millis(),
        )?;
        Ok(())
    }

    /// An assistant that an organisation registered, or that registered itself.
    pub async fn find_oauth_client(
        &mut self,
        org: OrgId,
        id: OauthClientId,
    ) -> Result<Option<OauthClientRow>> {
        maybe!(self, FIND_CLIENT, org.as_uuid(), id.as_uuid())
    }

    /// The assistants that an organisation registered, oldest first.
    pub async fn list_oauth_clients(&mut self, org: OrgId) -> Result<Vec<OauthClientRow>> {
        all!(self, LIST_CLIENTS, org.as_uuid())
    }

    /// How many have registered themselves.
    pub async fn count_self_registered_oauth_clients(&mut self) -> Result<i64> {
        let row: Option<Total> = maybe!(self, COUNT_SELF_REGISTERED)?;
        Ok(row.map_or(0, |row| row.total))
    }

    /// Notes that a human let it in.
    pub async fn touch_oauth_client(&mut self, id: OauthClientId, now: Timestamp) -> Result<()> {
        changed!(self, TOUCH_CLIENT, id.as_uuid(), now.as_millis())?;
        Ok(())
    }

    /// Removes an assistant that the organisation registered; false when there is none.
    pub async fn delete_oauth_client(&mut self, org: OrgId, id: OauthClientId) -> Result<bool> {
        Ok(changed!(self, DELETE_CLIENT, org.as_uuid(), id.as_uuid())? == 1)
    }

    /// Forgets those that registered themselves and that nobody let in since the given time.
    pub async fn purge_oauth_clients(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE_CLIENTS, before.as_millis())
    }

    /// Adds what a human allowed, by the hash of the code that stands for it.
    pub async fn insert_oauth_grant(
        &mut self,
        row: &OauthGrantRow,
        code_hash: &[u8],
    ) -> Result<()> {
        changed!(
            self,
            INSERT_GRANT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.agent_id.as_uuid(),
            row.user_id.as_uuid(),
            row.client_id.as_str(),
            row.client_name.as_str(),
            row.redirect_uri.as_str(),
            row.resource.as_str(),
            row.scopes.as_str(),
            code_hash,
            row.code_challenge.as_str(),
            row.code_expires_at.as_millis(),
            row.created_at.as_millis(),
            row.expires_at.as_millis(),
        )?;
        Ok(())
    }

    /// By the hash of the code, spent or not.
    pub async fn find_oauth_grant_by_code(&mut self, hash: &[u8]) -> Result<Option<OauthGrantRow>> {
        maybe!(self, FIND_BY_CODE, hash)
    }

    /// By the hash of the refresh token that is good now.
    pub async fn find_oauth_grant_by_refresh(
        &mut self,
        hash: &[u8],
    ) -> Result<Option<OauthGrantRow>> {
        maybe!(self, FIND_BY_REFRESH, hash)
    }

    /// By the hash of a refresh token that was exchanged already, however long ago.
    pub async fn find_oauth_grant_by_spent(
        &mut self,
        hash: &[u8],
    ) -> Result<Option<OauthGrantRow>> {
        maybe!(self, FIND_BY_SPENT, hash)
    }

    /// One grant.
    pub async fn find_oauth_grant(
        &mut self,
        org: OrgId,
        id: OauthGrantId,
    ) -> Result<Option<OauthGrantRow>> {
        maybe!(self, FIND_GRANT, org.as_uuid(), id.as_uuid())
    }

    /// The grants of an organisation that assistants hold at this moment, newest first.
    pub async fn list_oauth_grants(
        &mut self,
        org: OrgId,
        now: Timestamp,
    ) -> Result<Vec<ListedGrantRow>> {
        all!(self, LIST_GRANTS, org.as_uuid(), now.as_millis())
    }

    /// Every grant of an organisation that was not ended, also those whose code was not exchanged yet.
    pub async fn list_open_oauth_grants(&mut self, org: OrgId) -> Result<Vec<OauthGrantRow>> {
        all!(self, LIST_OPEN, org.as_uuid())
    }

    /// Uses the code up: of any number of attempts exactly one gets `true`.
    pub async fn spend_oauth_code(&mut self, id: OauthGrantId, now: Timestamp) -> Result<bool> {
        Ok(changed!(self, SPEND_CODE, id.as_uuid(), now.as_millis())? == 1)
    }

    /// Gives a grant its first refresh token; false when it was ended.
    pub async fn begin_oauth_grant(
        &mut self,
        id: OauthGrantId,
        refresh_hash: &[u8],
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, BEGIN, id.as_uuid(), refresh_hash, now.as_millis())? == 1)
    }

    /// Exchanges the refresh token and remembers the old one; false when it was exchanged before.
    pub async fn rotate_oauth_grant(
        &mut self,
        id: OauthGrantId,
        (old, new): (&[u8], &[u8]),
        now: Timestamp,
    ) -> Result<bool> {
        if changed!(self, ROTATE, id.as_uuid(), old, new, now.as_millis())? != 1 {
            return Ok(false);
        }
        changed!(self, SPEND_REFRESH, old, id.as_uuid())?;
        Ok(true)
    }

    /// Ends a grant; false when it was over already.
    pub async fn end_oauth_grant(&mut self, id: OauthGrantId, now: Timestamp) -> Result<bool> {
        Ok(changed!(self, END, id.as_uuid(), now.as_millis())? == 1)
    }

    /// Forgets grants that ended by themselves before the given time.
    pub async fn purge_oauth_grants(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE_GRANTS, before.as_millis())
    }
}

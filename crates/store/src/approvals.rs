//! Questions of agents to their humans. What an answer grants is a policy like any other.

use crate::error::Result;
use crate::row::row;
use crate::users::Count;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, ApprovalId, OrgId, PolicyId, UserId, VaultId};

row! {
    /// A question.
    pub struct ApprovalRow {
        /// Its id.
        pub id: ApprovalId,
        /// The organisation of the agent.
        pub org_id: OrgId,
        /// Whom it is put to: the human who let the agent in.
        pub user_id: UserId,
        /// Who asks.
        pub agent_id: AgentId,
        /// What for.
        pub action: String,
        /// What kind of thing it concerns.
        pub target_type: String,
        /// Which one; possibly empty.
        pub target_id: String,
        /// 1 to 3.
        pub risk_tier: i64,
        /// Any JSON: what the agent says about it.
        pub summary: String,
        /// Why, in the agent's words.
        pub reason: Option<String>,
        /// The vault it asks access to, when it asks for access.
        pub vault_id: Option<VaultId>,
        /// Glob over paths; empty without a vault.
        pub path_pattern: String,
        /// JSON array of permissions; empty without a vault.
        pub permissions: String,
        /// For how long it asks, when it says so.
        pub seconds: Option<i64>,
        /// `pending`, `approved`, `rejected`, `expired` or `cancelled`.
        pub status: String,
        /// When it was asked.
        pub created_at: Timestamp,
        /// When it lapses.
        pub expires_at: Timestamp,
        /// When it was answered or taken back.
        pub decided_at: Option<Timestamp>,
        /// Which human answered.
        pub decided_by: Option<UserId>,
        /// Why, in the human's words.
        pub decision_reason: Option<String>,
        /// How long the granted access lasts: `once`, `duration` or `always`.
        pub grant_mode: Option<String>,
        /// The policy that came of it.
        pub policy_id: Option<PolicyId>,
    }
}

const INSERT: &str = "INSERT INTO approvals (id, org_id, user_id, agent_id, action, target_type, target_id, \
    risk_tier, summary, reason, vault_id, path_pattern, permissions, seconds, status, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'pending', $15, $16)";
const FIND: &str = "SELECT id, org_id, user_id, agent_id, action, target_type, target_id, risk_tier, summary, \
    reason, vault_id, path_pattern, permissions, seconds, status, created_at, expires_at, decided_at, decided_by, \
    decision_reason, grant_mode, policy_id FROM approvals WHERE org_id = $1 AND id = $2";
const FIND_WAITING: &str = "SELECT id, org_id, user_id, agent_id, action, target_type, target_id, risk_tier, \
    summary, reason, vault_id, path_pattern, permissions, seconds, status, created_at, expires_at, decided_at, \
    decided_by, decision_reason, grant_mode, policy_id FROM approvals \
    WHERE agent_id = $1 AND status = 'pending' AND expires_at > $2 AND action = $3 AND vault_id = $4 \
    AND path_pattern = $5 LIMIT 1";
// What is stored as pending may have lapsed already, so both are asked with the time.
const LIST_OF_ORG: &str = "SELECT id, org_id, user_id, agent_id, action, target_type, target_id, risk_tier, \
    summary, reason, vault_id, path_pattern, permissions, seconds, status, created_at, expires_at, decided_at, \
    decided_by, decision_reason, grant_mode, policy_id FROM approvals WHERE org_id = $1 \
    AND CASE WHEN status = 'pending' AND expires_at <= $3 THEN 'expired' ELSE status END \
    = COALESCE($2, CASE WHEN status = 'pending' AND expires_at <= $3 THEN 'expired' ELSE status END) \
    ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5";
const LIST_FOR_USER: &str = "SELECT id, org_id, user_id, agent_id, action, target_type, target_id, risk_tier, \
    summary, reason, vault_id, path_pattern, permissions, seconds, status, created_at, expires_at, decided_at, \
    decided_by, decision_reason, grant_mode, policy_id FROM approvals WHERE user_id = $6 AND org_id = $1 \
    AND CASE WHEN status = 'pending' AND expires_at <= $3 THEN 'expired' ELSE status END \
    = COALESCE($2, CASE WHEN status = 'pending' AND expires_at <= $3 THEN 'expired' ELSE status END) \
    ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5";
const COUNT_WAITING: &str = "SELECT COUNT(*) AS count FROM approvals \
    WHERE agent_id = $1 AND status = 'pending' AND expires_at > $2";
const DECIDE: &str = "UPDATE approvals SET status = $3, decided_at = $4, decided_by = $5, decision_reason = $6, \
    grant_mode = $7, policy_id = $8 WHERE org_id = $1 AND id = $2 AND status = 'pending' AND expires_at > $4";
const EXPIRE: &str =
    "UPDATE approvals SET status = 'expired' WHERE status = 'pending' AND expires_at <= $1";

/// An answer, as stored.
pub struct Answer<'a> {
    /// `approved`, `rejected` or `cancelled`.
    pub status: &'a str,
    /// When.
    pub at: Timestamp,
    /// Which human; nobody when the agent took its question back.
    pub by: Option<UserId>,
    /// Why.
    pub reason: Option<&'a str>,
    /// How long the granted access lasts.
    pub grant_mode: Option<&'a str>,
    /// The policy that came of it.
    pub policy: Option<PolicyId>,
}

/// A piece of a list.
pub struct Page<'a> {
    /// Only those in this state at this moment.
    pub status: Option<&'a str>,
    /// The moment.
    pub now: Timestamp,
    /// How many.
    pub limit: i64,
    /// After how many.
    pub offset: i64,
}

impl Tx {
    /// Adds a pending question.
    pub async fn insert_approval(&mut self, row: &ApprovalRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.user_id.as_uuid(),
            row.agent_id.as_uuid(),
            row.action.as_str(),
            row.target_type.as_str(),
            row.target_id.as_str(),
            row.risk_tier,
            row.summary.as_str(),
            row.reason.as_deref(),
            row.vault_id.map(|id| id.as_uuid()),
            row.path_pattern.as_str(),
            row.permissions.as_str(),
            row.seconds,
            row.created_at.as_millis(),
            row.expires_at.as_millis(),
        )?;
        Ok(())
    }

    /// A question in this organisation.
    pub async fn find_approval(
        &mut self,
        org: OrgId,
        id: ApprovalId,
    ) -> Result<Option<ApprovalRow>> {
        maybe!(self, FIND, org.as_uuid(), id.as_uuid())
    }

    /// The question about a path that an agent has put already and that still waits.
    pub async fn find_waiting_approval(
        &mut self,
        agent: AgentId,
        now: Timestamp,
        action: &str,
        vault: VaultId,
        pattern: &str,
    ) -> Result<Option<ApprovalRow>> {
        maybe!(
            self,
            FIND_WAITING,
            agent.as_uuid(),
            now.as_millis(),
            action,
            vault.as_uuid(),
            pattern
        )
    }

    /// Questions of an organisation, newest first.
    pub async fn list_approvals(
        &mut self,
        org: OrgId,
        page: &Page<'_>,
    ) -> Result<Vec<ApprovalRow>> {
        all!(
            self,
            LIST_OF_ORG,
            org.as_uuid(),
            page.status,
            page.now.as_millis(),
            page.limit,
            page.offset
        )
    }

    /// Questions that were put to one person, newest first.
    pub async fn list_approvals_for(
        &mut self,
        org: OrgId,
        user: UserId,
        page: &Page<'_>,
    ) -> Result<Vec<ApprovalRow>> {
        all!(
            self,
            LIST_FOR_USER,
            org.as_uuid(),
            page.status,
            page.now.as_millis(),
            page.limit,
            page.offset,
            user.as_uuid()
        )
    }

    /// How many questions of an agent wait.
    pub async fn count_waiting_approvals(&mut self, agent: AgentId, now: Timestamp) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT_WAITING, agent.as_uuid(), now.as_millis())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Answers a pending question: of any number of attempts exactly one gets `true`.
    pub async fn decide_approval(
        &mut self,
        org: OrgId,
        id: ApprovalId,
        answer: &Answer<'_>,
    ) -> Result<bool> {
        Ok(changed!(
            self,
            DECIDE,
            org.as_uuid(),
            id.as_uuid(),
            answer.status,
            answer.at.as_millis(),
            answer.by.map(|user| user.as_uuid()),
            answer.reason,
            answer.grant_mode,
            answer.policy.map(|policy| policy.as_uuid()),
        )? == 1)
    }

    /// Marks questions that nobody answered in time.
    pub async fn expire_approvals(&mut self, now: Timestamp) -> Result<u64> {
        changed!(self, EXPIRE, now.as_millis())
    }
}

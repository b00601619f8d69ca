//! Requests of agents to join. A row is written for every request, known address or not, so that
//! the same statements run either way; only a signed-in holder of the address can see it.

use crate::error::Result;
use crate::row::row;
use crate::users::Count;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, EnrollmentId, OrgId, UserId};

row! {
    /// A request to join.
    pub struct EnrollmentRow {
        /// Its id.
        pub id: EnrollmentId,
        /// Name the requester chose.
        pub name: String,
        /// Text the requester chose, possibly empty.
        pub description: String,
        /// The address that may decide; absent: whoever holds the link and signs in.
        pub human_email: Option<String>,
        /// `pending`, `approved`, `denied` or `expired`.
        pub status: String,
        /// Where the request came from.
        pub ip: Option<String>,
        /// What the requester's client called itself, cut.
        pub user_agent: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it lapses.
        pub expires_at: Timestamp,
        /// When a human decided.
        pub decided_at: Option<Timestamp>,
        /// Which human.
        pub decided_by: Option<UserId>,
        /// Why, when the human said so.
        pub decision_reason: Option<String>,
        /// The organisation the agent joined.
        pub org_id: Option<OrgId>,
        /// The agent that came of it.
        pub agent_id: Option<AgentId>,
    }
}

const INSERT: &str = "INSERT INTO enrollments (id, token_hash, name, description, human_email, status, ip, \
    user_agent, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, $8, $9)";
const FIND_BY_TOKEN: &str = "SELECT id, name, description, human_email, status, ip, user_agent, created_at, \
    expires_at, decided_at, decided_by, decision_reason, org_id, agent_id FROM enrollments WHERE token_hash = $1";
const FIND: &str = "SELECT id, name, description, human_email, status, ip, user_agent, created_at, \
    expires_at, decided_at, decided_by, decision_reason, org_id, agent_id FROM enrollments WHERE id = $1";
const LIST_FOR_EMAIL: &str = "SELECT id, name, description, human_email, status, ip, user_agent, created_at, \
    expires_at, decided_at, decided_by, decision_reason, org_id, agent_id FROM enrollments \
    WHERE human_email = $1 ORDER BY created_at DESC LIMIT $2";
const LIST_DECIDED: &str = "SELECT id, name, description, human_email, status, ip, user_agent, created_at, \
    expires_at, decided_at, decided_by, decision_reason, org_id, agent_id FROM enrollments \
    WHERE decided_by = $1 ORDER BY created_at DESC LIMIT $2";
const DECIDE: &str = "UPDATE enrollments SET status = $2, decided_at = $3, decided_by = $4, \
    decision_reason = $5, org_id = $6, agent_id = $7 \
    WHERE id = $1 AND status = 'pending' AND expires_at > $3";
const EXPIRE: &str =
    "UPDATE enrollments SET status = 'expired' WHERE status = 'pending' AND expires_at <= $1";
const COUNT_PENDING: &str =
    "SELECT COUNT(*) AS count FROM enrollments WHERE status = 'pending' AND expires_at > $1";
const COUNT_PENDING_OF_IP: &str = "SELECT COUNT(*) AS count FROM enrollments WHERE ip = $1 AND status = 'pending' AND expires_at > $2";
const COUNT_PENDING_OF_EMAIL: &str = "SELECT COUNT(*) AS count FROM enrollments \
    WHERE human_email = $1 AND status = 'pending' AND expires_at > $2";
const HOME_OF_EMAIL: &str = "SELECT (SELECT m.org_id FROM users u JOIN memberships m ON m.user_id = u.id \
    WHERE u.email = $1 AND u.email_verified_at IS NOT NULL ORDER BY COALESCE(m.chosen_at, 0) DESC, m.created_at, m.org_id LIMIT 1) AS org_id";
const PURGE: &str = "DELETE FROM enrollments \
    WHERE status IN ('pending', 'denied', 'expired') AND expires_at < $1";

const DELETE_OF_EMAIL: &str = "DELETE FROM enrollments WHERE human_email = $1 AND org_id IS NULL";

row! {
    /// Where somebody is at home.
    pub(crate) struct HomeRow {
        /// Absent for nobody.
        pub org_id: Option<OrgId>,
    }
}

impl Tx {
    /// The organisation in which the owner of a proven address is at home.
    pub async fn find_home_of_email(&mut self, email: &str) -> Result<Option<OrgId>> {
        let row: Option<HomeRow> = maybe!(self, HOME_OF_EMAIL, email)?;
        Ok(row.and_then(|row| row.org_id))
    }

    /// Removes the requests to an address that made no agent.
    pub async fn delete_enrollments_to(&mut self, email: &str) -> Result<u64> {
        changed!(self, DELETE_OF_EMAIL, email)
    }

    /// Adds a pending request.
    pub async fn insert_enrollment(
        &mut self,
        row: &EnrollmentRow,
        token_hash: &[u8],
    ) -> Result<()> {
        changed!(
            self,
            INSERT,
            row.id.as_uuid(),
            token_hash,
            row.name.as_str(),
            row.description.as_str(),
            row.human_email.as_deref(),
            row.ip.as_deref(),
            row.user_agent.as_str(),
            row.created_at.as_millis(),
            row.expires_at.as_millis(),
        )?;
        Ok(())
    }

    /// The request a link stands for.
    pub async fn find_enrollment_by_token(
        &mut self,
        token_hash: &[u8],
    ) -> Result<Option<EnrollmentRow>> {
        maybe!(self, FIND_BY_TOKEN, token_hash)
    }

    /// A request by id. Pending requests belong to no organisation yet; who may see it is decided
    /// by the address in it.
    pub async fn find_enrollment(&mut self, id: EnrollmentId) -> Result<Option<EnrollmentRow>> {
        maybe!(self, FIND, id.as_uuid())
    }

    /// Requests addressed to a verified address, newest first.
    pub async fn list_enrollments_for(
        &mut self,
        email: &str,
        limit: i64,
    ) -> Result<Vec<EnrollmentRow>> {
        all!(self, LIST_FOR_EMAIL, email, limit)
    }

    /// Requests this human decided, newest first.
    pub async fn list_enrollments_decided_by(
        &mut self,
        user: UserId,
        limit: i64,
    ) -> Result<Vec<EnrollmentRow>> {
        all!(self, LIST_DECIDED, user.as_uuid(), limit)
    }

    /// Decides a pending request: of any number of attempts exactly one gets `true`.
    #[expect(
        clippy::too_many_arguments,
        reason = "one column each; a struct would only rename them"
    )]
    pub async fn decide_enrollment(
        &mut self,
        id: EnrollmentId,
        status: &str,
        now: Timestamp,
        by: UserId,
        reason: Option<&str>,
        org: OrgId,
        agent: Option<AgentId>,
    ) -> Result<bool> {
        Ok(changed!(
            self,
            DECIDE,
            id.as_uuid(),
            status,
            now.as_millis(),
            by.as_uuid(),
            reason,
            org.as_uuid(),
            agent.map(|agent| agent.as_uuid()),
        )? == 1)
    }

    /// Marks lapsed requests.
    pub async fn expire_enrollments(&mut self, now: Timestamp) -> Result<u64> {
        changed!(self, EXPIRE, now.as_millis())
    }

    /// Pending requests of the whole instance.
    pub async fn count_pending_enrollments(&mut self, now: Timestamp) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT_PENDING, now.as_millis())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Pending requests from one client address.
    pub async fn count_pending_enrollments_of_ip(
        &mut self,
        ip: &str,
        now: Timestamp,
    ) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT_PENDING_OF_IP, ip, now.as_millis())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Pending requests for one mail address.
    pub async fn count_pending_enrollments_of_email(
        &mut self,
        email: &str,
        now: Timestamp,
    ) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT_PENDING_OF_EMAIL, email, now.as_millis())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Forgets requests nobody approved, some time after they lapsed.
    pub async fn purge_enrollments(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}

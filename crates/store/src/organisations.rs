//! Organisations and who belongs to them.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, UserId};

row! {
    /// An organisation: the boundary that nothing crosses.
    pub struct OrganisationRow {
        /// Its id.
        pub id: OrgId,
        /// Its name, chosen by the owner.
        pub name: String,
        /// `email` or `link`, when it differs from the instance's setting.
        pub key_delivery: Option<String>,
        /// Tokens carry it; raising it ends all tokens of the organisation.
        pub token_epoch: i64,
        /// When it was made.
        pub created_at: Timestamp,
        /// Since when none of its agents may do anything.
        pub agents_frozen_at: Option<Timestamp>,
    }
}

row! {
    /// A member, with the user's public fields.
    pub struct MemberRow {
        /// The user.
        pub user_id: UserId,
        /// E-mail address, lower case.
        pub email: String,
        /// Name for display, possibly empty.
        pub display_name: String,
        /// `owner`, `admin` or `member`.
        pub role: String,
        /// When the user joined.
        pub created_at: Timestamp,
        /// Whether the account has a password.
        pub has_password: bool,
        /// How many accounts at other providers it signs in with.
        pub identities: i64,
        /// How many passkeys it has.
        pub passkeys: i64,
    }
}

row! {
    /// One membership of a user.
    pub struct MembershipRow {
        /// The organisation.
        pub org_id: OrgId,
        /// `owner`, `admin` or `member`.
        pub role: String,
    }
}

const INSERT: &str = "INSERT INTO organisations (id, name, key_delivery, token_epoch, created_at) \
    VALUES ($1, $2, NULL, 0, $3)";
const FIND: &str = "SELECT id, name, key_delivery, token_epoch, created_at, agents_frozen_at \
    FROM organisations WHERE id = $1";
const RENAME: &str = "UPDATE organisations SET name = $2 WHERE id = $1";
// Frozen once is frozen since then; thawing what is not frozen changes nothing.
const SET_FROZEN: &str = "UPDATE organisations SET agents_frozen_at = $2 \
    WHERE id = $1 AND (agents_frozen_at IS NULL) <> (CAST($2 AS BIGINT) IS NULL)";
const SET_ROLE: &str = "UPDATE memberships SET role = $3 WHERE org_id = $1 AND user_id = $2";
const CHOOSE: &str = "UPDATE memberships SET chosen_at = $3 WHERE org_id = $1 AND user_id = $2";
const DELETE_MEMBER: &str = "DELETE FROM memberships WHERE org_id = $1 AND user_id = $2";
const SET_KEY_DELIVERY: &str = "UPDATE organisations SET key_delivery = $2 WHERE id = $1";
const INSERT_MEMBER: &str =
    "INSERT INTO memberships (org_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
const LIST_MEMBERS: &str = "SELECT m.user_id, u.email, u.display_name, m.role, m.created_at, \
    u.password_hash IS NOT NULL AS has_password, \
    (SELECT COUNT(*) FROM identities i WHERE i.user_id = u.id) AS identities, \
    (SELECT COUNT(*) FROM passkeys p WHERE p.user_id = u.id) AS passkeys \
    FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 ORDER BY m.created_at, m.user_id";
const FIND_MEMBER: &str = "SELECT m.user_id, u.email, u.display_name, m.role, m.created_at, \
    u.password_hash IS NOT NULL AS has_password, \
    (SELECT COUNT(*) FROM identities i WHERE i.user_id = u.id) AS identities, \
    (SELECT COUNT(*) FROM passkeys p WHERE p.user_id = u.id) AS passkeys \
    FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 AND m.user_id = $2";
const DELETE: &str = "DELETE FROM organisations WHERE id = $1";
const DELETE_ENROLLMENTS: &str = "DELETE FROM enrollments WHERE org_id = $1";
const DELETE_MAILS: &str = "DELETE FROM outbox WHERE org_id = $1";
const DELETE_EVENTS: &str = "DELETE FROM audit_events WHERE org_id = $1";
const DELETE_HEAD: &str = "DELETE FROM audit_heads WHERE org_id = $1";
const LIST_OF_USER: &str = "SELECT org_id, role FROM memberships WHERE user_id = $1 ORDER BY COALESCE(chosen_at, 0) DESC, created_at, org_id";

// Who lets agents in answers for them.
const HAND_AGENTS_OVER: &str = "UPDATE agents SET created_by = $3 \
    WHERE org_id = $1 AND created_by = $2 AND deleted_at IS NULL";

impl Tx {
    /// Gives the agents that one member let in to another.
    pub async fn hand_agents_over(&mut self, org: OrgId, from: UserId, to: UserId) -> Result<u64> {
        changed!(
            self,
            HAND_AGENTS_OVER,
            org.as_uuid(),
            from.as_uuid(),
            to.as_uuid()
        )
    }

    /// Makes an organisation.
    pub async fn insert_organisation(
        &mut self,
        id: OrgId,
        name: &str,
        now: Timestamp,
    ) -> Result<()> {
        changed!(self, INSERT, id.as_uuid(), name, now.as_millis())?;
        Ok(())
    }

    /// The organisation itself.
    pub async fn find_organisation(&mut self, id: OrgId) -> Result<Option<OrganisationRow>> {
        maybe!(self, FIND, id.as_uuid())
    }

    /// Overrides (or with `None` follows) the instance's way of delivering keys.
    pub async fn set_key_delivery(&mut self, id: OrgId, value: Option<&str>) -> Result<()> {
        changed!(self, SET_KEY_DELIVERY, id.as_uuid(), value)?;
        Ok(())
    }

    /// Adds a member.
    pub async fn insert_member(
        &mut self,
        org: OrgId,
        user: UserId,
        role: &str,
        now: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            INSERT_MEMBER,
            org.as_uuid(),
            user.as_uuid(),
            role,
            now.as_millis()
        )?;
        Ok(())
    }

    /// All members, oldest first.
    pub async fn list_members(&mut self, org: OrgId) -> Result<Vec<MemberRow>> {
        all!(self, LIST_MEMBERS, org.as_uuid())
    }

    /// One member.
    pub async fn find_member(&mut self, org: OrgId, user: UserId) -> Result<Option<MemberRow>> {
        maybe!(self, FIND_MEMBER, org.as_uuid(), user.as_uuid())
    }

    /// Gives an organisation another name.
    pub async fn rename_organisation(&mut self, id: OrgId, name: &str) -> Result<()> {
        changed!(self, RENAME, id.as_uuid(), name)?;
        Ok(())
    }

    /// Stops all agents of an organisation, or lets them go on; false when nothing changed.
    pub async fn set_agents_frozen(&mut self, id: OrgId, since: Option<Timestamp>) -> Result<bool> {
        Ok(changed!(
            self,
            SET_FROZEN,
            id.as_uuid(),
            since.map(Timestamp::as_millis)
        )? == 1)
    }

    /// Gives a member another role.
    pub async fn set_member_role(&mut self, org: OrgId, user: UserId, role: &str) -> Result<bool> {
        Ok(changed!(self, SET_ROLE, org.as_uuid(), user.as_uuid(), role)? == 1)
    }

    /// Makes an organisation the one that signing in leads to.
    pub async fn choose_membership(
        &mut self,
        org: OrgId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, CHOOSE, org.as_uuid(), user.as_uuid(), now.as_millis())? == 1)
    }

    /// Removes a member.
    pub async fn delete_member(&mut self, org: OrgId, user: UserId) -> Result<bool> {
        Ok(changed!(self, DELETE_MEMBER, org.as_uuid(), user.as_uuid())? == 1)
    }

    /// Removes an organisation with all that belongs to it: members, agents, vaults, secrets, policies,
    /// shares, requests, mails, and its log.
    pub async fn delete_organisation(&mut self, id: OrgId) -> Result<()> {
        for statement in [
            DELETE_ENROLLMENTS,
            DELETE_MAILS,
            DELETE_EVENTS,
            DELETE_HEAD,
            DELETE,
        ] {
            changed!(self, statement, id.as_uuid())?;
        }
        Ok(())
    }

    /// The organisations of a user: the one chosen last, else the oldest membership first.
    pub async fn list_memberships(&mut self, user: UserId) -> Result<Vec<MembershipRow>> {
        all!(self, LIST_OF_USER, user.as_uuid())
    }
}

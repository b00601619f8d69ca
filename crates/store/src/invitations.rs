//! Invitations to an organisation. Only the keyed hash of the link's token is kept.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{InviteId, OrgId, UserId};

row! {
    /// An invitation.
    pub struct InvitationRow {
        /// Its id.
        pub id: InviteId,
        /// The organisation.
        pub org_id: OrgId,
        /// Who is invited.
        pub email: String,
        /// The role they would have.
        pub role: String,
        /// Who invited them.
        pub invited_by: UserId,
        /// When.
        pub created_at: Timestamp,
        /// When it lapses.
        pub expires_at: Timestamp,
    }
}

const INSERT: &str = "INSERT INTO invitations (id, org_id, email, role, token_hash, invited_by, created_at, \
    expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
// Whom a link invites where is what is asked, so this cannot take the organisation.
const FIND_BY_TOKEN: &str = "SELECT id, org_id, email, role, invited_by, created_at, expires_at \
    FROM invitations WHERE token_hash = $1";
const LIST: &str = "SELECT id, org_id, email, role, invited_by, created_at, expires_at FROM invitations \
    WHERE org_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC";
const DELETE: &str = "DELETE FROM invitations WHERE org_id = $1 AND id = $2";
const DELETE_OF_EMAIL: &str = "DELETE FROM invitations WHERE org_id = $1 AND email = $2";
const PURGE: &str = "DELETE FROM invitations WHERE expires_at < $1";

impl Tx {
    /// Adds an invitation by the keyed hash of its link's token.
    pub async fn insert_invitation(
        &mut self,
        row: &InvitationRow,
        token_hash: &[u8],
    ) -> Result<()> {
        changed!(
            self,
            INSERT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.email.as_str(),
            row.role.as_str(),
            token_hash,
            row.invited_by.as_uuid(),
            row.created_at.as_millis(),
            row.expires_at.as_millis(),
        )?;
        Ok(())
    }

    /// The invitation that a link stands for.
    pub async fn find_invitation_by_token(
        &mut self,
        token_hash: &[u8],
    ) -> Result<Option<InvitationRow>> {
        maybe!(self, FIND_BY_TOKEN, token_hash)
    }

    /// The invitations of an organisation that wait, newest first.
    pub async fn list_invitations(
        &mut self,
        org: OrgId,
        now: Timestamp,
    ) -> Result<Vec<InvitationRow>> {
        all!(self, LIST, org.as_uuid(), now.as_millis())
    }

    /// Takes an invitation away, because it was accepted or withdrawn: of any number of attempts
    /// exactly one gets `true`.
    pub async fn delete_invitation(&mut self, org: OrgId, id: InviteId) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), id.as_uuid())? == 1)
    }

    /// Takes all invitations of an address away, because a newer one replaces them.
    pub async fn delete_invitations_of(&mut self, org: OrgId, email: &str) -> Result<()> {
        changed!(self, DELETE_OF_EMAIL, org.as_uuid(), email)?;
        Ok(())
    }

    /// Forgets invitations that lapsed before the given time.
    pub async fn purge_invitations(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}

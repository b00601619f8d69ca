//! Programs that wait for a human to sign them in (RFC 8628). Of both codes only keyed hashes are
//! kept.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{DeviceCodeId, OrgId, UserId};

row! {
    /// A program that waits.
    pub struct DeviceCodeRow {
        /// Its id.
        pub id: DeviceCodeId,
        /// What the program says it is.
        pub client_name: String,
        /// The only address whose account may answer, if one was named.
        pub email: Option<String>,
        /// Where it asks from.
        pub ip: Option<String>,
        /// What it calls itself in HTTP, cut.
        pub user_agent: String,
        /// `pending`, `approved`, `denied` or `used`.
        pub status: String,
        /// How long it has to wait between two questions.
        pub interval_ms: i64,
        /// When it may ask again.
        pub next_poll_at: Timestamp,
        /// Who answered.
        pub decided_by: Option<UserId>,
        /// The organisation that it was let into.
        pub decided_org: Option<OrgId>,
        /// When it asked first.
        pub created_at: Timestamp,
        /// When the answer is too late.
        pub expires_at: Timestamp,
    }
}

const INSERT: &str = "INSERT INTO device_codes (id, device_hash, user_code_hash, client_name, email, ip, \
    user_agent, status, interval_ms, next_poll_at, decided_by, decided_org, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, $11, $12)";
const FIND_BY_DEVICE: &str = "SELECT id, client_name, email, ip, user_agent, status, interval_ms, \
    next_poll_at, decided_by, decided_org, created_at, expires_at FROM device_codes WHERE device_hash = $1";
const FIND_BY_USER_CODE: &str = "SELECT id, client_name, email, ip, user_agent, status, interval_ms, \
    next_poll_at, decided_by, decided_org, created_at, expires_at FROM device_codes WHERE user_code_hash = $1";
const DECIDE: &str = "UPDATE device_codes SET status = $2, decided_by = $3, decided_org = $4 \
    WHERE id = $1 AND status = 'pending' AND expires_at > $5";
const POLLED: &str = "UPDATE device_codes SET interval_ms = $2, next_poll_at = $3 WHERE id = $1";
const SPEND: &str = "UPDATE device_codes SET status = 'used' \
    WHERE id = $1 AND status = 'approved' AND expires_at > $2";
const WITHDRAW: &str =
    "UPDATE device_codes SET status = 'denied' WHERE decided_by = $1 AND status = 'approved'";
const PURGE: &str = "DELETE FROM device_codes WHERE expires_at < $1";

impl Tx {
    /// Adds a program that waits, by the keyed hashes of its two codes.
    pub async fn insert_device_code(
        &mut self,
        row: &DeviceCodeRow,
        device_hash: &[u8],
        user_code_hash: &[u8],
    ) -> Result<()> {
        changed!(
            self,
            INSERT,
            row.id.as_uuid(),
            device_hash,
            user_code_hash,
            row.client_name.as_str(),
            row.email.as_deref(),
            row.ip.as_deref(),
            row.user_agent.as_str(),
            row.status.as_str(),
            row.interval_ms,
            row.next_poll_at.as_millis(),
            row.created_at.as_millis(),
            row.expires_at.as_millis(),
        )?;
        Ok(())
    }

    /// By the hash of the code that the program has.
    pub async fn find_device_code(&mut self, device_hash: &[u8]) -> Result<Option<DeviceCodeRow>> {
        maybe!(self, FIND_BY_DEVICE, device_hash)
    }

    /// By the hash of the code that the human types.
    pub async fn find_device_code_by_user_code(
        &mut self,
        user_code_hash: &[u8],
    ) -> Result<Option<DeviceCodeRow>> {
        maybe!(self, FIND_BY_USER_CODE, user_code_hash)
    }

    /// Answers; false when it was answered before, or too late.
    pub async fn decide_device_code(
        &mut self,
        id: DeviceCodeId,
        status: &str,
        user: UserId,
        org: OrgId,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(
            self,
            DECIDE,
            id.as_uuid(),
            status,
            user.as_uuid(),
            org.as_uuid(),
            now.as_millis()
        )? == 1)
    }

    /// Notes that the program asked.
    pub async fn note_device_poll(
        &mut self,
        id: DeviceCodeId,
        interval_ms: i64,
        next_poll_at: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            POLLED,
            id.as_uuid(),
            interval_ms,
            next_poll_at.as_millis()
        )?;
        Ok(())
    }

    /// Uses an approval up: of any number of attempts exactly one gets `true`.
    pub async fn spend_device_code(&mut self, id: DeviceCodeId, now: Timestamp) -> Result<bool> {
        Ok(changed!(self, SPEND, id.as_uuid(), now.as_millis())? == 1)
    }

    /// Takes back what a user approved and no program has collected.
    pub async fn withdraw_device_approvals(&mut self, user: UserId) -> Result<u64> {
        changed!(self, WITHDRAW, user.as_uuid())
    }

    /// Forgets programs whose time ended before the given time.
    pub async fn purge_device_codes(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}

//! Accounts of other providers by which people sign in.

use crate::error::Result;
use crate::row::row;
use crate::users::Count;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::UserId;

row! {
    /// Whose an identity is.
    struct Owner {
        pub user_id: UserId,
    }
}

const INSERT: &str = "INSERT INTO identities (provider, subject, user_id, created_at) \
    VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT user_id FROM identities WHERE provider = $1 AND subject = $2";
const COUNT: &str = "SELECT COUNT(*) AS count FROM identities WHERE user_id = $1";

impl Tx {
    /// Ties an account of a provider to a user.
    pub async fn insert_identity(
        &mut self,
        provider: &str,
        subject: &str,
        user: UserId,
        now: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            INSERT,
            provider,
            subject,
            user.as_uuid(),
            now.as_millis()
        )?;
        Ok(())
    }

    /// The user whom an account of a provider belongs to.
    pub async fn find_identity(&mut self, provider: &str, subject: &str) -> Result<Option<UserId>> {
        let row: Option<Owner> = maybe!(self, FIND, provider, subject)?;
        Ok(row.map(|row| row.user_id))
    }

    /// How many accounts of providers a user can sign in by.
    pub async fn count_identities(&mut self, user: UserId) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT, user.as_uuid())?;
        Ok(row.map_or(0, |row| row.count))
    }
}

//! The one place where a password is checked.
//!
//! Checking takes long, so it happens outside of any transaction; what is done because of it happens
//! later, in one. [`Proven`] is what lies between the two: in the transaction it is worth something
//! only if the password still is the one that was checked.

use super::{Origin, wrong_credentials};
use crate::error::{Error, Result};
use crate::op::{Op, entry};
use crate::{App, limits};
use oneclaw_core::audit::{Actor, Details, Draft};
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::password::needs_rehash;
use std::net::IpAddr;

/// Somebody knew the password of an account a moment ago.
pub(super) struct Proven {
    user: UserId,
    /// The stored hash that was checked.
    hash: String,
    /// The same password with today's parameters, where the stored hash has older ones.
    newer_hash: Option<String>,
    counter: [u8; 32],
    ip: Option<IpAddr>,
}

impl Proven {
    /// Checks a password. Tries count for each account, known or not, and each network by itself: a
    /// stranger's guesses do not lock the owner out.
    pub(super) async fn check(
        app: &App,
        email: &Email,
        password: &SecretString,
        origin: &Origin,
    ) -> Result<Self> {
        let network = origin.network().unwrap_or_default();
        let counter = app.counter(Limit::Login, &format!("{}\n{network}", email.as_str()));
        let (address, ip) = (email.as_str().to_owned(), origin.ip);
        let user = app
            .run(move |op| {
                Box::pin(async move {
                    limits::count_try(op, &counter, Limit::Login).await?;
                    Ok(op.tx().find_user_by_email(&address).await?)
                })
            })
            .await?;
        let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
        let right = app.passwords().verify(password, stored).await?;
        let proven = user.filter(|user| right && user.email_verified_at.is_some());
        let Some((user, hash)) = proven.and_then(|user| Some((user.id, user.password_hash?)))
        else {
            return Err(refuse(app, ip).await);
        };
        let newer_hash = if needs_rehash(&hash) {
            Some(app.passwords().hash(password, app.random()).await?)
        } else {
            None
        };
        Ok(Self {
            user,
            hash,
            newer_hash,
            counter,
            ip,
        })
    }

    /// Whose password it was.
    pub(super) fn user(&self) -> UserId {
        self.user
    }

    /// Checks that it still is, and that it goes on being so until the transaction ends. Whoever sets
    /// another password ends all sessions there are: one that is begun with the old password must be
    /// among them, or not be begun.
    pub(super) async fn confirm(&self, op: &mut Op) -> Result<()> {
        let hash = self.newer_hash.as_ref().unwrap_or(&self.hash);
        if !op
            .tx()
            .rehash_user_password(self.user, hash, &self.hash)
            .await?
        {
            return Err(wrong_credentials().logged(failure(self.ip)));
        }
        Ok(op.tx().clear_window(&self.counter).await?)
    }
}

/// Logs a failed try, in the instance's own log, and gives the one answer.
async fn refuse(app: &App, ip: Option<IpAddr>) -> Error {
    let refused = app.run(move |_| {
        Box::pin(async move { Err::<(), _>(wrong_credentials().logged(failure(ip))) })
    });
    refused.await.err().unwrap_or_else(wrong_credentials)
}

fn failure(ip: Option<IpAddr>) -> Draft {
    let details = Details::new().text("method", "password");
    let resource = ("user", "unknown".to_owned());
    entry(
        OrgId::NIL,
        Actor::System,
        ip,
        "auth.failure",
        resource,
        details,
    )
}

//! The one place where a password is checked.
//!
//! Checking takes long, so it happens outside of any transaction; what is done because of it happens
//! later, in one. [`Proven`] is what lies between the two: in the transaction it is worth something
//! only if the password still is the one that was checked.

use super::{Origin, wrong_credentials};
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::Caller;
use crate::op::{Op, entry};
use crate::{App, limits};
use oneclaw_core::audit::{Actor, Details, Draft};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::password::needs_rehash;
use std::net::IpAddr;

/// Somebody knew the password of an account a moment ago.
pub(crate) struct Proven {
    user: UserId,
    /// The stored hash that was checked.
    hash: String,
    /// The same password with today's parameters, where the stored hash has older ones.
    newer_hash: Option<String>,
    counter: [u8; 32],
    /// What is logged should it turn out not to hold.
    failure: Draft,
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
        let failure = failure(origin.ip, AuthMethod::Password);
        Self::check_counted(app, email, password, (counter, Limit::Login), failure).await
    }

    /// Checks the password of somebody who is signed in. Tries count for the account alone: whoever
    /// tries holds a token of it.
    pub(crate) async fn check_again(
        app: &App,
        caller: &Caller,
        email: &Email,
        password: &SecretString,
    ) -> Result<Self> {
        let user = caller.user()?.to_string();
        let counter = app.counter(Limit::Reauth, &user);
        let details = Details::new().text("method", "password");
        let failure = entry_of(caller, "auth.reauth_failure", ("user", user), details);
        Self::check_counted(app, email, password, (counter, Limit::Reauth), failure).await
    }

    async fn check_counted(
        app: &App,
        email: &Email,
        password: &SecretString,
        (counter, limit): ([u8; 32], Limit),
        failure: Draft,
    ) -> Result<Self> {
        let address = email.as_str().to_owned();
        let user = app
            .run(move |op| {
                Box::pin(async move {
                    limits::count_try(op, &counter, limit).await?;
                    Ok(op.tx().find_user_by_email(&address).await?)
                })
            })
            .await?;
        let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
        let right = app.passwords().verify(password, stored).await?;
        let proven = user.filter(|user| right && user.email_verified_at.is_some());
        let Some((user, hash)) = proven.and_then(|user| Some((user.id, user.password_hash?)))
        else {
            return Err(refuse(app, failure).await);
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
            failure,
        })
    }

    /// Whose password it was.
    pub(crate) fn user(&self) -> UserId {
        self.user
    }

    /// Checks that it still is, and that it goes on being so until the transaction ends. Whoever sets
    /// another password ends all sessions there are: one that is begun with the old password must be
    /// among them, or not be begun.
    pub(crate) async fn confirm(&self, op: &mut Op) -> Result<()> {
        let hash = self.newer_hash.as_ref().unwrap_or(&self.hash);
        if !op
            .tx()
            .rehash_user_password(self.user, hash, &self.hash)
            .await?
        {
            return Err(wrong_credentials().logged(self.failure.clone()));
        }
        Ok(op.tx().clear_window(&self.counter).await?)
    }
}

/// Logs a failed try and gives the one answer.
async fn refuse(app: &App, failure: Draft) -> Error {
    let refused = app
        .run(move |_| Box::pin(async move { Err::<(), _>(wrong_credentials().logged(failure)) }));
    refused.await.err().unwrap_or_else(wrong_credentials)
}

/// A failed sign-in, in the instance's own log: nobody knows whose it is.
pub(super) fn failure(ip: Option<IpAddr>, method: AuthMethod) -> Draft {
    let details = Details::new().text("method", method.as_str());
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

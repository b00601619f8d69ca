//! Passkeys: adding them, signing in by them, removing them.
//!
//! Invariants:
//! - They are for the host of the public URL and verify their user, so they count as two factors.
//! - Signing in names no account beforehand: the authenticator says which passkey it has. So asking
//!   tells nothing about any address.
//! - A challenge is spent, and a counter set forward, in the transaction of what they allow.
//! - The last way into an account is not removed.

use crate::error::{Error, Result};
use crate::factors::Factors;
use crate::live::{Caller, refused};
use crate::mail::FactorChange;
use crate::mfa::{about, session_user, tell};
use crate::op::{Op, entry};
use crate::reauth::{Confirmation, RecentOr};
use crate::users::{Origin, SessionKind, SignedIn, begin_session, home_organisation};
use crate::{App, shares};
use data_encoding::BASE64URL_NOPAD;
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, PasskeyId, UserId};
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::model::text::parse_description;
use oneclaw_core::secret::SecretString;
pub use oneclaw_crypto::webauthn::{ALGORITHMS, CHALLENGE_LIFE};
use oneclaw_crypto::webauthn::{Asserted, Assertion, Ceremony, Registered, RelyingParty};
use oneclaw_store::StoreError;
use oneclaw_store::passkeys::PasskeyRow;
use url::{Host, Url};

/// Most passkeys of one account.
const MOST: i64 = 20;
/// Most ways to reach an authenticator that are kept.
const MOST_TRANSPORTS: usize = 8;

/// What a browser needs to make a passkey.
#[derive(Clone, Debug)]
pub struct RegistrationOptions {
    /// Base64url.
    pub challenge: String,
    /// The host that the passkey is for.
    pub relying_party: RelyingParty,
    /// Base64url of what authenticators call the account.
    pub user_handle: String,
    /// The address of the account.
    pub user_name: String,
    /// What to show.
    pub display_name: String,
    /// Passkeys that there are already, base64url.
    pub exclude: Vec<String>,
}

/// What a browser needs to use a passkey.
#[derive(Clone, Debug)]
pub struct SignInOptions {
    /// Base64url.
    pub challenge: String,
    /// The host that the passkey is for.
    pub relying_party: RelyingParty,
}

/// A made passkey, as the browser sends it.
#[derive(Clone, Debug, Default)]
pub struct NewPasskey {
    /// Base64url.
    pub credential_id: String,
    /// Base64url.
    pub attestation_object: String,
    /// Base64url.
    pub client_data: String,
    /// How browsers reach it.
    pub transports: Vec<String>,
    /// What its owner calls it, possibly empty.
    pub name: String,
}

/// A used passkey, as the browser sends it.
#[derive(Clone, Debug, Default)]
pub struct UsedPasskey {
    /// Base64url.
    pub credential_id: String,
    /// Base64url.
    pub authenticator_data: String,
    /// Base64url.
    pub client_data: String,
    /// Base64url.
    pub signature: String,
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// Base64url.
    pub credential_id: String,
    /// What its owner calls it, possibly empty.
    pub name: String,
    /// How browsers reach it.
    pub transports: Vec<String>,
    /// Whether it is synchronised between devices.
    pub backed_up: bool,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The site that passkeys are for. They need a host name: addresses have no passkeys.
fn relying_party(app: &App) -> Result<RelyingParty> {
    let url = Url::parse(&app.settings().public_url).ok();
    let found = url.and_then(|url| match url.host()? {
        Host::Domain(name) => Some(RelyingParty {
            id: name.to_owned(),
            origin: url.origin().ascii_serialization(),
        }),
        _ => None,
    });
    found.ok_or_else(|| {
        Error::not_configured(
            "Passkeys need a host name, and this server is reached by an address. Its operator can set --public-url.",
        )
    })
}

/// Whether this instance can have passkeys at all.
#[must_use]
pub fn are_possible(app: &App) -> bool {
    relying_party(app).is_ok()
}

/// Begins to add a passkey to the caller's account.
pub async fn begin_registration(app: &App, caller: &Caller) -> Result<RegistrationOptions> {
    let id = session_user(caller)?;
    let relying_party = relying_party(app)?;
    let mut view = app.view(caller).await?;
    let user = view.tx.find_user(id).await?.ok_or_else(refused)?;
    let passkeys = view.tx.list_passkeys(id).await?;
    let display_name = if user.display_name.is_empty() {
        user.email.clone()
    } else {
        user.display_name
    };
    Ok(RegistrationOptions {
        challenge: app
            .keyring()
            .issue_challenge(Ceremony::Register(id), app.now(), app.random()),
        relying_party,
        user_handle: BASE64URL_NOPAD.encode(id.as_uuid().as_bytes()),
        user_name: user.email,
        display_name,
        exclude: passkeys
            .iter()
            .map(|row| BASE64URL_NOPAD.encode(&row.credential_id))
            .collect(),
    })
}

/// Adds a passkey. An account that has a factor already, or a session that is not recent, wants it confirmed.
pub async fn complete_registration(
    app: &App,
    caller: &Caller,
    new: NewPasskey,
    confirmation: Option<SecretString>,
) -> Result<Passkey> {
    let user = session_user(caller)?;
    let party = relying_party(app)?;
    let name = parse_passkey_name(&new.name)?;
    let failed = || {
        Error::invalid(
            "attestation_object",
            "This is no passkey for this account and site that was made just now. Begin again.",
        )
    };
    let registered = app
        .keyring()
        .verify_registration(
            &party,
            user,
            &decode("client_data_json", &new.client_data)?,
            &decode("attestation_object", &new.attestation_object)?,
            app.now(),
        )
        .map_err(|error| failed().because(error))?;
    if decode("credential_id", &new.credential_id)? != registered.credential_id {
        return Err(Error::invalid(
            "credential_id",
            "This is not the id of the passkey that was made.",
        ));
    }
    let confirmation = RecentOr::check(app, caller, confirmation).await?;
    let transports = transports_of(new.transports);
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let factors = Factors::of(op.tx(), user).await?;
            confirmation
                .spend(op, &caller, Purpose::PasskeyRegister)
                .await?;
            if factors.passkeys >= MOST {
                return Err(Error::conflict(
                    "This account has as many passkeys as it can have. Remove one first.",
                ));
            }
            let spent = &registered.spent;
            if !op.tx().spend_proof(&spent.id, spent.expires_at).await? {
                return Err(failed());
            }
            let row = row_of(op, user, name, &transports, registered)?;
            match op.tx().insert_passkey(&row).await {
                Err(StoreError::AlreadyExists) => {
                    return Err(Error::conflict("This passkey is there already."));
                }
                other => other?,
            }
            let details = Details::new().uuid("passkey_id", row.id);
            op.log(about(&caller, user, "user.passkey_add", details));
            tell(&app_in, op, &caller, user, FactorChange::PasskeyAdded).await?;
            passkey(row)
        })
    })
    .await
}

/// Words by browsers, for browsers: kept if they look like words.
fn transports_of(given: Vec<String>) -> Vec<String> {
    let is_word = |text: &String| {
        !text.is_empty()
            && text.len() <= 20
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    given
        .into_iter()
        .filter(is_word)
        .take(MOST_TRANSPORTS)
        .collect()
}

fn row_of(
    op: &Op,
    user: UserId,
    name: String,
    transports: &[String],
    registered: Registered,
) -> Result<PasskeyRow> {
    Ok(PasskeyRow {
        id: op.new_id(),
        user_id: user,
        credential_id: registered.credential_id,
        public_key: registered.public_key,
        sign_count: i64::from(registered.sign_count),
        backup_eligible: registered.backup_eligible,
        backed_up: registered.backed_up,
        aaguid: registered.aaguid.to_vec(),
        transports: serde_json::to_string(transports)?,
        name,
        created_at: op.now(),
        last_used_at: None,
    })
}

/// Begins to sign in. It says the same to everybody.
pub fn begin_sign_in(app: &App) -> Result<SignInOptions> {
    Ok(SignInOptions {
        challenge: app
            .keyring()
            .issue_challenge(Ceremony::SignIn, app.now(), app.random()),
        relying_party: relying_party(app)?,
    })
}

fn not_accepted() -> Error {
    Error::unauthenticated("This passkey was not accepted. Try again, or sign in another way.")
}

/// Signs in by a passkey.
pub async fn sign_in(
    app: &App,
    used: &UsedPasskey,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignedIn> {
    match Use::check(app, used).await {
        Ok(used) => begin(app, used, kind, origin).await,
        Err(error) => Err(logged_failure(app, error, origin).await),
    }
}

/// A use of a passkey that held outside of the transaction. It is worth something only once it is
/// [spent](Self::spend) in the transaction of what it allows.
pub(crate) struct Use {
    row: PasskeyRow,
    asserted: Asserted,
}

impl Use {
    /// Checks what a browser sent.
    pub(crate) async fn check(app: &App, used: &UsedPasskey) -> Result<Self> {
        let party = relying_party(app)?;
        let (row, asserted) = verified(app, &party, used).await?;
        Ok(Self { row, asserted })
    }

    /// Whose passkey it is.
    pub(crate) const fn user(&self) -> UserId {
        self.row.user_id
    }

    /// Spends the challenge and sets the counter forward; says what is wrong if that cannot be. It also
    /// finds out whether the passkey is still there.
    pub(crate) async fn spend(&self, op: &mut Op) -> Result<std::result::Result<(), &'static str>> {
        let spent = &self.asserted.spent;
        if !op.tx().spend_proof(&spent.id, spent.expires_at).await? {
            return Ok(Err("challenge used before"));
        }
        let (count, now) = (i64::from(self.asserted.sign_count), op.now());
        let is_used = op
            .tx()
            .use_passkey(self.row.id, count, self.asserted.backed_up, now)
            .await?;
        Ok(if is_used {
            Ok(())
        } else {
            Err("counter did not go on")
        })
    }
}

/// The passkey that was used, and what it said. Checked outside of the transaction.
async fn verified(
    app: &App,
    party: &RelyingParty,
    used: &UsedPasskey,
) -> Result<(PasskeyRow, Asserted)> {
    let decoded = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes());
    let (Ok(id), Ok(client_data), Ok(data), Ok(signature)) = (
        decoded(&used.credential_id),
        decoded(&used.client_data),
        decoded(&used.authenticator_data),
        decoded(&used.signature),
    ) else {
        return Err(not_accepted());
    };
    let mut tx = app.store().begin_read().await?;
    let row = tx.find_passkey(&id).await?.ok_or_else(not_accepted)?;
    drop(tx);
    let assertion = Assertion {
        client_data: &client_data,
        authenticator_data: &data,
        signature: &signature,
    };
    let asserted = app
        .keyring()
        .verify_assertion(party, &row.public_key, &assertion, app.now())
        .map_err(|error| not_accepted().because(error))?;
    // Section 7.2: what a passkey is does not change.
    if asserted.backup_eligible != row.backup_eligible {
        return Err(not_accepted());
    }
    Ok((row, asserted))
}

async fn begin(app: &App, used: Use, kind: SessionKind, origin: &Origin) -> Result<SignedIn> {
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let user = used.user();
            let org = home_organisation(op, user).await?;
            op.enter([org]).await?;
            if let Err(reason) = used.spend(op).await? {
                let details = Details::new()
                    .text("method", "passkey")
                    .text("reason", reason)
                    .uuid("passkey_id", used.row.id);
                let resource = ("user", user.to_string());
                return Err(not_accepted().logged(entry(
                    org,
                    Actor::System,
                    origin.ip,
                    "auth.failure",
                    resource,
                    details,
                )));
            }
            let account = op.tx().find_user(user).await?.ok_or_else(refused)?;
            shares::claim(op, &account.email, user).await?;
            begin_session(&app_in, op, user, org, (kind, AuthMethod::Passkey), &origin).await
        })
    })
    .await
}

/// Logs a failed try, in the instance's own log: nobody knows whose it is.
async fn logged_failure(app: &App, error: Error, origin: &Origin) -> Error {
    if *error.kind() != crate::Kind::Unauthenticated {
        return error;
    }
    let draft = entry(
        OrgId::NIL,
        Actor::System,
        origin.ip,
        "auth.failure",
        ("user", "unknown".to_owned()),
        Details::new().text("method", "passkey"),
    );
    let refused = app.run(move |_| Box::pin(async move { Err::<(), _>(error.logged(draft)) }));
    refused.await.err().unwrap_or_else(not_accepted)
}

/// The caller's passkeys, oldest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Passkey>> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let rows = view.tx.list_passkeys(user).await?;
    rows.into_iter().map(passkey).collect()
}

/// Gives a passkey of the caller's another name.
pub async fn rename(app: &App, caller: &Caller, id: PasskeyId, name: &str) -> Result<Passkey> {
    let user = session_user(caller)?;
    let name = parse_passkey_name(name)?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            if !op.tx().rename_passkey(user, id, &name).await? {
                return Err(missing());
            }
            let details = Details::new().uuid("passkey_id", id);
            op.log(about(&caller, user, "user.passkey_rename", details));
            let rows = op.tx().list_passkeys(user).await?;
            let row = rows.into_iter().find(|row| row.id == id);
            passkey(row.ok_or_else(missing)?)
        })
    })
    .await
}

/// Removes a passkey of the caller's.
pub async fn delete(
    app: &App,
    caller: &Caller,
    id: PasskeyId,
    confirmation: Option<SecretString>,
) -> Result<()> {
    let user = session_user(caller)?;
    let confirmation = Confirmation::check(app, caller, confirmation).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            confirmation
                .spend(op, &caller, Purpose::PasskeyDelete)
                .await?;
            if !op.tx().delete_passkey(user, id).await? {
                return Err(missing());
            }
            if !has_way_in(op, user).await? {
                return Err(Error::conflict(
                    "This passkey is the only way into the account. Set a password or add another passkey first.",
                ));
            }
            let details = Details::new().uuid("passkey_id", id);
            op.log(about(&caller, user, "user.passkey_delete", details));
            tell(&app_in, op, &caller, user, FactorChange::PasskeyRemoved).await?;
            Ok(())
        })
    })
    .await
}

/// Whether an account can still be signed in to.
async fn has_way_in(op: &mut Op, user: UserId) -> Result<bool> {
    let account = op.tx().find_user(user).await?.ok_or_else(refused)?;
    Ok(account.password_hash.is_some()
        || op.tx().count_passkeys(user).await? > 0
        || op.tx().count_identities(user).await? > 0)
}

fn missing() -> Error {
    Error::not_found("There is no such passkey in your account.")
}

fn parse_passkey_name(text: &str) -> Result<String> {
    parse_description(text).map_err(|error| Error::invalid("name", error.to_string()))
}

fn decode(field: &'static str, text: &str) -> Result<Vec<u8>> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| Error::invalid(field, "must be base64url without padding"))
}

fn passkey(row: PasskeyRow) -> Result<Passkey> {
    Ok(Passkey {
        id: row.id,
        credential_id: BASE64URL_NOPAD.encode(&row.credential_id),
        name: row.name,
        transports: serde_json::from_str(&row.transports)?,
        backed_up: row.backed_up,
        last_used_at: row.last_used_at,
        created_at: row.created_at,
    })
}

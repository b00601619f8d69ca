//! How an account is signed in to: codes of an authenticator app, and passkeys.
//!
//! Invariants:
//! - A secret and recovery codes are only in the answer to the form that asked for them.
//! - What weakens the account is confirmed with a code, or with the password while there is no factor.

use super::confirm::{Confirming, confirmation};
use super::form::{Fields, Form};
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::view::{Moment, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::Error;
use oneclaw_app::mfa;
use oneclaw_app::passkeys::{
    self, NewPasskey, Passkey, RegistrationOptions, SignInOptions, UsedPasskey,
};
use oneclaw_app::reauth::{self, Proof};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::PasskeyId;
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::secret::SecretString;
use serde_json::json;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/security", get(show))
        .route("/security/code", post(set_up))
        .route("/security/code/confirm", post(confirm))
        .route("/security/code/off", post(switch_off))
        .route("/security/mail", post(mail_code))
        .route("/security/passkeys", post(add))
        .route("/security/passkeys/confirm", post(confirm_by_passkey))
        .route("/security/passkeys/{id}/rename", post(rename))
        .route("/security/passkeys/{id}/delete", post(delete))
}

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage {
    shell: Shell,
    form: Form,
    asks_for_codes: bool,
    codes_left: u32,
    passkeys: Vec<Row>,
    /// What a browser needs to make a passkey; absent where this server cannot have any.
    options: Option<String>,
    /// What an act is confirmed with.
    confirming: Confirming,
    /// Whether a code was mailed just now.
    mailed: bool,
    /// Confirms that another passkey may be added.
    confirmed: Option<String>,
}

struct Row {
    id: PasskeyId,
    name: String,
    is_synchronised: bool,
    made: Moment,
    used: Option<Moment>,
}

async fn show(State(state): State<ServerState>, signed: Signed) -> PageResult {
    shown(&state, signed, Form::default(), (None, false)).await
}

async fn shown(
    state: &ServerState,
    signed: Signed,
    form: Form,
    (confirmed, mailed): (Option<String>, bool),
) -> PageResult {
    let (app, now) = (state.app(), state.app().now());
    let status = mfa::status(app, &signed.caller).await?;
    let listed = passkeys::list(app, &signed.caller).await?;
    let options = if passkeys::are_possible(app) {
        Some(passkeys::begin_registration(app, &signed.caller).await?)
    } else {
        None
    };
    let confirming = Confirming::load(state, &signed.caller).await?;
    let http = form.status();
    let shell = Shell::load(state, signed, Section::Settings).await?;
    page(
        http,
        &SecurityPage {
            shell,
            form,
            asks_for_codes: status.enabled,
            codes_left: status.recovery_codes_left,
            passkeys: listed
                .into_iter()
                .map(|passkey| row(passkey, now))
                .collect(),
            options: options.as_ref().map(registration),
            confirming,
            mailed,
            confirmed,
        },
    )
}

fn row(passkey: Passkey, now: Timestamp) -> Row {
    Row {
        id: passkey.id,
        name: if passkey.name.is_empty() {
            "Passkey".to_owned()
        } else {
            passkey.name
        },
        is_synchronised: passkey.backed_up,
        made: Moment::new(passkey.created_at, now),
        used: passkey.last_used_at.map(|at| Moment::new(at, now)),
    }
}

/// `PublicKeyCredentialCreationOptions`, bytes as base64url.
fn registration(options: &RegistrationOptions) -> String {
    let parameters = passkeys::ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
    let known: Vec<_> = options
        .exclude
        .iter()
        .map(|id| json!({ "type": "public-key", "id": id }))
        .collect();
    json!({
        "challenge": options.challenge,
        "rp": { "id": options.relying_party.id, "name": "1Claw" },
        "user": { "id": options.user_handle, "name": options.user_name, "displayName": options.display_name },
        "pubKeyCredParams": parameters,
        "excludeCredentials": known,
        "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
        "attestation": "none",
        "timeout": 280_000,
    })
    .to_string()
}

/// `PublicKeyCredentialRequestOptions`, bytes as base64url.
pub(super) fn assertion(options: &SignInOptions) -> String {
    json!({
        "challenge": options.challenge,
        "rpId": options.relying_party.id,
        "userVerification": "required",
        "timeout": 280_000,
    })
    .to_string()
}

/// The page again, with what is wrong.
async fn refused(state: &ServerState, signed: Signed, fields: Fields, error: Error) -> PageResult {
    let form = fields.refused(error)?;
    shown(state, signed, form, (None, false)).await
}

/// What a browser answered when a passkey was used.
pub(super) fn used_passkey(fields: &Fields) -> UsedPasskey {
    UsedPasskey {
        credential_id: fields.text("credential_id").to_owned(),
        authenticator_data: fields.text("authenticator_data").to_owned(),
        client_data: fields.text("client_data_json").to_owned(),
        signature: fields.text("signature").to_owned(),
    }
}

/// Confirms with a passkey that another one may be added: the page again, with the token in its form.
async fn confirm_by_passkey(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let proof = Proof::Passkey(used_passkey(&fields));
    let purpose = Purpose::PasskeyRegister;
    match reauth::prove(state.app(), &signed.caller, purpose, proof).await {
        Ok(proven) => {
            let token = proven.token.expose().to_owned();
            shown(&state, signed, Form::default(), (Some(token), false)).await
        }
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

/// Mails a code to confirm with.
async fn mail_code(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match reauth::mail_code(state.app(), &signed.caller).await {
        Ok(()) => shown(&state, signed, Form::default(), (None, true)).await,
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

#[derive(Template)]
#[template(path = "security_code.html")]
struct CodePage {
    shell: Shell,
    form: Form,
    secret: String,
    uri: String,
}

/// Shows the secret of a new authenticator app.
async fn set_up(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let made = async {
        let purpose = Purpose::MfaEnable;
        let confirmation = confirmation(&state, &signed.caller, purpose, &mut fields).await?;
        mfa::set_up(state.app(), &signed.caller, confirmation).await
    };
    let made = match made.await {
        Ok(made) => made,
        Err(error) => return refused(&state, signed, fields, error).await,
    };
    let shell = Shell::load(&state, signed, Section::Settings).await?;
    page(
        StatusCode::OK,
        &CodePage {
            shell,
            form: Form::default(),
            secret: in_groups(made.secret.expose()),
            uri: made.uri.expose().to_owned(),
        },
    )
}

/// For typing.
fn in_groups(secret: &str) -> String {
    let mut text = String::with_capacity(secret.len() * 5 / 4);
    for (index, character) in secret.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}

#[derive(Template)]
#[template(path = "security_recovery.html")]
struct RecoveryPage {
    shell: Shell,
    codes: String,
}

/// Switches codes on, and shows the recovery codes.
async fn confirm(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let code = fields.take_secret("code");
    let codes = match mfa::confirm(state.app(), &signed.caller, code).await {
        Ok(codes) => codes,
        Err(error) => return refused(&state, signed, fields, error).await,
    };
    let codes: Vec<_> = codes.iter().map(SecretString::expose).collect();
    let codes = codes.join("\n");
    let shell = Shell::load(&state, signed, Section::Settings).await?;
    page(StatusCode::OK, &RecoveryPage { shell, codes })
}

async fn switch_off(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let code = fields.take_secret("code");
    match mfa::disable(state.app(), &signed.caller, Some(code), None).await {
        Ok(()) => Ok(done("/security", Notice::SecurityChanged)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn add(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let added = async {
        let purpose = Purpose::PasskeyRegister;
        let confirmation = confirmation(&state, &signed.caller, purpose, &mut fields).await?;
        let words = fields.text("transports").split(' ');
        let new = NewPasskey {
            credential_id: fields.text("credential_id").to_owned(),
            attestation_object: fields.text("attestation_object").to_owned(),
            client_data: fields.text("client_data_json").to_owned(),
            transports: words.map(str::to_owned).collect(),
            name: fields.text("name").to_owned(),
        };
        passkeys::complete_registration(state.app(), &signed.caller, new, confirmation).await
    };
    match added.await {
        Ok(_) => Ok(done("/security", Notice::SecurityChanged)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn rename(
    State(state): State<ServerState>,
    Path(id): Path<PasskeyId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match passkeys::rename(state.app(), &signed.caller, id, fields.text("name")).await {
        Ok(_) => Ok(done("/security", Notice::SecurityChanged)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn delete(
    State(state): State<ServerState>,
    Path(id): Path<PasskeyId>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let deleted = async {
        let purpose = Purpose::PasskeyDelete;
        let confirmation = confirmation(&state, &signed.caller, purpose, &mut fields).await?;
        passkeys::delete(state.app(), &signed.caller, id, confirmation).await
    };
    match deleted.await {
        Ok(()) => Ok(done("/security", Notice::SecurityChanged)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

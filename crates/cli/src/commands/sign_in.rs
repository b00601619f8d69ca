//! `1claw login`, `logout` and `whoami`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use oneclaw_client::Credential;
use oneclaw_client::auth::LoginRequest;
use oneclaw_client::device::{
    DEVICE_GRANT, DeviceCodeRequest, DeviceCodeResponse, DeviceTokenError, DeviceTokenRequest,
};
use oneclaw_client::mfa::MfaVerifyRequest;
use oneclaw_core::clock::{Clock as _, SystemClock, Timestamp};
use serde_json::{Value, json};

use crate::args::Global;
use crate::browser;
use crate::input;
use crate::output::{BOLD, Exit, Failure, Printer, harmless};
use crate::remote::{Remote, Source};
use crate::settings::SavedLogin;
use crate::waiting;

#[derive(Args)]
pub(crate) struct LoginArgs {
    /// Sign in with a password instead of a code; the address is asked for when absent
    #[arg(long, num_args = 0..=1, default_missing_value = "", value_name = "ADDRESS")]
    email: Option<String>,
    /// Read the password from a file; `-` is stdin
    #[arg(long, value_name = "FILE", requires = "email")]
    password_file: Option<PathBuf>,
    /// Print the address of the page, but do not open it
    #[arg(long)]
    no_browser: bool,
}

pub(crate) async fn login(
    args: LoginArgs,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    let remote = Remote::anonymous(global)?;
    let saved = match args.email {
        Some(email) => {
            with_password(email, args.password_file.as_deref(), &remote, printer).await?
        }
        None => with_device(!args.no_browser, &remote, printer).await?,
    };
    let email = saved.email.clone().unwrap_or_default();
    remote.folders.change_saved(|logins| {
        logins.0.insert(remote.session_key(), saved);
    })?;
    let file = remote.folders.credentials_file();
    printer.done(
        format_args!(
            "signed in to {} as {email}; the session is in {}, readable by you alone",
            remote.url,
            file.display()
        ),
        &json!({ "event": "signed_in", "api_url": remote.url, "email": email, "stored_in": file }),
    )
}

/// When a token that lives so long from now ends.
fn end_of(expires_in: u32) -> Timestamp {
    SystemClock
        .now()
        .plus(Duration::from_secs(expires_in.into()))
}

async fn with_password(
    email: String,
    file: Option<&Path>,
    remote: &Remote,
    printer: Printer,
) -> Result<SavedLogin, Failure> {
    let email = if email.is_empty() {
        input::line("address", printer)?
    } else {
        email
    };
    let password = input::secret(file, false, "password", printer)?;
    let request = LoginRequest {
        email: email.clone(),
        password: password.into(),
    };
    let answer = remote.client.login(&request).await?;
    if !answer.mfa_required {
        return Ok(SavedLogin {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            expires_at: end_of(answer.expires_in),
            email: Some(email),
        });
    }
    let Some(mfa_token) = answer.mfa_token else {
        return Err(Failure::new(
            Exit::Unavailable,
            "the server asks for a second factor and does not say how",
        ));
    };
    let code = input::line("code of your second factor", printer)?;
    let request = MfaVerifyRequest {
        mfa_token,
        code: code.into(),
    };
    let answer = remote.client.mfa_verify(&request).await?;
    Ok(SavedLogin {
        access_token: answer.access_token,
        refresh_token: answer.refresh_token,
        expires_at: end_of(answer.expires_in),
        email: Some(email),
    })
}

/// Shows a code that somebody signed in elsewhere types into a page (RFC 8628).
async fn with_device(
    may_open: bool,
    remote: &Remote,
    printer: Printer,
) -> Result<SavedLogin, Failure> {
    let request = DeviceCodeRequest {
        client_id: Some("1claw".to_owned()),
        email: None,
    };
    let offer = remote.client.device_code(&request).await?;
    if printer.json {
        printer.json(&json!({
            "event": "authorization_required",
            "verification_uri": offer.verification_uri,
            "user_code": offer.user_code,
            "expires_in": offer.expires_in,
        }))?;
    } else {
        printer.note(format_args!(
            "open  {}\nenter {BOLD}{}{BOLD:#}",
            harmless(&offer.verification_uri),
            harmless(&offer.user_code)
        ));
        if may_open {
            browser::open(&page_of(&offer), printer);
        }
    }
    let sentence = format!(
        "waiting for the code {}; Ctrl-C leaves nothing behind",
        harmless(&offer.user_code)
    );
    let event = json!({ "event": "waiting", "user_code": offer.user_code });
    waiting::during(&sentence, &event, printer, decided(offer, remote)).await
}

/// The page, with the code filled in, so that it is compared and not typed.
fn page_of(offer: &DeviceCodeResponse) -> String {
    let code: String = url::form_urlencoded::byte_serialize(offer.user_code.as_bytes()).collect();
    format!("{}?code={code}", offer.verification_uri)
}

async fn decided(offer: DeviceCodeResponse, remote: &Remote) -> Result<SavedLogin, Failure> {
    let mut interval = Duration::from_secs(offer.interval.clamp(1, 60).into());
    let question = DeviceTokenRequest {
        device_code: offer.device_code,
        grant_type: Some(DEVICE_GRANT.to_owned()),
    };
    loop {
        tokio::time::sleep(interval).await;
        let answer = remote.client.device_token(&question).await?;
        match answer.error {
            Some(DeviceTokenError::AuthorizationPending) => {}
            Some(DeviceTokenError::SlowDown) => interval += Duration::from_secs(5),
            Some(DeviceTokenError::AccessDenied) => {
                return Err(Failure::new(Exit::Declined, "the sign-in was refused"));
            }
            Some(other) => {
                return Err(Failure::new(
                    Exit::TimedOut,
                    "nobody answered in time, or the code is used up",
                )
                .because(other)
                .next("1claw login"));
            }
            None => {
                let Some(access_token) = answer.access_token else {
                    return Err(Failure::new(Exit::Unavailable, "the server gave no token"));
                };
                return Ok(SavedLogin {
                    access_token,
                    refresh_token: answer.refresh_token,
                    expires_at: end_of(answer.expires_in.unwrap_or_default()),
                    email: answer.email,
                });
            }
        }
    }
}

pub(crate) async fn logout(global: &Global, printer: Printer) -> Result<(), Failure> {
    let mut remote = Remote::anonymous(global)?;
    let Some(login) = remote.folders.saved()?.0.remove(&remote.session_key()) else {
        return printer.done(
            format_args!("not signed in to {}", remote.url),
            &json!({ "signed_out": false }),
        );
    };
    remote.client = remote
        .client
        .with_credential(Credential::Bearer(login.access_token.into()))?;
    let revoked = remote.client.revoke_token().await;
    // Gone here in any case: whoever says logout must not find the token afterwards.
    remote.folders.change_saved(|logins| {
        logins.0.remove(&remote.session_key());
    })?;
    match revoked {
        Ok(()) => {}
        Err(error) if error.status() == Some(401) => {}
        Err(error) => {
            return Err(Failure::new(
                Exit::Unavailable,
                "the session is gone here, but the server was not told",
            )
            .because(error)
            .next("it ends by itself; or end it in the dashboard"));
        }
    }
    printer.done(
        format_args!("signed out of {}", remote.url),
        &json!({ "signed_out": true }),
    )
}

/// Who the credential is for.
pub(crate) async fn identity(remote: &Remote) -> Result<Value, Failure> {
    match remote.client.get_me().await {
        Ok(me) => Ok(
            json!({ "type": "user", "id": me.id, "name": me.email, "org_id": me.org_id, "role": me.role }),
        ),
        Err(error) if matches!(error.status(), Some(403 | 404)) => {
            let me = remote.client.get_agent_self().await?;
            Ok(json!({ "type": "agent", "id": me.id, "name": me.name, "org_id": me.org_id }))
        }
        Err(error) => Err(error.into()),
    }
}

/// Where the credential lies, in words.
pub(crate) fn place(remote: &Remote) -> String {
    match remote.source {
        Source::Nowhere => "nowhere".to_owned(),
        Source::Variable(name) => name.to_owned(),
        Source::File => remote.folders.credentials_file().display().to_string(),
    }
}

pub(crate) async fn whoami(remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let mut me = identity(remote).await?;
    if let Some(fields) = me.as_object_mut() {
        fields.insert("api_url".to_owned(), remote.url.as_str().into());
        fields.insert("credential_from".to_owned(), place(remote).into());
    }
    printer.one(
        &me,
        &[
            ("NAME", "name"),
            ("TYPE", "type"),
            ("ID", "id"),
            ("ORG", "org_id"),
            ("ROLE", "role"),
            ("SERVER", "api_url"),
            ("CREDENTIAL", "credential_from"),
        ],
    )
}

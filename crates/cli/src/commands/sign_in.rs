//! `1claw login`, `logout` and `whoami`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use oneclaw_client::Credential;
use oneclaw_client::auth::LoginRequest;
use oneclaw_core::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::args::Global;
use crate::input;
use crate::output::{Exit, Failure, Printer};
use crate::remote::{Remote, Source};
use crate::settings::SavedLogin;

#[derive(Args)]
pub(crate) struct LoginArgs {
    /// Address of the account; asked for when absent
    #[arg(long, num_args = 0..=1, default_missing_value = "", value_name = "ADDRESS")]
    email: Option<String>,
    /// Read the password from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub(crate) async fn login(
    args: LoginArgs,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    let remote = Remote::anonymous(global)?;
    let email = match args.email.filter(|email| !email.is_empty()) {
        Some(email) => email,
        None => input::line("address", printer)?,
    };
    let password = input::secret(args.password_file.as_deref(), false, "password", printer)?;
    let request = LoginRequest {
        email: email.clone(),
        password: password.into(),
    };
    let answer = remote.client.login(&request).await?;
    if answer.mfa_required {
        return Err(
            Failure::new(Exit::SignIn, "this account has a second factor")
                .because("a password alone does not sign it in")
                .next("make a personal key in the dashboard and set ONECLAW_API_KEY"),
        );
    }
    let saved = SavedLogin {
        access_token: answer.access_token,
        refresh_token: answer.refresh_token,
        expires_at: SystemClock
            .now()
            .plus(Duration::from_secs(answer.expires_in.into())),
        email: Some(email.clone()),
    };
    remote.folders.change_saved(|logins| {
        logins.0.insert(remote.url.clone(), saved);
    })?;
    let file = remote.folders.credentials_file();
    printer.done(
        format_args!(
            "signed in to {} as {email}; the session is in {}, readable by you alone",
            remote.url,
            file.display()
        ),
        &json!({ "api_url": remote.url, "email": email, "stored_in": file }),
    )
}

pub(crate) async fn logout(global: &Global, printer: Printer) -> Result<(), Failure> {
    let mut remote = Remote::anonymous(global)?;
    let Some(login) = remote.folders.saved()?.0.remove(&remote.url) else {
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
        logins.0.remove(&remote.url);
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

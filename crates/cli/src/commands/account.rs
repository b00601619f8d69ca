//! `1claw forgot-password`, `reset-password`, `set-password` and `change-email`.
//!
//! Invariant: passwords, codes and tokens come from a prompt, a pipe or a file, never from an argument.

use std::path::{Path, PathBuf};

use clap::Args;
use oneclaw_client::account::{ChangeEmailRequest, SetPasswordRequest, VerifyEmailChangeRequest};
use oneclaw_client::auth::{ChangePasswordRequest, ForgotPasswordRequest, ResetPasswordRequest};
use oneclaw_client::wire::SecretText;
use oneclaw_core::secret::SecretString;
use serde_json::json;

use crate::args::Global;
use crate::input;
use crate::output::{Exit, Failure, Printer, harmless};
use crate::remote::Remote;

#[derive(Args)]
pub(crate) struct ForgotArgs {
    /// Address of the account; asked for when absent
    #[arg(value_name = "ADDRESS")]
    email: Option<String>,
}

#[derive(Args)]
pub(crate) struct ResetArgs {
    /// Taken to be refused with advice.
    #[arg(long, hide = true, value_name = "TOKEN", num_args = 0..=1, default_missing_value = "")]
    token: Option<String>,
    /// Read the token of the mailed link from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Read the new password from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct SetArgs {
    /// Read the password until now from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    current_file: Option<PathBuf>,
    /// Read the new password from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct ChangeEmailArgs {
    /// The new address; a code is mailed there
    #[arg(value_name = "ADDRESS", required_unless_present = "code_file")]
    email: Option<String>,
    /// Read the password, which confirms the change, from a file; `-` is stdin
    #[arg(long, value_name = "FILE", requires = "email")]
    confirm_file: Option<PathBuf>,
    /// Second step of a script: read the mailed code from a file; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "email")]
    code_file: Option<PathBuf>,
}

/// A confirmation for acts that weaken how one signs in: from a file, or from a person.
pub(crate) fn confirmation(file: Option<&Path>, printer: Printer) -> Result<SecretText, Failure> {
    if file.is_none() && !input::is_interactive(printer) {
        return Err(
            Failure::new(Exit::Usage, "this has to be confirmed with the password")
                .next("name a file that holds it: --confirm-file FILE, or - for stdin"),
        );
    }
    Ok(input::secret(file, false, "your password, to confirm", printer)?.into())
}

/// A secret out of a file, or of a person. Two secrets cannot share one pipe.
fn given(
    file: Option<&Path>,
    prompt: &str,
    option: &str,
    printer: Printer,
) -> Result<SecretString, Failure> {
    if file.is_none() && !input::is_interactive(printer) {
        return Err(Failure::new(
            Exit::Usage,
            format!("the {prompt} is needed and nobody may be asked"),
        )
        .next(format!("name a file that holds it: {option} FILE")));
    }
    input::secret(file, false, prompt, printer)
}

/// A new password, typed twice where nobody sees what is typed.
fn new_password(file: Option<&Path>, printer: Printer) -> Result<SecretString, Failure> {
    let password = given(file, "new password", "--password-file", printer)?;
    if file.is_none() {
        let again = input::secret(None, false, "new password again", printer)?;
        if again.expose() != password.expose() {
            return Err(
                Failure::new(Exit::Usage, "the two are not the same").next("nothing was changed")
            );
        }
    }
    Ok(password)
}

pub(crate) async fn forgot(
    args: ForgotArgs,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    let remote = Remote::anonymous(global)?;
    let email = match args.email {
        Some(email) => email,
        None => input::line("address", printer)?,
    };
    let answer = remote
        .client
        .forgot_password(&ForgotPasswordRequest { email })
        .await?;
    printer.done(
        format_args!(
            "{}\nthe link in the mail leads to a page; or give its token to `1claw reset-password`",
            harmless(&answer.message)
        ),
        &answer,
    )
}

pub(crate) async fn reset(
    args: ResetArgs,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    if args.token.is_some() {
        return Err(Failure::new(Exit::Usage, "a token must not be an argument")
            .because("other processes see arguments, and shells keep them; ask for another mail")
            .next("1claw reset-password   (asks for the token, or reads it with --token-file)"));
    }
    let remote = Remote::anonymous(global)?;
    let token = given(
        args.token_file.as_deref(),
        "token of the mailed link",
        "--token-file",
        printer,
    )?;
    // People paste the whole link.
    let token = match token.expose().trim().rsplit_once('/') {
        Some((_, last)) => last.to_owned().into(),
        None => token,
    };
    let request = ResetPasswordRequest {
        token: token.into(),
        new_password: new_password(args.password_file.as_deref(), printer)?.into(),
    };
    let answer = remote.client.reset_password(&request).await?;
    printer.done(
        format_args!(
            "{}\nsign in again: 1claw login --email",
            harmless(&answer.message)
        ),
        &answer,
    )
}

pub(crate) async fn set(args: SetArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let new = |printer| new_password(args.password_file.as_deref(), printer);
    if args.current_file.is_none() {
        // An account that came by a mailed code or another provider has none to give.
        let password = new(printer)?;
        let request = SetPasswordRequest {
            password: password.expose().to_owned().into(),
            password_confirm: None,
        };
        let first = remote.client.set_password(&request).await;
        return match first {
            Ok(answer) => printer.done(harmless(&answer.message), &answer),
            Err(error) if error.status() == Some(400) && input::is_interactive(printer) => {
                let current = input::secret(None, false, "password until now", printer)?;
                change(&current, password, remote, printer).await
            }
            Err(error) if error.status() == Some(400) => Err(Failure::from(error).next(
                "if the account has a password, name a file that holds it: --current-file FILE",
            )),
            Err(error) => Err(error.into()),
        };
    }
    let current = input::secret(
        args.current_file.as_deref(),
        false,
        "password until now",
        printer,
    )?;
    change(&current, new(printer)?, remote, printer).await
}

async fn change(
    current: &SecretString,
    new: SecretString,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let request = ChangePasswordRequest {
        current_password: current.expose().to_owned().into(),
        new_password: new.into(),
    };
    remote.client.change_password(&request).await?;
    printer.done(
        "the password is changed; every session has ended, this one too\nsign in again: 1claw login --email",
        &json!({ "changed": true }),
    )
}

pub(crate) async fn change_email(
    args: ChangeEmailArgs,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    if let Some(email) = args.email {
        let request = ChangeEmailRequest { new_email: email };
        let confirmation = match &args.confirm_file {
            Some(file) => Some(confirmation(Some(file), printer)?),
            None => None,
        };
        let asked = remote
            .client
            .change_email(&request, confirmation.as_ref())
            .await;
        let asked = match asked {
            Err(error) if error.status() == Some(403) && confirmation.is_none() => {
                let confirmation = self::confirmation(None, printer)?;
                let client = &remote.client;
                client.change_email(&request, Some(&confirmation)).await?
            }
            other => other?,
        };
        printer.say(harmless(&asked.message));
        if !input::is_interactive(printer) {
            return printer.done(
                "give the code of the mail to: 1claw change-email --code-file FILE",
                &asked,
            );
        }
    }
    let code = input::secret(
        args.code_file.as_deref(),
        false,
        "code of the mail",
        printer,
    )?;
    let request = VerifyEmailChangeRequest { code: code.into() };
    let changed = remote.client.verify_email_change(&request).await?;
    remember(remote, &changed.email)?;
    printer.done(
        format_args!("the account's address is now {}", harmless(&changed.email)),
        &changed,
    )
}

/// The saved session says whose it is.
fn remember(remote: &Remote, email: &str) -> Result<(), Failure> {
    remote.folders.change_saved(|logins| {
        if let Some(login) = logins.0.get_mut(&remote.session_key()) {
            login.email = Some(email.to_owned());
        }
    })
}

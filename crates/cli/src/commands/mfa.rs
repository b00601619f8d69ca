//! `1claw mfa`: the second factor of the account.

use clap::Subcommand;
use oneclaw_client::mfa::{MfaDisableRequest, MfaVerifySetupRequest};
use serde_json::json;

use crate::input;
use crate::output::{Exit, Failure, Printer, harmless};
use crate::remote::Remote;

#[derive(Subcommand)]
pub(crate) enum MfaCommand {
    /// Say whether the account has a second factor
    Status,
    /// Add an authenticator app, and print the recovery codes, this once
    Enable,
    /// Take the second factor away; asks for a code of it
    Disable,
}

pub(crate) async fn run(
    command: MfaCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        MfaCommand::Status => printer.one(
            &client.mfa_status().await?,
            &[
                ("ENABLED", "enabled"),
                ("RECOVERY CODES LEFT", "recovery_codes_remaining"),
            ],
        ),
        MfaCommand::Enable => {
            // Without somebody to read the key and type the code it would only begin.
            if !input::is_interactive(printer) {
                return Err(
                    Failure::new(Exit::Usage, "this needs a person at a terminal")
                        .next("run it without --no-input, not in a pipe"),
                );
            }
            let setup = match client.mfa_setup(None).await {
                // Signed in for a while: then the password says that it is still the same person.
                Err(error) if error.status() == Some(403) => {
                    let password =
                        input::secret(None, false, "the password of the account", printer)?;
                    client
                        .mfa_setup(Some(&password.expose().to_owned().into()))
                        .await?
                }
                other => other?,
            };
            printer.note(format_args!(
                "add this to your authenticator app:\n  {}\n  {}",
                harmless(setup.secret.expose()),
                harmless(setup.otpauth_uri.expose())
            ));
            let code = input::line("the code that it shows", printer)?;
            let request = MfaVerifySetupRequest { code: code.into() };
            let enabled = client.mfa_verify_setup(&request).await?;
            if printer.json {
                return printer.json(&enabled);
            }
            for code in &enabled.recovery_codes {
                printer.data(harmless(code.expose()))?;
            }
            printer
                .say("keep these recovery codes apart from your device; they are not shown again");
            Ok(())
        }
        MfaCommand::Disable => {
            let code = input::line("a code of your second factor", printer)?;
            let request = MfaDisableRequest {
                code: Some(code.into()),
            };
            client.mfa_disable(&request).await?;
            printer.done("the second factor is gone", &json!({ "enabled": false }))
        }
    }
}

//! What a server says when it is ready: how to get in, where things are, and how a first agent joins.

use serde_json::json;

use super::instance::{Instance, SignIn};
use crate::config::{Config, is_public};
use crate::output::{BOLD, CAUTION, DIM, Failure, Printer};

/// The owner of a demonstration.
pub(crate) const DEMO_OWNER: &str = "owner@example.com";
/// Published on purpose: `--dev` serves this machine only.
pub(crate) const DEMO_PASSWORD: &str = "try-the-vault-at-home";

/// Prints the start-up notice: text, or one JSON object for supervisors and scripts.
pub(super) fn print(config: &Config, instance: &Instance, printer: Printer) -> Result<(), Failure> {
    if printer.json {
        print_json(config, instance, printer)
    } else {
        print_text(config, instance, printer)
    }
}

fn print_json(config: &Config, instance: &Instance, printer: Printer) -> Result<(), Failure> {
    let mut notice = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "listen": instance.address.to_string(),
        "public_url": instance.public_url,
        "data_dir": config.data_dir,
        "master_key_file": config.master_key_file,
        "mail": instance.mail,
    });
    if let Some(fields) = notice.as_object_mut() {
        if let Some(address) = instance.metrics {
            fields.insert("metrics_listen".to_owned(), json!(address.to_string()));
        }
        match &instance.sign_in {
            SignIn::Known => {}
            SignIn::SetUp(link) => {
                fields.insert("setup_url".to_owned(), json!(link));
            }
            SignIn::Demonstration => {
                let owner = json!({ "email": DEMO_OWNER, "password": DEMO_PASSWORD });
                fields.insert("owner".to_owned(), owner);
            }
        }
    }
    printer.json(&notice)
}

fn print_text(config: &Config, instance: &Instance, printer: Printer) -> Result<(), Failure> {
    let url = &instance.public_url;
    let version = env!("CARGO_PKG_VERSION");
    let row =
        |name: &str, value: &str| printer.data(format_args!("  {BOLD}{name:<11}{BOLD:#} {value}"));
    let below = |text: &str| printer.data(format_args!("  {:<11} {CAUTION}{text}{CAUTION:#}", ""));

    printer.data(format_args!("{BOLD}1Claw {version} is ready.{BOLD:#}\n"))?;
    row("Dashboard", &format!("{url}/"))?;
    match &instance.sign_in {
        SignIn::Known => row("Sign in", &format!("{url}/signin"))?,
        SignIn::SetUp(link) => {
            row("First owner", link)?;
            printer.data(format_args!(
                "  {:<11} {DIM}works once, for 24 hours{DIM:#}",
                ""
            ))?;
        }
        SignIn::Demonstration => {
            row(
                "Sign in",
                &format!("{DEMO_OWNER}  with password  {DEMO_PASSWORD}"),
            )?;
            below("A demonstration: the password is published, keep no real secrets here.")?;
        }
    }
    row("Mail", &mail(config, instance))?;
    if let Some(address) = instance.metrics {
        row("Metrics", &format!("http://{address}/metrics"))?;
    }
    row("Data", &absolute(&config.data_dir))?;
    row("Master key", &absolute(&config.master_key_file))?;
    if config.is_key_beside_data() {
        below("Lies beside the data: whoever copies the folder can read every secret.")?;
        below("For a real vault, keep it elsewhere with --master-key-file.")?;
    }
    if config.public_url.is_none() && !config.listen.ip().is_loopback() {
        below("Links lead to this machine only. Set --public-url to the address others use.")?;
    }
    if is_public(url) && url.starts_with("http://") {
        below("Without https:// passwords and secrets travel readable. Put TLS in front.")?;
    }
    printer.data(format_args!(
        "\nLet a first agent ask to join:\n\n  {}\n",
        curl_line(instance)
    ))?;
    printer.data("Then sign in and open the approval_url of the answer. Ctrl-C stops the server.")
}

/// The request of a first agent, ready to be pasted into a shell.
fn curl_line(instance: &Instance) -> String {
    let address = match instance.sign_in {
        SignIn::Demonstration => format!(",\"human_email\":\"{DEMO_OWNER}\""),
        SignIn::Known | SignIn::SetUp(_) => String::new(),
    };
    format!(
        "curl -s -X POST {}/v1/agents/enroll -H 'Content-Type: application/json' -d '{{\"name\":\"my-agent\"{address}}}'",
        instance.public_url
    )
}

/// Where mails go; where they stay here, with the very command that shows those of this vault.
fn mail(config: &Config, instance: &Instance) -> String {
    match config.mail_url {
        Some(_) => instance.mail.clone(),
        None => format!(
            "kept in the outbox; read it with:  1claw server outbox{}",
            config.flags()
        ),
    }
}

fn absolute(path: &std::path::Path) -> String {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}

//! `1claw server doctor`: looks at the settings and the files of a vault, and into its database, for what hurts or would
//! hurt later. Changes nothing. Whatever is not good names the next step.

mod inside;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use oneclaw_core::secret::SecretString;
use oneclaw_crypto::MasterKeys;
use oneclaw_store::Config as Database;
use serde::Serialize;
use url::{Host, Url};

use super::folder;
use crate::args::KeyDelivery;
use crate::config::{Config, has_password, is_public};
use crate::output::{BAD, CAUTION, DIM, Exit, Failure, GOOD, Printer};

/// Free space in bytes below which trouble is near.
const LITTLE_SPACE: u64 = 1 << 30;
/// Free space in bytes below which a vault may stop at any moment.
const NO_SPACE: u64 = 100 << 20;

/// Permission bits that nobody but the owner should have.
const FOREIGN_BITS: u32 = 0o077;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// As it should be.
    Good,
    /// Fine for some, risky for others.
    Caution,
    /// Wrong for everybody.
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    #[serde(rename = "finding")]
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn good(check: &'static str, text: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Good,
            text: text.into(),
            advice: None,
        }
    }

    fn caution(check: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Caution,
            advice: Some(advice.into()),
            ..Self::good(check, text)
        }
    }

    fn bad(check: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Bad,
            ..Self::caution(check, text, advice)
        }
    }
}

/// Runs every check and prints what it found. Fails when something is bad.
pub(super) fn run(config: &Config, printer: Printer) -> Result<(), Failure> {
    let findings = examine(config);
    if printer.json {
        printer.json(&findings)?;
    } else {
        findings
            .iter()
            .try_for_each(|finding| print(finding, printer))?;
    }
    match findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Bad)
        .count()
    {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Failed, "one check failed")),
        bad => Err(Failure::new(Exit::Failed, format!("{bad} checks failed"))),
    }
}

fn print(finding: &Finding, printer: Printer) -> Result<(), Failure> {
    let (style, word) = match finding.verdict {
        Verdict::Good => (GOOD, "ok"),
        Verdict::Caution => (CAUTION, "caution"),
        Verdict::Bad => (BAD, "bad"),
    };
    printer.data(format_args!(
        "{style}{word:<8}{style:#} {:<15} {}",
        finding.check, finding.text
    ))?;
    match &finding.advice {
        Some(advice) => printer.data(format_args!("{:<24} {DIM}{advice}{DIM:#}", "")),
        None => Ok(()),
    }
}

fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![
        check_public_url(config),
        check_key_delivery(config),
        check_mail(config),
        check_master_key(config),
        check_database(config),
        check_data_folder(&config.data_dir),
        check_user(),
    ];
    findings.extend(check_proxies(config));
    findings.extend(check_metrics(config));
    findings.extend(inside::examine(config));
    findings.extend(check_config_file(config));
    findings.extend(check_disk_space(&config.data_dir));
    if folder::is_demonstration(config) {
        findings.push(Finding::caution(
            "demonstration",
            "this is a demonstration: the password of its owner is published",
            "start real work in a new folder, without --dev",
        ));
    }
    findings
}

fn check_public_url(config: &Config) -> Finding {
    const CHECK: &str = "public URL";
    let url = config.public_url(config.listen);
    if is_public(&url) && url.starts_with("http://") {
        return Finding::bad(
            CHECK,
            format!("{url}: passwords and secrets travel readable, and browsers refuse to sign in"),
            "put a reverse proxy with TLS in front and set the public URL to https://",
        );
    }
    if config.public_url.is_none() && !config.listen.ip().is_loopback() {
        return Finding::bad(
            CHECK,
            format!("others can reach this server, but its links lead to {url}"),
            "set --public-url to the https:// address that others use",
        );
    }
    Finding::good(CHECK, url)
}

fn check_key_delivery(config: &Config) -> Finding {
    const CHECK: &str = "key delivery";
    let url = config.public_url(config.listen);
    match config.key_delivery {
        KeyDelivery::Email if config.mail_url.is_some() && is_public(&url) => Finding::caution(
            CHECK,
            "API keys of new agents travel and stay in the approver's mailbox",
            "set --key-delivery link: the mail then leads to a page that shows the key once",
        ),
        KeyDelivery::Email if config.mail_url.is_some() => Finding::good(CHECK, "by mail"),
        _ => Finding::good(CHECK, "shown once to the signed-in approver"),
    }
}

fn check_mail(config: &Config) -> Finding {
    const CHECK: &str = "mail";
    let url = config.mail_url.as_ref().map(SecretString::expose);
    let from = config.mail_from(&config.public_url(config.listen));
    match url.and_then(|url| url.strip_prefix("file://")) {
        // Reading the settings would make the folder.
        Some(folder) => Finding::good(CHECK, format!("written to the folder {folder}")),
        None => match oneclaw_app::mail::Mailer::from_url(url, &from) {
            Ok(mailer) => Finding::good(CHECK, mailer.describe()),
            Err(error) => Finding::bad(
                CHECK,
                error.to_string(),
                "correct mail_url or mail_from; without mail_url mails stay in the outbox",
            ),
        },
    }
}

fn check_master_key(config: &Config) -> Finding {
    const CHECK: &str = "master key";
    let file = config.master_key_file.display();
    if !config.master_key_file.exists() {
        return Finding::caution(
            CHECK,
            format!("{file} does not exist yet"),
            "start the server, which makes it; if this vault had one, restore it first",
        );
    }
    match MasterKeys::load(&config.master_key_file) {
        Err(error) => Finding::bad(
            CHECK,
            error.to_string(),
            "restore the file from its backup, readable by this user alone",
        ),
        Ok(_) if config.is_key_beside_data() => Finding::caution(
            CHECK,
            format!("{file} lies beside the data: a copy of the folder holds both"),
            "stop the server, move it elsewhere, and name it with --master-key-file",
        ),
        Ok(_) => Finding::good(CHECK, format!("{file}")),
    }
}

fn check_database(config: &Config) -> Finding {
    const CHECK: &str = "database";
    match &config.database {
        Database::Sqlite(path) => match fs::metadata(path) {
            Ok(metadata) => check_mode(CHECK, path, metadata.permissions().mode(), 0o600),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::caution(
                CHECK,
                format!("{} does not exist yet", path.display()),
                "start the server, which makes it; or bring one back with `1claw server restore`",
            ),
            Err(error) => Finding::bad(
                CHECK,
                format!("{}: {error}", path.display()),
                "let the user of the server reach it: see its folder's owner and mode",
            ),
        },
        Database::Postgres(url) if is_unprotected(url) => Finding::bad(
            CHECK,
            "the connection to PostgreSQL on another machine may be without TLS",
            "add ?sslmode=verify-full to the database URL",
        ),
        Database::Postgres(_) => Finding::good(CHECK, "PostgreSQL"),
    }
}

/// Whether the URL leads to another machine and does not insist on TLS with a checked name.
fn is_unprotected(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return true;
    };
    let is_remote = match url.host() {
        // The scheme is not one of the web, so addresses come as plain text.
        Some(Host::Domain(host)) => {
            host != "localhost"
                && !host
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
                && !host.starts_with('%')
        }
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => false,
    };
    let insists = url
        .query_pairs()
        .any(|(name, value)| name == "sslmode" && matches!(&*value, "verify-full" | "verify-ca"));
    is_remote && !insists
}

fn check_data_folder(folder: &Path) -> Finding {
    const CHECK: &str = "data folder";
    match fs::metadata(folder) {
        Ok(metadata) => check_mode(CHECK, folder, metadata.permissions().mode(), 0o700),
        Err(_) => Finding::caution(
            CHECK,
            format!("{} does not exist yet", folder.display()),
            "start the server, which makes it",
        ),
    }
}

fn check_mode(check: &'static str, path: &Path, mode: u32, expected: u32) -> Finding {
    let (path, mode) = (path.display(), mode & 0o7777);
    if mode & FOREIGN_BITS == 0 {
        Finding::good(check, format!("{path}"))
    } else {
        Finding::bad(
            check,
            format!("{path} has mode {mode:04o}: others on this machine can reach it"),
            format!("run:  chmod {expected:o} {path}"),
        )
    }
}

fn check_user() -> Finding {
    const CHECK: &str = "user";
    if rustix::process::geteuid().is_root() {
        Finding::caution(
            CHECK,
            "this is root; a fault in the server would then reach the whole machine",
            "run the server as a user of its own",
        )
    } else {
        Finding::good(CHECK, "not root")
    }
}

fn check_proxies(config: &Config) -> Option<Finding> {
    let everybody = config
        .trusted_proxies
        .iter()
        .find(|network| network.0.prefix_len() == 0)?;
    let finding = format!(
        "{} believes every client about its own address",
        everybody.0
    );
    Some(Finding::bad(
        "trusted proxies",
        finding,
        "name the networks of your proxies only",
    ))
}

/// The counters tell how a vault is used, and nobody has to sign in to read them.
fn check_metrics(config: &Config) -> Option<Finding> {
    const CHECK: &str = "metrics";
    let address = config.metrics_listen?;
    Some(match address.ip() {
        ip if ip.is_loopback() => Finding::good(CHECK, format!("on {address}")),
        ip if ip.is_unspecified() => Finding::caution(
            CHECK,
            format!("on {address}: everybody who reaches this machine can read the counters"),
            "listen on 127.0.0.1, or on an address that only the monitoring system reaches",
        ),
        _ => Finding::good(CHECK, format!("on {address}, for whoever can reach it")),
    })
}

/// A file with a password in it must not be readable by others.
fn check_config_file(config: &Config) -> Option<Finding> {
    const CHECK: &str = "config file";
    let path = config.file.as_ref()?;
    let text = fs::read_to_string(path).ok()?;
    let table: toml::Table = text.parse().ok()?;
    let is_secret = table
        .values()
        .filter_map(toml::Value::as_str)
        .any(has_password);
    let mode = fs::metadata(path).ok()?.permissions().mode();
    Some(if is_secret {
        check_mode(CHECK, path, mode, 0o600)
    } else {
        Finding::good(CHECK, format!("{}", path.display()))
    })
}

fn check_disk_space(folder: &Path) -> Option<Finding> {
    const CHECK: &str = "disk space";
    let space = rustix::fs::statvfs(folder).ok()?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let says = format!("{} MiB free", free >> 20);
    Some(if free < NO_SPACE {
        Finding::bad(
            CHECK,
            says,
            "make room now: what cannot be logged is refused, so a full disk stops the vault",
        )
    } else if free < LITTLE_SPACE {
        Finding::caution(
            CHECK,
            says,
            "make room, or move the data folder to a larger disk",
        )
    } else {
        Finding::good(CHECK, says)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_postgres_must_insist_on_tls() {
        for unprotected in [
            "postgres://vault@db.example.org/vault",
            "postgres://vault@db.example.org/vault?sslmode=require",
            "postgres://vault@10.0.0.5/vault",
        ] {
            assert!(is_unprotected(unprotected), "{unprotected}");
        }
        for protected in [
            "postgres://vault@db.example.org/vault?sslmode=verify-full",
            "postgres://vault@localhost/vault",
            "postgres://vault@127.0.0.1/vault",
            "postgres://vault@[::1]/vault",
        ] {
            assert!(!is_unprotected(protected), "{protected}");
        }
    }
}

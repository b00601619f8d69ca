//! `1claw doctor`: what keeps commands from working, and what is risky.

use std::path::Path;

use http::Method;
use oneclaw_core::clock::{Clock as _, SystemClock};
use serde::Serialize;
use serde_json::json;

use super::{env, sign_in};
use crate::args::Global;
use crate::config;
use crate::output::{BAD, CAUTION, Exit, Failure, GOOD, Printer, harmless};
use crate::remote::Remote;

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    Warning,
    Failed,
}

#[derive(Serialize)]
struct Check {
    #[serde(rename = "check")]
    name: &'static str,
    verdict: Verdict,
    finding: String,
}

#[derive(Default)]
struct Findings(Vec<Check>);

impl Findings {
    fn add(&mut self, name: &'static str, verdict: Verdict, finding: impl std::fmt::Display) {
        let finding = harmless(&finding.to_string()).into_owned();
        self.0.push(Check {
            name,
            verdict,
            finding,
        });
    }
}

pub(crate) async fn run(global: &Global, printer: Printer) -> Result<(), Failure> {
    let mut findings = Findings::default();
    examine(global, printer, &mut findings).await;
    let is_broken = findings
        .0
        .iter()
        .any(|check| check.verdict == Verdict::Failed);
    if printer.json {
        printer.json(&json!({ "healthy": !is_broken, "checks": findings.0 }))?;
    } else {
        for check in &findings.0 {
            let (style, word) = match check.verdict {
                Verdict::Ok => (GOOD, "ok"),
                Verdict::Warning => (CAUTION, "mind"),
                Verdict::Failed => (BAD, "wrong"),
            };
            printer.data(format_args!(
                "{style}{word:5}{style:#}  {:10}  {}",
                check.name, check.finding
            ))?;
        }
    }
    if is_broken {
        return Err(Failure::new(
            Exit::Failed,
            "something is wrong; the first line that says so comes first",
        ));
    }
    Ok(())
}

async fn examine(global: &Global, printer: Printer, findings: &mut Findings) {
    if env::is_tracked(Path::new(".env")) && Path::new(".env").exists() {
        findings.add(
            "files",
            Verdict::Warning,
            ".env is not ignored by git; add it to .gitignore",
        );
    }
    let remote = match Remote::anonymous(global) {
        Ok(remote) => remote,
        Err(failure) => return findings.add("settings", Verdict::Failed, failure.sentence()),
    };
    findings.add(
        "settings",
        Verdict::Ok,
        remote.folders.config_file().display(),
    );
    if remote.url.starts_with("http://") && config::is_public(&remote.url) {
        findings.add(
            "transport",
            Verdict::Warning,
            format_args!("{} is not encrypted", remote.url),
        );
    }
    match remote.client.health_check().await {
        Ok(health) => {
            let (ours, theirs) = (env!("CARGO_PKG_VERSION"), &health.version);
            findings.add(
                "server",
                Verdict::Ok,
                format_args!(
                    "{} answers, version {theirs} (this program {ours})",
                    remote.url
                ),
            );
        }
        Err(error) => {
            return findings.add(
                "server",
                Verdict::Failed,
                format_args!("{}: {}", remote.url, Failure::from(error).sentence()),
            );
        }
    }
    clock(&remote, findings).await;
    match Remote::open(global, printer).await {
        Ok(remote) => who(&remote, findings).await,
        Err(failure) => findings.add("sign-in", Verdict::Failed, failure.sentence()),
    }
}

/// Tokens carry times, so clocks must agree.
async fn clock(remote: &Remote, findings: &mut Findings) {
    let Ok(answer) = remote.client.request(Method::GET, "/v1/health", None).await else {
        return;
    };
    let date = answer
        .headers()
        .get(http::header::DATE)
        .and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return;
    };
    let since_epoch = theirs
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let ours = u64::try_from(SystemClock.now().as_seconds()).unwrap_or_default();
    match ours.abs_diff(since_epoch) {
        0..=30 => findings.add("clock", Verdict::Ok, "agrees with the server's"),
        seconds => findings.add(
            "clock",
            Verdict::Warning,
            format_args!("differs from the server's by {seconds} s"),
        ),
    }
}

async fn who(remote: &Remote, findings: &mut Findings) {
    let place = sign_in::place(remote);
    match sign_in::identity(remote).await {
        Ok(me) => {
            let field = |name: &str| {
                me.get(name)
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            findings.add(
                "sign-in",
                Verdict::Ok,
                format_args!(
                    "{} {}, credential from {place}",
                    field("type"),
                    field("name")
                ),
            );
        }
        Err(failure) => {
            return findings.add(
                "sign-in",
                Verdict::Failed,
                format_args!("credential from {place}: {}", failure.sentence()),
            );
        }
    }
    match remote.vault().await {
        Ok(id) => match remote.client.get_vault(id).await {
            Ok(vault) => findings.add("vault", Verdict::Ok, format_args!("{} ({id})", vault.name)),
            Err(error) => findings.add("vault", Verdict::Failed, Failure::from(error).sentence()),
        },
        Err(failure) => {
            let verdict = if remote.named_vault().is_some() {
                Verdict::Failed
            } else {
                Verdict::Warning
            };
            findings.add("vault", verdict, failure.sentence());
        }
    }
}

//! How this instance runs: what somebody asks first when something does not work. Each line was looked
//! at while the page was made. Everything here is in the API too: its health endpoints say it, or its
//! answers show it.

use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::{FullMoment, Pill, filters};
use crate::ServerState;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::header::HOST;
use http::{HeaderMap, StatusCode};
use oneclaw_app::overview::{Condition, condition};
use oneclaw_app::{App, audit, mail, passkeys};
use oneclaw_core::clock::Timestamp;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/system", get(show))
}

/// Newest entries of the log that are recomputed.
const RECOMPUTED: i64 = 1000;
/// Newest mails that are looked at.
const MAILS: i64 = 100;
/// A clock that is this far behind the newest entry of the log went back.
const TOLERATED_MS: i64 = 2_000;

#[derive(Template)]
#[template(path = "system.html")]
struct SystemPage {
    shell: Shell,
    version: &'static str,
    public_url: String,
    clock: FullMoment,
    checks: Vec<Check>,
    /// The same as text, to be sent to whoever helps.
    report: String,
}

/// One thing that can be right or not.
struct Check {
    name: &'static str,
    state: Pill,
    about: Cow<'static, str>,
}

impl Check {
    fn new(name: &'static str, state: Pill, about: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name,
            state,
            about: about.into(),
        }
    }
}

async fn show(State(state): State<ServerState>, signed: Signed, headers: HeaderMap) -> PageResult {
    let app = state.app();
    let found = condition(app, &signed.caller).await?;
    let log = audit::verify(app, &signed.caller, None, None, Some(RECOMPUTED)).await?;
    let mails = mail::list_own(app, &signed.caller, MAILS).await?;
    let mails = mails.iter().map(|mail| mail.status.as_str());
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let checks = vec![
        database(&found),
        log_check(&log),
        // Who reads this has a session, which the master key opened.
        Check::new(
            "Master key",
            Pill::ok("unlocked"),
            "Held in memory since the server started. Without it there would be no session, and no page.",
        ),
        clock(app.now(), found.newest_entry),
        address(&app.settings().public_url, host),
        transport(&app.settings().public_url),
        mail_check(app, mails),
        passkey_check(app),
        mode(app.settings().dev),
    ];
    let version = env!("CARGO_PKG_VERSION");
    let template = SystemPage {
        version,
        public_url: app.settings().public_url.clone(),
        clock: FullMoment::new(app.now(), app.now()),
        report: report(version, app.now(), &checks),
        checks,
        shell: Shell::load(&state, signed, Section::System).await?,
    };
    page(StatusCode::OK, &template)
}

fn database(found: &Condition) -> Check {
    let kind = if found.is_embedded {
        "The embedded SQLite"
    } else {
        "PostgreSQL"
    };
    let about = format!(
        "{kind} answered in {} ms while this page was made.",
        found.answered_in_ms
    );
    Check::new("Database", Pill::ok("answers"), about)
}

fn log_check(log: &audit::Verification) -> Check {
    if log.chain_valid {
        let about = format!(
            "The newest {} entries were recomputed just now and fit together.",
            log.events_checked
        );
        return Check::new("Audit log", Pill::ok("whole"), about);
    }
    let about = log.broken_at.map_or_else(
        || "Entries are missing from it. Compare it with a checkpoint that you kept elsewhere.".to_owned(),
        |entry| format!("It does not fit together from the entry {entry} on. Compare it with a checkpoint that you kept elsewhere."),
    );
    Check::new("Audit log", Pill::no("broken"), about)
}

fn clock(now: Timestamp, newest_entry: Option<Timestamp>) -> Check {
    let is_behind =
        newest_entry.is_some_and(|newest| newest.as_millis() > now.as_millis() + TOLERATED_MS);
    if is_behind {
        Check::new(
            "Clock",
            Pill::no("went back"),
            "The log has an entry from the future. Expiry dates and codes of authenticator apps depend on the clock: set it by NTP.",
        )
    } else {
        Check::new(
            "Clock",
            Pill::ok("runs"),
            "It is not behind the newest entry of the log. Compare it with yours above.",
        )
    }
}

/// Links in mails lead to the public address; whoever sees this page came by one that works.
fn address(public_url: &str, host: Option<&str>) -> Check {
    let public = url::Url::parse(public_url).ok();
    let scheme = public.as_ref().map_or("https", url::Url::scheme);
    let seen = host.and_then(|host| url::Url::parse(&format!("{scheme}://{host}")).ok());
    match (public, seen) {
        (Some(public), Some(seen)) if public.origin() != seen.origin() => Check::new(
            "Address",
            Pill::no("another one"),
            format!(
                "You came by {}, but links in mails lead to {public_url}. If that does not open from here, correct the public URL.",
                seen.host_str().unwrap_or_default()
            ),
        ),
        _ => Check::new(
            "Address",
            Pill::ok("matches"),
            "Links in mails lead to the address that you came by.",
        ),
    }
}

fn transport(public_url: &str) -> Check {
    if public_url.starts_with("https://") {
        Check::new(
            "Transport",
            Pill::ok("TLS"),
            "Links in mails lead to the address above, over TLS.",
        )
    } else {
        Check::new(
            "Transport",
            Pill::waiting("no TLS"),
            "Browsers keep sessions only over TLS or on this machine. Put a proxy with TLS in front, and say so with the public URL.",
        )
    }
}

fn mail_check<'a>(app: &App, states: impl Iterator<Item = &'a str>) -> Check {
    if !app.sends_mail() {
        return Check::new(
            "Mail",
            Pill::waiting("kept here"),
            "There is no transport: mails are kept in the outbox, where the operator reads them.",
        );
    }
    let (mut queued, mut failed) = (0, 0);
    for state in states {
        queued += u32::from(state == "queued");
        failed += u32::from(state == "failed");
    }
    if failed > 0 {
        let about = format!(
            "{failed} of your newest mails could not be sent, {queued} wait. The operator sees why with: 1claw server outbox"
        );
        Check::new("Mail", Pill::no("failing"), about)
    } else {
        let about =
            format!("Mails leave this server. Of your newest, {queued} wait and none failed.");
        Check::new("Mail", Pill::ok("sent"), about)
    }
}

fn passkey_check(app: &App) -> Check {
    if passkeys::are_possible(app) {
        Check::new(
            "Passkeys",
            Pill::ok("possible"),
            "They belong to the host of the address above.",
        )
    } else {
        Check::new(
            "Passkeys",
            Pill::idle("not possible"),
            "They need a host name, and the address above has none.",
        )
    }
}

fn mode(is_demonstration: bool) -> Check {
    if is_demonstration {
        Check::new(
            "Mode",
            Pill::waiting("demonstration"),
            "Sign-up needs no mail. Keep no real secrets here.",
        )
    } else {
        Check::new(
            "Mode",
            Pill::ok("production"),
            "Sign-up and mail work as configured.",
        )
    }
}

/// Names no person, path or address: it is made to be pasted into public places.
fn report(version: &str, now: Timestamp, checks: &[Check]) -> String {
    let mut text = format!("1Claw {version}, {now}");
    for check in checks {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{}: {}", check.name, check.state.word());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_that_went_back_is_noticed() {
        let now = at("2026-11-23T14:55:00Z");
        assert!(clock(now, None).state.is_ok());
        assert!(clock(now, Some(at("2026-11-23T14:55:01Z"))).state.is_ok());
        assert!(!clock(now, Some(at("2026-11-23T14:56:00Z"))).state.is_ok());
    }

    #[test]
    fn another_address_than_the_public_one_is_noticed() {
        let ours = "https://vault.example.org";
        for (host, is_ok) in [
            (Some("vault.example.org"), true),
            (Some("vault.example.org:443"), true),
            (None, true),
            (Some("10.0.0.7:8080"), false),
            (Some("vault.example.com"), false),
        ] {
            assert_eq!(address(ours, host).state.is_ok(), is_ok, "{host:?}");
        }
    }

    #[test]
    fn a_broken_log_is_called_broken() {
        let log = |chain_valid| audit::Verification {
            chain_valid,
            events_checked: 5,
            events_verified: 5,
            broken_at: None,
        };
        assert!(log_check(&log(true)).state.is_ok());
        assert!(!log_check(&log(false)).state.is_ok());
    }

    #[test]
    fn the_report_says_no_more_than_words_of_ours() {
        let checks = [
            address("https://vault.example.org", Some("secret.internal")),
            mode(true),
        ];
        let text = report("1.2.3", at("2026-11-23T14:55:00Z"), &checks);
        assert_eq!(
            text,
            "1Claw 1.2.3, 2026-11-23T14:55:00.000Z\nAddress: another one\nMode: demonstration"
        );
    }
}

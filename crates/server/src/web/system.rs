//! How this instance runs: what somebody asks first when something does not work. Everything here is
//! in the API too: its health endpoints say it, or its answers show it.

use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::{FullMoment, Pill, filters};
use crate::ServerState;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use oneclaw_app::passkeys;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/system", get(show))
}

#[derive(Template)]
#[template(path = "system.html")]
struct SystemPage {
    shell: Shell,
    version: &'static str,
    public_url: String,
    clock: FullMoment,
    checks: Vec<Check>,
}

/// One thing that can be right or not.
struct Check {
    name: &'static str,
    state: Pill,
    about: &'static str,
}

async fn show(State(state): State<ServerState>, signed: Signed) -> PageResult {
    let app = state.app();
    let settings = app.settings();
    let is_private = settings.public_url.starts_with("https://");
    let checks = vec![
        // Who reads this was looked up in the database a moment ago, with keys that the master key opens.
        Check {
            name: "Database",
            state: Pill::ok("answers"),
            about: "It answered while this page was made.",
        },
        Check {
            name: "Master key",
            state: Pill::ok("unlocked"),
            about: "Held in memory since the server started. Without it there would be no session, and no page.",
        },
        Check {
            name: "Transport",
            state: if is_private {
                Pill::ok("TLS")
            } else {
                Pill::waiting("no TLS")
            },
            about: if is_private {
                "Links in mails lead to the address above, over TLS."
            } else {
                "Browsers keep sessions only over TLS or on this machine. Put a proxy with TLS in front, and say so with the public URL."
            },
        },
        Check {
            name: "Mail",
            state: if app.sends_mail() {
                Pill::ok("sent")
            } else {
                Pill::waiting("kept here")
            },
            about: if app.sends_mail() {
                "Mails leave this server through its transport."
            } else {
                "There is no transport: mails are kept in the outbox, where the operator reads them."
            },
        },
        Check {
            name: "Passkeys",
            state: if passkeys::are_possible(app) {
                Pill::ok("possible")
            } else {
                Pill::idle("not possible")
            },
            about: if passkeys::are_possible(app) {
                "They belong to the host of the address above."
            } else {
                "They need a host name, and the address above has none."
            },
        },
        Check {
            name: "Mode",
            state: if settings.dev {
                Pill::waiting("demonstration")
            } else {
                Pill::ok("production")
            },
            about: if settings.dev {
                "Sign-up needs no mail. Keep no real secrets here."
            } else {
                "Sign-up and mail work as configured."
            },
        },
    ];
    let template = SystemPage {
        version: env!("CARGO_PKG_VERSION"),
        public_url: settings.public_url.clone(),
        clock: FullMoment::new(app.now(), app.now()),
        checks,
        shell: Shell::load(&state, signed, Section::System).await?,
    };
    page(StatusCode::OK, &template)
}

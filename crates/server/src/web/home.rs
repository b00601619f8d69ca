//! The first page: what to do next, told from how things really are.

use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::filters;
use crate::ServerState;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use oneclaw_app::overview::{Overview, overview};
use oneclaw_app::{agents, audit, shares};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::model::share::ShareStatus;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/", get(show))
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    steps: [ChecklistStep; 5],
    all_done: bool,
    /// What a day looks like; only once there is something to count.
    figures: Vec<Figure>,
}

/// A number that leads to what it counts.
struct Figure {
    number: String,
    text: &'static str,
    href: String,
    needs_attention: bool,
}

/// One step of the checklist.
struct ChecklistStep {
    title: &'static str,
    text: &'static str,
    command: Option<String>,
    label: &'static str,
    href: String,
    is_done: bool,
    /// The first that is not done.
    is_next: bool,
}

impl ChecklistStep {
    fn class(&self) -> &'static str {
        match (self.is_done, self.is_next) {
            (true, _) => "done",
            (false, true) => "next",
            (false, false) => "",
        }
    }
}

async fn show(State(state): State<ServerState>, signed: Signed) -> PageResult {
    let found = overview(state.app(), &signed.caller).await?;
    let command = enroll_command(&state, &signed.profile.email);
    let mut figures = Vec::new();
    if found.has_agent {
        figures = today(&state, &signed).await?;
    }
    let shell = Shell::load(&state, signed, Section::Home).await?;
    let steps = steps(&found, command);
    let all_done = steps.iter().all(|step| step.is_done);
    page(
        StatusCode::OK,
        &HomePage {
            shell,
            steps,
            all_done,
            figures,
        },
    )
}

/// Most denials that are counted.
const COUNTED: i64 = 100;

async fn today(state: &ServerState, signed: &Signed) -> oneclaw_app::Result<Vec<Figure>> {
    let app = state.app();
    let day_ago = Timestamp::from_millis(app.now().as_millis() - 86_400_000);
    let agents = agents::list(app, &signed.caller).await?;
    let seen = agents
        .iter()
        .filter(|agent| agent.last_active_at.is_some_and(|at| at >= day_ago))
        .count();
    let denied = audit::Query {
        action: Some("access.denied".to_owned()),
        from: Some(day_ago),
        limit: Some(COUNTED),
        ..audit::Query::default()
    };
    let denied = audit::list(app, &signed.caller, &denied).await?.len();
    let inbound = shares::list_inbound(app, &signed.caller).await?;
    let waiting = inbound
        .iter()
        .filter(|share| share.status == ShareStatus::Pending && !share.is_expired)
        .count();
    let day = day_ago.to_string();
    let day = day.get(..10).unwrap_or_default();
    Ok(vec![
        Figure {
            number: format!("{seen} of {}", agents.len()),
            text: "agents seen in 24 hours",
            href: "/agents".to_owned(),
            needs_attention: false,
        },
        Figure {
            number: if i64::try_from(denied) == Ok(COUNTED) {
                format!("{denied} or more")
            } else {
                denied.to_string()
            },
            text: "requests denied in 24 hours",
            href: format!("/audit?action=access.denied&from={day}"),
            needs_attention: denied > 0,
        },
        Figure {
            number: waiting.to_string(),
            text: "shares waiting for you",
            href: "/shares".to_owned(),
            needs_attention: waiting > 0,
        },
    ])
}

fn steps(found: &Overview, command: String) -> [ChecklistStep; 5] {
    let in_vault = |page: &str| {
        let vault = found.vault;
        vault.map_or_else(
            || "/vaults".to_owned(),
            |vault| format!("/vaults/{vault}/{page}"),
        )
    };
    let (new_secret, new_policy) = (in_vault("new"), in_vault("policies/new"));
    let step = |title, text, label, href: String, is_done| ChecklistStep {
        title,
        text,
        command: None,
        label,
        href,
        is_done,
        is_next: false,
    };
    let mut steps = [
        step(
            "Make a vault",
            "A vault holds secrets, and has an encryption key of its own.",
            "Vaults",
            "/vaults".to_owned(),
            found.vault.is_some(),
        ),
        step(
            "Store a secret",
            "Put a first API key or password into it, at a path such as api-keys/openai.",
            "Add a secret",
            new_secret,
            found.has_secret,
        ),
        step(
            "Let an agent in",
            "Run this where the agent lives. Its request then waits for your answer.",
            "Requests",
            "/enrollments".to_owned(),
            found.has_agent,
        ),
        step(
            "Give it access",
            "A new agent can read nothing. A policy opens exactly the paths you name.",
            "Add a policy",
            new_policy,
            found.has_policy,
        ),
        step(
            "See it read",
            "Every read is logged before the value leaves, with who, what and when.",
            "Audit log",
            "/audit".to_owned(),
            found.has_agent_read,
        ),
    ];
    let [_, _, enroll, _, _] = &mut steps;
    enroll.command = (!found.has_agent).then_some(command);
    if let Some(next) = steps.iter_mut().find(|step| !step.is_done) {
        next.is_next = true;
    }
    steps
}

/// The line by which an agent asks to join.
pub(super) fn enroll_command(state: &ServerState, email: &str) -> String {
    let body = serde_json::json!({ "name": "my-agent", "human_email": email });
    format!(
        "curl -s -X POST {}/v1/agents/enroll -H 'Content-Type: application/json' -d {}",
        state.app().settings().public_url,
        shell_quote(&body.to_string()),
    )
}

/// The line by which an agent gets a token.
pub(super) fn exchange_command(state: &ServerState, agent: oneclaw_core::id::AgentId) -> String {
    format!(
        "curl -s -X POST {}/v1/auth/agent-token -H 'Content-Type: application/json' -d '{{\"agent_id\":\"{agent}\",\"api_key\":\"ocv_…\"}}'",
        state.app().settings().public_url,
    )
}

/// One word for a POSIX shell. Addresses may contain an apostrophe.
fn shell_quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_open_step_comes_next() {
        let next = |found: &Overview| {
            steps(found, String::new())
                .iter()
                .position(|step| step.is_next)
        };
        assert_eq!(next(&Overview::default()), Some(0));
        let found = Overview {
            vault: Some(oneclaw_core::id::VaultId::from_uuid(uuid::Uuid::nil())),
            has_agent: true,
            ..Overview::default()
        };
        assert_eq!(next(&found), Some(1));
        let all = Overview {
            has_secret: true,
            has_policy: true,
            has_agent_read: true,
            ..found
        };
        assert_eq!(next(&all), None);
    }

    #[test]
    fn a_command_survives_an_apostrophe() {
        assert_eq!(
            shell_quote("o'neil@example.org"),
            r"'o'\''neil@example.org'"
        );
    }
}

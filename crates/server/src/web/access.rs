//! The access explorer: who can use this path, and what does this one reach.
//!
//! Invariant: both answers come from the evaluator that decides requests; see [`oneclaw_app::access`].

use super::form::Form;
use super::names::Names;
use super::page::{PageResult, Section, Shell, page, principal_href};
use super::session::Signed;
use super::view::filters;
use crate::ServerState;
use crate::extract::Query;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use oneclaw_app::access::{self, Answer, Reach};
use oneclaw_app::agents::IDENTITY_VAULT;
use oneclaw_app::vaults::Vault;
use oneclaw_app::{Error, vaults};
use oneclaw_core::caller::Principal;
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Action;
use serde::Deserialize;
use std::str::FromStr as _;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/access", get(show))
}

/// Rows of a vault on the page; the rest is counted.
const LISTED: usize = 200;

/// Actions that one can ask about, in words.
pub(super) const ACTIONS: [(&str, &str); 5] = [
    ("read", "read"),
    ("write", "write"),
    ("delete", "delete"),
    ("rotate", "rotate"),
    ("use", "use without seeing"),
];

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    shell: Shell,
    vaults: Vec<Vault>,
    principals: Vec<(String, String)>,
    actions: &'static [(&'static str, &'static str)],
    form: Form,
    path_answer: Option<PathAnswer>,
    reach_answer: Option<ReachAnswer>,
}

/// Who can do it, and who of those with a policy here cannot.
struct PathAnswer {
    vault: VaultId,
    path: String,
    action: String,
    can: Vec<Row>,
    cannot: Vec<Row>,
}

struct Row {
    who: String,
    href: Option<String>,
    kind: &'static str,
    reasons: Vec<String>,
}

/// What somebody reaches.
struct ReachAnswer {
    who: String,
    href: Option<String>,
    vaults: Vec<ReachedVault>,
}

struct ReachedVault {
    id: VaultId,
    name: String,
    paths: Vec<(String, String)>,
    /// Not listed, because there are too many, or their names are not the viewer's to see.
    more: usize,
    total: usize,
}

#[derive(Deserialize)]
struct Question {
    vault: Option<VaultId>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    principal: String,
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Query(question): Query<Question>,
) -> PageResult {
    let names = Names::load(&state, &signed).await?;
    let mut form = Form::filled(&[
        (
            "vault",
            &question.vault.map(|id| id.to_string()).unwrap_or_default(),
        ),
        ("path", &question.path),
        ("action", &question.action),
        ("principal", &question.principal),
    ]);
    let mut path_answer = None;
    if let Some(vault) = question.vault.filter(|_| !question.path.is_empty()) {
        match ask_about_path(&state, &signed, &names, vault, &question).await {
            Ok(answer) => path_answer = Some(answer),
            Err(error) => form = form.refused(error)?,
        }
    }
    let mut reach_answer = None;
    if !question.principal.is_empty() {
        match ask_about_principal(&state, &signed, &names, &question.principal).await {
            Ok(answer) => reach_answer = Some(answer),
            Err(error) => form = form.refused(error)?,
        }
    }
    let vaults = vaults::list(state.app(), &signed.caller).await?;
    let template = AccessPage {
        vaults: vaults
            .into_iter()
            .filter(|vault| vault.name != IDENTITY_VAULT)
            .collect(),
        principals: names.choices(),
        actions: &ACTIONS,
        path_answer,
        reach_answer,
        form,
        shell: Shell::load(&state, signed, Section::Access).await?,
    };
    page(template.form.status(), &template)
}

async fn ask_about_path(
    state: &ServerState,
    signed: &Signed,
    names: &Names,
    vault: VaultId,
    question: &Question,
) -> Result<PathAnswer, Error> {
    let path = SecretPath::parse(question.path.trim())
        .map_err(|error| Error::invalid("path", error.to_string()))?;
    let action = Action::from_str(&question.action).unwrap_or(Action::Read);
    let answers = access::who(state.app(), &signed.caller, vault, &path, action).await?;
    let (can, cannot): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.explanation.allowed);
    let row = |answer: Answer| Row {
        who: names.of(answer.principal),
        href: principal_href(answer.principal),
        kind: match answer.principal {
            Principal::Agent(_) => "agent",
            Principal::User(_) => "person",
        },
        reasons: reasons(&answer),
    };
    Ok(PathAnswer {
        vault,
        path: path.to_string(),
        action: action.as_str().to_owned(),
        can: can.into_iter().map(row).collect(),
        cannot: cannot.into_iter().map(row).collect(),
    })
}

/// The way from who asks to the answer.
fn reasons(answer: &Answer) -> Vec<String> {
    let explanation = &answer.explanation;
    let rule = explanation.rules.iter().find(|rule| rule.decided);
    match rule {
        Some(rule) => vec![
            "policy".to_owned(),
            rule.secret_path_pattern.to_string(),
            rule.effect.as_str().to_owned(),
        ],
        None => {
            let condition = explanation
                .rules
                .iter()
                .find(|rule| rule.why.contains("condition"))
                .map(|rule| format!("{} {}", rule.secret_path_pattern, rule.why));
            let sentence = match explanation.reason {
                // The sentence is for a caller; here somebody else reads it.
                "vault_owner" => "made this vault",
                _ => explanation.sentence,
            };
            vec![condition.unwrap_or_else(|| sentence.to_owned())]
        }
    }
}

async fn ask_about_principal(
    state: &ServerState,
    signed: &Signed,
    names: &Names,
    principal: &str,
) -> Result<ReachAnswer, Error> {
    let principal = Principal::parse(principal)
        .map_err(|_| Error::invalid("principal", "Choose an agent or a person."))?;
    let found = access::reach(state.app(), &signed.caller, principal).await?;
    let vault = |reach: Reach| {
        let total = reach.paths.len() + reach.unnamed;
        let paths: Vec<_> = reach
            .paths
            .into_iter()
            .take(LISTED)
            .map(|(path, may)| (path, words(&may)))
            .collect();
        ReachedVault {
            id: reach.vault.id,
            name: reach.vault.name,
            more: total - paths.len(),
            paths,
            total,
        }
    };
    Ok(ReachAnswer {
        who: names.of(principal),
        href: principal_href(principal),
        vaults: found.into_iter().map(vault).collect(),
    })
}

/// Actions as a list in words.
pub(super) fn words(actions: &[Action]) -> String {
    let words: Vec<_> = actions.iter().map(|action| action.as_str()).collect();
    words.join(", ")
}

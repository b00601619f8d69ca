//! Finding things by name: the page behind the search field, and what the palette shows.
//!
//! Invariant: searching looks at names that the person sees anyway. A path is offered as a place to go
//! to, whether or not there is a secret: so it works for people who may read a path but list nothing,
//! and tells nothing.

use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::filters;
use crate::ServerState;
use crate::extract::Query;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use oneclaw_app::{agents, vaults};
use oneclaw_core::path::SecretPath;
use serde::Deserialize;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/search", get(show))
}

/// Most results of a group.
const MOST: usize = 8;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    query: String,
    groups: Vec<Group>,
}

/// Results of one kind.
struct Group {
    title: &'static str,
    results: Vec<Found>,
}

/// A place to go to.
struct Found {
    href: String,
    icon: &'static str,
    name: String,
    about: String,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    q: String,
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Query(Wanted { q }): Query<Wanted>,
) -> PageResult {
    let query = q.trim().to_owned();
    let needle = query.to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&needle);
    let vaults = vaults::list(state.app(), &signed.caller).await?;
    let agents = agents::list(state.app(), &signed.caller).await?;
    let path = SecretPath::parse(&query).ok();
    let groups = [
        Group {
            title: "Go to",
            results: Section::listed(!state.app().sends_mail())
                .filter(|section| fits(section.label()))
                .map(|section| Found {
                    href: section.href().to_owned(),
                    icon: section.icon(),
                    name: section.label().to_owned(),
                    about: String::new(),
                })
                .collect(),
        },
        Group {
            title: "Vaults",
            results: vaults
                .iter()
                .filter(|vault| fits(&vault.name))
                .take(MOST)
                .map(|vault| Found {
                    href: format!("/vaults/{}", vault.id),
                    icon: "vault",
                    name: vault.name.clone(),
                    about: "vault".to_owned(),
                })
                .collect(),
        },
        Group {
            title: "Agents",
            results: agents
                .iter()
                .filter(|agent| fits(&agent.name))
                .take(MOST)
                .map(|agent| Found {
                    href: format!("/agents/{}", agent.id),
                    icon: "agent",
                    name: agent.name.clone(),
                    about: "agent".to_owned(),
                })
                .collect(),
        },
        Group {
            title: "This path",
            results: path
                .iter()
                .flat_map(|path| vaults.iter().take(MOST).map(move |vault| (path, vault)))
                .filter(|(_, vault)| vault.name != agents::IDENTITY_VAULT)
                .map(|(path, vault)| Found {
                    href: format!("/vaults/{}/secrets/{path}", vault.id),
                    icon: "key",
                    name: path.to_string(),
                    about: format!("in {}", vault.name),
                })
                .collect(),
        },
    ];
    let template = SearchPage {
        query,
        groups: groups
            .into_iter()
            .filter(|group| !group.results.is_empty())
            .collect(),
        shell: Shell::load(&state, signed, Section::Other).await?,
    };
    page(StatusCode::OK, &template)
}

//! The secrets of a vault: by folder, one by one, and their versions.
//!
//! Invariant: a value is on a page only in the answer to the form that asked for it. Listing shows
//! none, and a form that is shown again has lost what was typed into its value field.

mod compare;

use super::decoys::DecoyCard;
use super::form::{Fields, Form, FormToken};
use super::names::Names;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::vaults::{VaultFrame, VaultTab};
use super::view::{FullMoment, Moment, Pill, filters};
use crate::ServerState;
use crate::extract::{Path, Query};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::secrets::{self, Metadata, PutRequest};
use oneclaw_app::{Error, Kind};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/vaults/{id}", get(browse))
        .route("/vaults/{id}/go", get(go))
        .route("/vaults/{id}/new", get(show_new))
        .route("/vaults/{id}/secrets", post(put))
        .route("/vaults/{id}/secrets/{*path}", get(show))
        .route("/vaults/{id}/reveal", post(reveal))
        .route("/vaults/{id}/compare", post(compare::compare))
        .route("/vaults/{id}/restore", post(restore))
        .route("/vaults/{id}/disable", post(disable))
        .route("/vaults/{id}/remove", post(remove))
}

/// Secrets on one page.
const LISTED: usize = 100;

/// Types that a form offers, most wanted first. Clients may use any other word.
const KINDS: [(&str, &str); 8] = [
    ("api_key", "API key"),
    ("password", "Password"),
    ("generic", "Something else"),
    ("env_bundle", "Environment variables"),
    ("certificate", "Certificate"),
    ("private_key", "Private key"),
    ("ssh_key", "SSH key"),
    ("file", "File"),
];

/// The word for a type.
fn kind_name(kind: &str) -> String {
    let known = KINDS.into_iter().find(|(word, _)| *word == kind);
    known.map_or_else(
        || kind.to_owned(),
        |(word, name)| {
            if word == "generic" {
                "Generic".to_owned()
            } else {
                name.to_owned()
            }
        },
    )
}

#[derive(Template)]
#[template(path = "vault.html")]
struct VaultPage {
    shell: Shell,
    frame: VaultFrame,
    /// The folder that is open, `""` for all of the vault.
    folder: String,
    query: String,
    tree: Vec<Branch>,
    secrets: Vec<SecretRow>,
    /// Where the next page begins.
    next: Option<String>,
    is_empty: bool,
    reveal_action: String,
}

/// A folder in the tree.
struct Branch {
    path: String,
    name: String,
    depth: usize,
    count: usize,
}

struct SecretRow {
    path: String,
    kind: String,
    version: i64,
    changed: Moment,
    expires: Option<Moment>,
}

#[derive(Deserialize)]
struct View {
    #[serde(default)]
    folder: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

async fn browse(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<VaultId>,
    Query(view): Query<View>,
) -> PageResult {
    let now = state.app().now();
    let frame = VaultFrame::load(&state, &signed, id, VaultTab::Secrets).await?;
    let all = secrets::list(state.app(), &signed.caller, id, None).await?;
    let folder = view.folder.trim_matches('/').to_owned();
    let query = view.q.trim().to_lowercase();
    let inside = format!("{folder}/");
    let mut shown: Vec<&Metadata> = all
        .iter()
        .filter(|secret| folder.is_empty() || secret.path.starts_with(&inside))
        .filter(|secret| secret.path.to_lowercase().contains(&query))
        .filter(|secret| secret.path > view.after)
        .collect();
    shown.sort_by(|one, other| one.path.cmp(&other.path));
    let has_more = shown.len() > LISTED;
    shown.truncate(LISTED);
    let next = shown
        .last()
        .filter(|_| has_more)
        .map(|secret| secret.path.clone());
    let template = VaultPage {
        tree: tree(&all, &folder),
        is_empty: all.is_empty(),
        secrets: shown.into_iter().map(|secret| row(secret, now)).collect(),
        next,
        folder,
        query: view.q,
        reveal_action: format!("/vaults/{id}/reveal"),
        frame,
        shell: Shell::load(&state, signed, Section::Vaults).await?,
    };
    page(StatusCode::OK, &template)
}

/// The folders at the top, and those on the way to the open one with what is below it.
fn tree(all: &[Metadata], open: &str) -> Vec<Branch> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for secret in all {
        for (at, _) in secret.path.match_indices('/') {
            if let Some(folder) = secret.path.get(..at) {
                *counts.entry(folder).or_default() += 1;
            }
        }
    }
    let is_shown = |folder: &str| match folder.rsplit_once('/') {
        None => true,
        Some((parent, _)) => open == parent || open.starts_with(&format!("{parent}/")),
    };
    // By segments, so that a folder stands directly above what is in it.
    let mut branches: Vec<_> = counts
        .into_iter()
        .filter(|(folder, _)| is_shown(folder))
        .collect();
    branches.sort_by(|(one, _), (other, _)| one.split('/').cmp(other.split('/')));
    let branch = |(path, count): (&str, usize)| Branch {
        name: path.rsplit('/').next().unwrap_or(path).to_owned(),
        depth: path.matches('/').count().min(5),
        path: path.to_owned(),
        count,
    };
    branches.into_iter().map(branch).collect()
}

fn row(secret: &Metadata, now: Timestamp) -> SecretRow {
    SecretRow {
        path: secret.path.clone(),
        kind: kind_name(&secret.kind),
        version: secret.version,
        changed: Moment::new(secret.created_at, now),
        expires: secret.expires_at.map(|at| Moment::new(at, now)),
    }
}

#[derive(Deserialize)]
struct Destination {
    #[serde(default)]
    path: String,
}

/// Goes to a path that somebody typed. It works without the right to list.
async fn go(
    _: Signed,
    Path(id): Path<VaultId>,
    Query(Destination { path }): Query<Destination>,
) -> PageResult {
    let path = parse_path(&path)?;
    Ok(Redirect::to(&format!("/vaults/{id}/secrets/{path}")).into_response())
}

#[derive(Template)]
#[template(path = "secret_new.html")]
struct NewPage {
    shell: Shell,
    frame: VaultFrame,
    kinds: &'static [(&'static str, &'static str)],
    action: String,
    form: Form,
}

async fn show_new(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<VaultId>,
    Query(Destination { path }): Query<Destination>,
) -> PageResult {
    new_page(&state, signed, id, Form::filled(&[("path", &path)])).await
}

async fn new_page(state: &ServerState, signed: Signed, id: VaultId, form: Form) -> PageResult {
    let template = NewPage {
        frame: VaultFrame::load(state, &signed, id, VaultTab::Secrets).await?,
        kinds: &KINDS,
        action: format!("/vaults/{id}/secrets"),
        form,
        shell: Shell::load(state, signed, Section::Vaults).await?,
    };
    page(template.form.status(), &template)
}

async fn put(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let value = fields.take_secret("value");
    match save(&state, &signed, id, &fields, value).await {
        Ok(path) => Ok(done(
            &format!("/vaults/{id}/secrets/{path}"),
            Notice::SecretSaved,
        )),
        Err(error) => new_page(&state, signed, id, fields.refused(error)?).await,
    }
}

async fn save(
    state: &ServerState,
    signed: &Signed,
    vault: VaultId,
    fields: &Fields,
    value: SecretString,
) -> Result<SecretPath, Error> {
    let path = parse_path(fields.text("path"))?;
    let request = PutRequest {
        // Browsers send line breaks of text fields as CR LF; people who paste a key mean LF.
        value: SecretString::from(value.expose().replace("\r\n", "\n")),
        kind: fields.optional("type"),
        metadata: None,
        expires_at: end_of_day(fields)?,
        max_access_count: None,
    };
    secrets::put(state.app(), &signed.caller, vault, &path, request).await?;
    Ok(path)
}

/// The end of the day that a date field names, in UTC.
pub(super) fn end_of_day(fields: &Fields) -> Result<Option<Timestamp>, Error> {
    let Some(day) = fields.optional("expires_on") else {
        return Ok(None);
    };
    format!("{day}T23:59:59Z")
        .parse()
        .map(Some)
        .map_err(|_| Error::invalid("expires_on", "Write a date as year-month-day."))
}

fn parse_path(text: &str) -> Result<SecretPath, Error> {
    SecretPath::parse(text.trim()).map_err(|error| Error::invalid("path", error.to_string()))
}

/// One secret, without its value unless this answers the wish to see it.
#[derive(Template)]
#[template(path = "secret.html")]
struct SecretPage {
    shell: Shell,
    frame: VaultFrame,
    path: String,
    crumbs: Vec<(String, String)>,
    kind: String,
    versions: Vec<VersionRow>,
    latest: i64,
    expires: Option<FullMoment>,
    shown: Option<ShownValue>,
    actions: Actions,
    decoy: Option<DecoyCard>,
}

/// A value with the version it is of.
struct ShownValue {
    version: i64,
    value: SecretString,
}

struct VersionRow {
    version: i64,
    who: String,
    created: Moment,
    state: Pill,
    is_latest: bool,
    is_disabled: bool,
}

/// The addresses of the forms, and their tokens.
struct Actions {
    reveal: FormAction,
    compare: FormAction,
    restore: FormAction,
    disable: FormAction,
    remove: FormAction,
}

struct FormAction {
    path: String,
    token: FormToken,
}

impl Actions {
    fn new(state: &ServerState, signed: &Signed, vault: VaultId) -> Self {
        let action = |verb: &str| {
            let path = format!("/vaults/{vault}/{verb}");
            FormAction {
                token: signed.form_token(state, &path),
                path,
            }
        };
        Self {
            reveal: action("reveal"),
            compare: action("compare"),
            restore: action("restore"),
            disable: action("disable"),
            remove: action("remove"),
        }
    }
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Path((id, path)): Path<(VaultId, String)>,
) -> PageResult {
    let path = parse_path(&path)?;
    show_secret(&state, signed, id, &path, None).await
}

async fn show_secret(
    state: &ServerState,
    signed: Signed,
    id: VaultId,
    path: &SecretPath,
    shown: Option<ShownValue>,
) -> PageResult {
    let now = state.app().now();
    let frame = VaultFrame::load(state, &signed, id, VaultTab::Secrets).await?;
    let versions = match secrets::list_versions(state.app(), &signed.caller, id, path).await {
        Ok(versions) => versions,
        Err(error) if *error.kind() == Kind::NotFound => {
            return missing_page(state, signed, frame, path).await;
        }
        Err(error) => return Err(error.into()),
    };
    let names = Names::load(state, &signed).await?;
    let newest = versions.first();
    let latest = newest.map_or(0, |version| version.version);
    let version = |version: &Metadata| VersionRow {
        version: version.version,
        who: names.of(version.created_by),
        created: Moment::new(version.created_at, now),
        state: version_state(version, latest, now),
        is_latest: version.version == latest,
        is_disabled: version.is_disabled,
    };
    let template = SecretPage {
        crumbs: crumbs(id, path),
        path: path.to_string(),
        kind: newest.map_or_else(String::new, |version| kind_name(&version.kind)),
        expires: newest
            .and_then(|version| version.expires_at)
            .map(|at| FullMoment::new(at, now)),
        versions: versions.iter().map(version).collect(),
        latest,
        shown,
        actions: Actions::new(state, &signed, id),
        decoy: DecoyCard::load(state, &signed, id, path).await?,
        frame,
        shell: Shell::load(state, signed, Section::Vaults).await?,
    };
    page(StatusCode::OK, &template)
}

fn version_state(version: &Metadata, latest: i64, now: Timestamp) -> Pill {
    if version.is_disabled {
        Pill::no("switched off")
    } else if version.expires_at.is_some_and(|end| end <= now) {
        Pill::idle("expired")
    } else if version.version == latest {
        Pill::ok("current")
    } else {
        Pill::idle("earlier")
    }
}

/// The folders above a path: where, and what they are called.
fn crumbs(vault: VaultId, path: &SecretPath) -> Vec<(String, String)> {
    let text = path.as_str();
    let folders = text.match_indices('/').filter_map(|(at, _)| text.get(..at));
    folders
        .map(|folder| {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            (format!("/vaults/{vault}?folder={folder}"), name.to_owned())
        })
        .collect()
}

#[derive(Template)]
#[template(path = "secret_missing.html")]
struct MissingPage {
    shell: Shell,
    frame: VaultFrame,
    path: String,
}

/// There is nothing at this path, and the viewer may know that.
async fn missing_page(
    state: &ServerState,
    signed: Signed,
    frame: VaultFrame,
    path: &SecretPath,
) -> PageResult {
    let template = MissingPage {
        shell: Shell::load(state, signed, Section::Vaults).await?,
        frame,
        path: path.to_string(),
    };
    page(StatusCode::NOT_FOUND, &template)
}

/// The version that a form names; the newest when it names none.
fn version_of(fields: &Fields, name: &'static str) -> Result<Option<i64>, Error> {
    let parse = |text: String| {
        let number = text.parse::<i64>().ok().filter(|version| *version > 0);
        number.ok_or_else(|| Error::invalid(name, "There is no such version."))
    };
    fields.optional(name).map(parse).transpose()
}

async fn read(
    state: &ServerState,
    signed: &Signed,
    vault: VaultId,
    path: &SecretPath,
    version: Option<i64>,
) -> Result<secrets::Value, Error> {
    match version {
        None => secrets::read(state.app(), &signed.caller, vault, path).await,
        Some(version) => {
            secrets::read_version(state.app(), &signed.caller, vault, path, version).await
        }
    }
}

async fn reveal(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let path = parse_path(fields.text("path"))?;
    let version = version_of(&fields, "version")?;
    let read = read(&state, &signed, id, &path, version).await?;
    let shown = ShownValue {
        version: read.metadata.version,
        value: read.value,
    };
    show_secret(&state, signed, id, &path, Some(shown)).await
}

/// Writes an earlier version again, as the newest. Nothing is lost by it.
async fn restore(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let path = parse_path(fields.text("path"))?;
    let version = version_of(&fields, "version")?;
    let earlier = read(&state, &signed, id, &path, version).await?;
    let request = PutRequest {
        value: earlier.value,
        kind: Some(earlier.metadata.kind),
        metadata: Some(earlier.metadata.metadata),
        expires_at: None,
        max_access_count: None,
    };
    secrets::put(state.app(), &signed.caller, id, &path, request).await?;
    Ok(done(
        &format!("/vaults/{id}/secrets/{path}"),
        Notice::VersionRestored,
    ))
}

async fn disable(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let path = parse_path(fields.text("path"))?;
    let version = version_of(&fields, "version")?
        .ok_or_else(|| Error::invalid("version", "There is no such version."))?;
    secrets::disable_version(state.app(), &signed.caller, id, &path, version).await?;
    Ok(done(
        &format!("/vaults/{id}/secrets/{path}"),
        Notice::VersionDisabled,
    ))
}

async fn remove(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let path = parse_path(fields.text("path"))?;
    secrets::delete(state.app(), &signed.caller, id, &path).await?;
    Ok(done(&format!("/vaults/{id}"), Notice::SecretDeleted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneclaw_core::caller::Principal;
    use oneclaw_core::id::{SecretId, UserId};
    use uuid::Uuid;

    fn at(path: &str) -> Metadata {
        Metadata {
            id: SecretId::from_uuid(Uuid::nil()),
            path: path.to_owned(),
            kind: "generic".to_owned(),
            version: 1,
            metadata: "{}".to_owned(),
            created_by: Principal::User(UserId::from_uuid(Uuid::nil())),
            created_at: Timestamp::from_millis(0),
            expires_at: None,
            is_disabled: false,
            cmek_fingerprint: None,
        }
    }

    #[test]
    fn the_tree_shows_the_way_to_the_open_folder() {
        let all = ["a", "b/one", "b/c/two", "b/c/d/three", "b-x/four"].map(at);
        let shown = |open: &str| -> Vec<(String, usize)> {
            let branches = tree(&all, open).into_iter();
            branches.map(|branch| (branch.path, branch.count)).collect()
        };
        let line = |path: &str, count| (path.to_owned(), count);
        assert_eq!(shown(""), [line("b", 3), line("b-x", 1)]);
        assert_eq!(shown("b"), [line("b", 3), line("b/c", 2), line("b-x", 1)]);
        assert_eq!(
            shown("b/c"),
            [
                line("b", 3),
                line("b/c", 2),
                line("b/c/d", 1),
                line("b-x", 1)
            ]
        );
    }
}

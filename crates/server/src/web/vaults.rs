//! Vaults, the secrets in them, and who may read those.
//!
//! Invariant: a value is on a page only in the answer to the form that asked for it. Listing shows
//! none, and a form that is shown again has lost what was typed into its value field.

use super::agents::may;
use super::form::{Fields, Form};
use super::names::Names;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::refusal::Refusal;
use super::session::{Signed, SignedForm};
use super::view::{FullMoment, Moment, filters};
use crate::ServerState;
use crate::extract::{Path, Query};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::agents::{self, Agent};
use oneclaw_app::policies::{self, Policy};
use oneclaw_app::secrets::{self, Metadata, PutRequest};
use oneclaw_app::vaults::{self, Vault};
use oneclaw_app::{Error, Kind};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, PolicyId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use serde::Deserialize;
use std::str::FromStr as _;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/vaults", get(list).post(create))
        .route("/vaults/{id}", get(show))
        .route("/vaults/{id}/secrets", post(put_secret))
        .route("/vaults/{id}/reveal", post(reveal))
        .route("/vaults/{id}/policies", post(create_policy))
        .route("/vaults/{id}/policies/{policy}/delete", post(delete_policy))
}

#[derive(Template)]
#[template(path = "vaults.html")]
struct ListPage {
    shell: Shell,
    vaults: Vec<Row>,
    form: Form,
}

struct Row {
    id: VaultId,
    name: String,
    description: String,
    owner: String,
    created: Moment,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    show_list(&state, signed, Form::default()).await
}

async fn show_list(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let now = state.app().now();
    let names = Names::load(state, &signed).await?;
    let vaults = vaults::list(state.app(), &signed.caller).await?;
    let row = |vault: Vault| Row {
        id: vault.id,
        owner: if vault.name == agents::IDENTITY_VAULT {
            "the server".to_owned()
        } else {
            names.of(vault.owner)
        },
        name: vault.name,
        description: vault.description,
        created: Moment::new(vault.created_at, now),
    };
    let shell = Shell::load(state, signed, Section::Vaults).await?;
    page(
        form.status(),
        &ListPage {
            shell,
            vaults: vaults.into_iter().map(row).collect(),
            form,
        },
    )
}

async fn create(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match vaults::create(
        state.app(),
        &signed.caller,
        fields.text("name"),
        fields.text("description"),
    )
    .await
    {
        Ok(vault) => Ok(done(&format!("/vaults/{}", vault.id), Notice::VaultMade)),
        Err(error) => show_list(&state, signed, fields.refused(error)?).await,
    }
}

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

/// Permissions that a form offers, and what they mean.
const PERMISSIONS: [(&str, &str); 5] = [
    ("read", "read values"),
    ("write", "write new values"),
    ("delete", "delete secrets"),
    ("rotate", "have values replaced by random ones"),
    ("use", "use values without seeing them"),
];

#[derive(Template)]
#[template(path = "vault.html")]
struct VaultPage {
    shell: Shell,
    vault: Vault,
    vault_owner: String,
    secrets: Vec<SecretRow>,
    kinds: &'static [(&'static str, &'static str)],
    secret_form: Form,
    /// Absent for those who may not see them.
    policies: Option<Vec<PolicyRow>>,
    permissions: &'static [(&'static str, &'static str)],
    policy_form: Form,
    agents: Vec<Agent>,
    put_action: String,
    reveal_action: String,
    policy_action: String,
}

struct SecretRow {
    path: String,
    kind: String,
    version: i64,
    changed: Moment,
    expires: Option<Moment>,
}

struct PolicyRow {
    who: String,
    href: Option<String>,
    pattern: String,
    may: String,
    has_conditions: bool,
    until: Option<Moment>,
    delete_action: String,
}

/// The forms of a vault's page, when one of them is shown again.
#[derive(Default)]
struct VaultForms {
    secret: Option<Form>,
    policy: Option<Form>,
}

#[derive(Deserialize)]
struct Preselection {
    agent: Option<String>,
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<VaultId>,
    Query(query): Query<Preselection>,
) -> PageResult {
    let policy = query
        .agent
        .map(|agent| Form::filled(&[("principal_id", &agent), ("permissions", "read")]));
    show_vault(
        &state,
        signed,
        id,
        VaultForms {
            policy,
            ..VaultForms::default()
        },
    )
    .await
}

async fn show_vault(
    state: &ServerState,
    signed: Signed,
    id: VaultId,
    forms: VaultForms,
) -> PageResult {
    let now = state.app().now();
    let vault = vaults::find(state.app(), &signed.caller, id).await?;
    let secrets = secrets::list(state.app(), &signed.caller, id, None).await?;
    let names = Names::load(state, &signed).await?;
    let policies = list_policies(state, &signed, id, &names, now).await?;
    let agents = agents::list(state.app(), &signed.caller)
        .await?
        .into_iter()
        .filter(|agent| agent.is_active)
        .collect();
    let template = VaultPage {
        vault_owner: names.of(vault.owner),
        vault,
        secrets: secrets
            .into_iter()
            .map(|secret| secret_row(secret, now))
            .collect(),
        kinds: &KINDS,
        permissions: &PERMISSIONS,
        policies,
        agents,
        put_action: format!("/vaults/{id}/secrets"),
        reveal_action: format!("/vaults/{id}/reveal"),
        policy_action: format!("/vaults/{id}/policies"),
        secret_form: forms.secret.unwrap_or_default(),
        policy_form: forms
            .policy
            .unwrap_or_else(|| Form::filled(&[("permissions", "read")])),
        shell: Shell::load(state, signed, Section::Vaults).await?,
    };
    let status = template
        .secret_form
        .status()
        .max(template.policy_form.status());
    page(status, &template)
}

fn secret_row(secret: Metadata, now: Timestamp) -> SecretRow {
    SecretRow {
        path: secret.path,
        kind: secret.kind,
        version: secret.version,
        changed: Moment::new(secret.created_at, now),
        expires: secret.expires_at.map(|at| Moment::new(at, now)),
    }
}

async fn list_policies(
    state: &ServerState,
    signed: &Signed,
    id: VaultId,
    names: &Names,
    now: Timestamp,
) -> Result<Option<Vec<PolicyRow>>, Refusal> {
    let row = |policy: Policy| PolicyRow {
        who: names.of(policy.principal),
        href: match policy.principal {
            Principal::Agent(agent) => Some(format!("/agents/{agent}")),
            Principal::User(_) => None,
        },
        may: may(policy.effect, &policy.permissions),
        has_conditions: policy.conditions != "{}" || policy.attribute_conditions != "{}",
        until: policy.expires_at.map(|at| Moment::new(at, now)),
        delete_action: format!("/vaults/{id}/policies/{}/delete", policy.id),
        pattern: policy.pattern,
    };
    match policies::list(state.app(), &signed.caller, id).await {
        Ok(policies) => Ok(Some(policies.into_iter().map(row).collect())),
        Err(error) if *error.kind() == Kind::Forbidden => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn put_secret(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let value = fields.take_secret("value");
    match save(&state, &signed, id, &fields, value).await {
        Ok(()) => Ok(done(&format!("/vaults/{id}#secrets"), Notice::SecretSaved)),
        Err(error) => {
            let secret = Some(fields.refused(error)?);
            show_vault(
                &state,
                signed,
                id,
                VaultForms {
                    secret,
                    ..VaultForms::default()
                },
            )
            .await
        }
    }
}

async fn save(
    state: &ServerState,
    signed: &Signed,
    vault: VaultId,
    fields: &Fields,
    value: SecretString,
) -> Result<(), Error> {
    let path = parse_path(fields.text("path"))?;
    let request = PutRequest {
        // Browsers send line breaks of text fields as CR LF; people who paste a key mean LF.
        value: SecretString::from(value.expose().replace("\r\n", "\n")),
        kind: fields.optional("type"),
        metadata: None,
        expires_at: None,
        max_access_count: None,
    };
    secrets::put(state.app(), &signed.caller, vault, &path, request)
        .await
        .map(drop)
}

fn parse_path(text: &str) -> Result<SecretPath, Error> {
    SecretPath::parse(text.trim()).map_err(|error| Error::invalid("path", error.to_string()))
}

/// The answer to the wish to see a value.
#[derive(Template)]
#[template(path = "secret.html")]
struct SecretPage {
    shell: Shell,
    vault: VaultId,
    vault_name: String,
    path: String,
    kind: String,
    version: i64,
    changed: FullMoment,
    expires: Option<FullMoment>,
    value: SecretString,
}

async fn reveal(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let now = state.app().now();
    let path = parse_path(fields.text("path"))?;
    let vault = vaults::find(state.app(), &signed.caller, id).await?;
    let secret = secrets::read(state.app(), &signed.caller, id, &path).await?;
    let metadata = secret.metadata;
    let template = SecretPage {
        vault: id,
        vault_name: vault.name,
        path: metadata.path,
        kind: metadata.kind,
        version: metadata.version,
        changed: FullMoment::new(metadata.created_at, now),
        expires: metadata.expires_at.map(|at| FullMoment::new(at, now)),
        value: secret.value,
        shell: Shell::load(&state, signed, Section::Vaults).await?,
    };
    page(StatusCode::OK, &template)
}

async fn create_policy(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match add_policy(&state, &signed, id, &fields).await {
        Ok(_) => Ok(done(&format!("/vaults/{id}#policies"), Notice::PolicyAdded)),
        Err(error) => {
            let policy = Some(fields.refused(error)?);
            show_vault(
                &state,
                signed,
                id,
                VaultForms {
                    policy,
                    ..VaultForms::default()
                },
            )
            .await
        }
    }
}

async fn add_policy(
    state: &ServerState,
    signed: &Signed,
    vault: VaultId,
    fields: &Fields,
) -> Result<Policy, Error> {
    let agent = AgentId::from_str(fields.text("principal_id"))
        .map_err(|_| Error::invalid("principal_id", "Choose an agent."))?;
    let request = policies::CreateRequest {
        pattern: fields.text("secret_path_pattern").trim().to_owned(),
        principal: Principal::Agent(agent),
        permissions: fields.all("permissions"),
        effect: None,
        priority: None,
        conditions: None,
        attribute_conditions: None,
        expires_at: None,
    };
    if request.permissions.is_empty() {
        return Err(Error::invalid(
            "permissions",
            "Choose at least one thing the agent may do.",
        ));
    }
    policies::create(state.app(), &signed.caller, vault, request).await
}

async fn delete_policy(
    State(state): State<ServerState>,
    Path((id, policy)): Path<(VaultId, PolicyId)>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    policies::delete(state.app(), &signed.caller, id, policy).await?;
    Ok(done(
        &format!("/vaults/{id}#policies"),
        Notice::PolicyRemoved,
    ))
}

//! Bindings: credentials that an agent uses without seeing them. How they are set up is here, how they are used in
//! [`execute`].
//!
//! Invariants:
//! - Only people set bindings up: those who run the organisation, and who let the agent in.
//! - Whoever chooses where a credential goes could read it there, so they must be allowed to read it. They vouch for
//!   the binding from then on: it works only while they may use the secret themselves.
//! - A credential that is kept in a binding stays with the server it was given for: a change of server or place
//!   needs it again.
//! - No answer and no entry of the log holds a credential.

use crate::App;
use crate::agents::{managed, missing as no_agent};
use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use oneclaw_core::audit::Details;
use oneclaw_core::binding::{Config, Credential, Guardrails, Refused};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, BindingId, OrgId, VaultId};
use oneclaw_core::model::text::parse_name;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Action;
use oneclaw_core::secret::{SecretBytes, SecretString};
use oneclaw_crypto::records::Record;
use oneclaw_store::agents::AgentRow;
use oneclaw_store::bindings::{BindingRow, ExecutionRow};

mod execute;

pub use execute::{CallResult, Execution, execute, test};

/// Most bindings of an agent.
const MAXIMUM: usize = 100;
/// Most calls in one list.
const MAXIMUM_LIST: i64 = 200;

/// A binding, without its credential.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Its id.
    pub id: BindingId,
    /// Who may use it.
    pub agent: AgentId,
    /// Its name.
    pub name: String,
    /// JSON object: where calls go.
    pub config: String,
    /// JSON object: which calls may be made.
    pub guardrails: String,
    /// False once switched off.
    pub is_active: bool,
    /// Whether a credential is kept in it.
    pub is_inline: bool,
    /// Where the credential is read from.
    pub reference: Option<(VaultId, String)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a credential comes from.
pub enum Source {
    /// JSON text of the credential itself, to be kept in the binding.
    Inline(SecretString),
    /// The newest version of a secret, whenever it is used.
    Vault(VaultId, SecretPath),
}

/// What a new binding is like.
pub struct CreateRequest {
    /// Its name.
    pub name: String,
    /// JSON object.
    pub config: String,
    /// JSON object.
    pub guardrails: String,
    /// The credential.
    pub source: Source,
}

/// What changes; `None` stays.
#[derive(Default)]
pub struct UpdateRequest {
    /// JSON object.
    pub config: Option<String>,
    /// JSON object.
    pub guardrails: Option<String>,
    /// Switches it off or on.
    pub is_active: Option<bool>,
    /// The credential.
    pub source: Option<Source>,
}

/// A call that was made.
pub type Event = ExecutionRow;

fn missing() -> Error {
    Error::not_found("This agent has no such binding.")
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Malformed { field, sentence } => Self::invalid(field, sentence),
            Refused::Forbidden(sentence) => Self::forbidden(sentence),
        }
    }
}

/// Makes a binding for an agent.
pub async fn create(
    app: &App,
    caller: &Caller,
    agent: AgentId,
    request: CreateRequest,
) -> Result<Binding> {
    let user = caller.user()?;
    let name =
        parse_name(&request.name).map_err(|error| Error::invalid("name", error.to_string()))?;
    check(app, &request.config, &request.guardrails)?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (live, _) = managed(op, &caller, agent).await?;
            if op.tx().list_bindings(live.org, agent).await?.len() >= MAXIMUM {
                return Err(Error::conflict(format!(
                    "An agent has at most {MAXIMUM} bindings. Delete one first."
                )));
            }
            let now = op.now();
            let mut row = BindingRow {
                id: op.new_id(),
                org_id: live.org,
                agent_id: agent,
                name,
                config: request.config,
                guardrails: request.guardrails,
                sealed_credential: None,
                vault_id: None,
                path: None,
                is_active: true,
                vouched_by: user,
                created_at: now,
                updated_at: now,
            };
            set_source(&app_in, op, &mut row, request.source)?;
            vouch(op, &live, &caller, &row).await?;
            if !op.tx().insert_binding(&row).await? {
                return Err(Error::conflict("This agent has a binding of this name."));
            }
            changed(op, &caller, &row, "binding.create");
            Ok(binding_of(row))
        })
    })
    .await
}

/// The bindings of an agent, by name.
pub async fn list(app: &App, caller: &Caller, agent: AgentId) -> Result<Vec<Binding>> {
    let mut view = app.view(caller).await?;
    if caller.principal().is_user() {
        let row = view.tx.find_agent(caller.org(), agent).await?;
        require_manager(&view.live, caller, row.as_ref())?;
    } else {
        // Names and addresses of what it may call; there is no credential in a list.
        require_self(caller, agent)?;
    }
    let rows = view.tx.list_bindings(caller.org(), agent).await?;
    Ok(rows.into_iter().map(binding_of).collect())
}

/// One binding.
pub async fn find(app: &App, caller: &Caller, agent: AgentId, id: BindingId) -> Result<Binding> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let row = view.tx.find_agent(caller.org(), agent).await?;
    require_manager(&view.live, caller, row.as_ref())?;
    let row = view.tx.find_binding(caller.org(), agent, id).await?;
    row.map(binding_of).ok_or_else(missing)
}

/// Changes a binding. Whoever changes more than the switch vouches for it from then on.
pub async fn update(
    app: &App,
    caller: &Caller,
    agent: AgentId,
    id: BindingId,
    request: UpdateRequest,
) -> Result<Binding> {
    let user = caller.user()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (live, _) = managed(op, &caller, agent).await?;
            let row = op.tx().find_binding(live.org, agent, id).await?;
            let mut row = row.ok_or_else(missing)?;
            let before = Config::parse(&row.config)?;
            let is_redirected =
                request.config.is_some() || request.guardrails.is_some() || request.source.is_some();
            row.config = request.config.unwrap_or(row.config);
            row.guardrails = request.guardrails.unwrap_or(row.guardrails);
            row.is_active = request.is_active.unwrap_or(row.is_active);
            row.updated_at = op.now();
            check(&app_in, &row.config, &row.guardrails)?;
            let after = Config::parse(&row.config)?;
            match request.source {
                Some(source) => set_source(&app_in, op, &mut row, source)?,
                None if row.sealed_credential.is_some()
                    && (before.origin() != after.origin() || before.auth != after.auth) =>
                {
                    return Err(Error::invalid(
                        "credential",
                        "The credential was given for another server or place. Give it again with this change.",
                    ));
                }
                None => {}
            }
            if is_redirected {
                row.vouched_by = user;
                vouch(op, &live, &caller, &row).await?;
            }
            if !op.tx().update_binding(&row).await? {
                return Err(missing());
            }
            changed(op, &caller, &row, "binding.update");
            Ok(binding_of(row))
        })
    })
    .await
}

/// Replaces a credential that is kept in the binding.
pub async fn rotate_credential(
    app: &App,
    caller: &Caller,
    agent: AgentId,
    id: BindingId,
    credential: SecretString,
) -> Result<Binding> {
    let user = caller.user()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (live, _) = managed(op, &caller, agent).await?;
            let row = op.tx().find_binding(live.org, agent, id).await?;
            let mut row = row.ok_or_else(missing)?;
            if row.vault_id.is_some() {
                return Err(Error::conflict(
                    "The credential of this binding is a secret of a vault. Write a new version of the secret.",
                ));
            }
            set_source(&app_in, op, &mut row, Source::Inline(credential))?;
            row.vouched_by = user;
            row.updated_at = op.now();
            if !op.tx().update_binding(&row).await? {
                return Err(missing());
            }
            changed(op, &caller, &row, "binding.rotate_credential");
            Ok(binding_of(row))
        })
    })
    .await
}

/// Removes a binding with the credential kept in it.
pub async fn delete(app: &App, caller: &Caller, agent: AgentId, id: BindingId) -> Result<()> {
    caller.user()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let (live, _) = managed(op, &caller, agent).await?;
            let row = op.tx().find_binding(live.org, agent, id).await?;
            let row = row.ok_or_else(missing)?;
            op.tx().delete_binding(live.org, agent, id).await?;
            changed(op, &caller, &row, "binding.delete");
            Ok(())
        })
    })
    .await
}

/// What an agent did with its bindings, newest first: for the agent itself and those who manage it.
pub async fn list_executions(
    app: &App,
    caller: &Caller,
    agent: AgentId,
    limit: i64,
    offset: i64,
) -> Result<Vec<Event>> {
    let mut view = app.view(caller).await?;
    if caller.principal().is_user() {
        let row = view.tx.find_agent(caller.org(), agent).await?;
        require_manager(&view.live, caller, row.as_ref())?;
    } else {
        require_self(caller, agent)?;
    }
    let limit = limit.clamp(1, MAXIMUM_LIST);
    let rows = view
        .tx
        .list_executions(caller.org(), agent, limit, offset.max(0))
        .await?;
    Ok(rows)
}

fn require_self(caller: &Caller, agent: AgentId) -> Result<()> {
    if caller.agent()? == agent {
        return Ok(());
    }
    Err(Error::forbidden("An agent uses its own bindings only."))
}

fn require_manager(live: &Live, caller: &Caller, agent: Option<&AgentRow>) -> Result<()> {
    let agent = agent.ok_or_else(no_agent)?;
    if live.is_admin() || caller.user()? == agent.created_by {
        return Ok(());
    }
    Err(Error::forbidden(
        "Only the person who let this agent in and the organisation's owners and admins can do this.",
    ))
}

/// Checks where calls go and what may be called.
fn check(app: &App, config: &str, guardrails: &str) -> Result<()> {
    let config = Config::parse(config)?;
    let guardrails = Guardrails::parse(guardrails)?;
    match app.outbound().target(&config.base_url) {
        Ok(target) => Ok(guardrails.check_host(target.url()).map_err(|_| {
            Error::invalid(
                "guardrails",
                "allowed_hosts does not have the host of base_url.",
            )
        })?),
        Err(refusal) => Err(Error::invalid("config", format!("base_url {refusal}."))),
    }
}

fn set_source(app: &App, op: &Op, row: &mut BindingRow, source: Source) -> Result<()> {
    match source {
        Source::Inline(text) => {
            Credential::parse(text.expose())?;
            row.sealed_credential = Some(seal(app, op, row.org_id, row.id, &text.into_bytes())?);
            (row.vault_id, row.path) = (None, None);
        }
        Source::Vault(vault, path) => {
            row.sealed_credential = None;
            (row.vault_id, row.path) = (Some(vault), Some(path.as_str().to_owned()));
        }
    }
    Ok(())
}

/// Checks that whoever decides where a secret goes may read it.
async fn vouch(op: &mut Op, live: &Live, caller: &Caller, row: &BindingRow) -> Result<()> {
    if let (Some(vault), Some(path)) = (row.vault_id, &row.path) {
        let path = SecretPath::parse(path).map_err(Error::internal)?;
        op.decide(live, caller, vault, Action::Read, &path).await?;
    }
    Ok(())
}

fn seal(app: &App, op: &Op, org: OrgId, id: BindingId, plain: &SecretBytes) -> Result<Vec<u8>> {
    let record = Record::BindingCredential(org, id);
    Ok(app.keyring().seal_record(record, plain, op.random())?)
}

fn changed(op: &mut Op, caller: &Caller, row: &BindingRow, action: &'static str) {
    let origin = Config::parse(&row.config).map(|config| config.origin());
    let mut details = Details::new()
        .uuid("agent_id", row.agent_id)
        .text("name", &row.name)
        .text("origin", origin.unwrap_or_default())
        .flag("is_active", row.is_active);
    if let (Some(vault), Some(path)) = (row.vault_id, &row.path) {
        details = details.uuid("vault_id", vault).text("path", path);
    }
    op.log(entry(
        row.org_id,
        caller.actor(),
        caller.ip(),
        action,
        ("binding", row.id.to_string()),
        details,
    ));
}

fn binding_of(row: BindingRow) -> Binding {
    Binding {
        id: row.id,
        agent: row.agent_id,
        name: row.name,
        config: row.config,
        guardrails: row.guardrails,
        is_active: row.is_active,
        is_inline: row.sealed_credential.is_some(),
        reference: row.vault_id.zip(row.path),
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

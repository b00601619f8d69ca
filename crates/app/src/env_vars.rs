//! Environment variables of vaults.
//!
//! A variable is sealed like a secret and decided on like one: the path of the variable `KEY` is
//! `env/KEY`. Of one key there may be several variables, each for other environments or for a branch.
//!
//! Invariants:
//! - A value leaves only in a unit of work that has decided on its path and logged it.
//! - A sensitive variable is write-only for people: only agents get its value, by resolving. It stops
//!   being sensitive only together with a new value.

use crate::App;
use crate::caches::VaultView;
use crate::error::{Error, Result};
use crate::lane::{entry_of, load_vault_view};
use crate::live::{Caller, Live};
use crate::op::Op;
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{EnvVarId, OrgId, SecretId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{Action, Granted};
use oneclaw_core::secret::{SecretBytes, SecretString};
use oneclaw_crypto::envelope::{
    InternalPurpose, SealedRef, ValueContext, VaultKey, decrypt_value, decrypt_value_internal,
    encrypt_value,
};
use oneclaw_store::env_vars::EnvVarRow;

mod environments;
mod resolve;
mod shared;

use resolve::Disclosed;

pub use environments::{
    BUILT_IN, Environment, create_environment, delete_environment, list_environments,
};
pub use resolve::{Resolved, Source, resolve};
pub use shared::{
    SHARED_VAULT, SharedVariable, create_shared, delete_shared, link, list_shared, unlink,
    update_shared,
};

/// Most variables of a vault.
const MOST: i64 = 1000;
/// Largest value.
const MAXIMUM_VALUE: usize = 64 * 1024;
const TYPE: &str = "env_var";

/// A variable.
pub struct EnvVar {
    /// Its id.
    pub id: EnvVarId,
    /// Its name.
    pub key: String,
    /// Where it holds.
    pub environments: Vec<String>,
    /// The branch it is for.
    pub git_branch: Option<String>,
    /// People cannot read it back.
    pub sensitive: bool,
    /// Free text.
    pub comment: Option<String>,
    /// Not for sensitive ones.
    pub value: Option<SecretString>,
    /// Grows with every value.
    pub version: i64,
    /// Who made it.
    pub created_by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A new variable.
pub struct CreateRequest {
    /// Its name.
    pub key: String,
    /// Its value, may be empty.
    pub value: SecretString,
    /// Where it holds; the three that every vault has when absent.
    pub environments: Option<Vec<String>>,
    /// The branch it is for.
    pub git_branch: Option<String>,
    /// People cannot read it back.
    pub sensitive: bool,
    /// Free text.
    pub comment: Option<String>,
}

/// What changes; `None` stays, `Some(None)` clears.
#[derive(Default)]
pub struct UpdateRequest {
    /// Its value.
    pub value: Option<SecretString>,
    /// Where it holds.
    pub environments: Option<Vec<String>>,
    /// People cannot read it back.
    pub sensitive: Option<bool>,
    /// Free text.
    pub comment: Option<Option<String>>,
}

/// Which of the variables of one key is meant.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// The one that holds there.
    pub environment: Option<String>,
    /// The one for this branch; the one for no branch when absent.
    pub git_branch: Option<String>,
}

fn missing() -> Error {
    Error::not_found("There is no such variable in this vault.")
}

/// The path on which access to a variable is decided.
fn path_of(key: &str) -> Result<SecretPath> {
    let is_name = (1..=256).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if is_name && let Ok(path) = SecretPath::parse(&format!("env/{key}")) {
        return Ok(path);
    }
    Err(Error::invalid(
        "key",
        "A key is 1 to 256 capital letters, digits and underscores, and does not end with an underscore.",
    ))
}

fn check_value(value: &SecretString) -> Result<()> {
    if value.len() <= MAXIMUM_VALUE {
        return Ok(());
    }
    Err(Error::invalid("value", "The value is larger than 64 KiB."))
}

fn check_comment(comment: Option<String>) -> Result<Option<String>> {
    match comment {
        Some(text) if text.chars().count() > 1000 => Err(Error::invalid(
            "comment",
            "The comment is longer than 1000 characters.",
        )),
        other => Ok(other.filter(|text| !text.is_empty())),
    }
}

fn check_branch(branch: Option<String>) -> Result<String> {
    let branch = branch.unwrap_or_default();
    if branch.len() <= 255 && !branch.chars().any(char::is_control) {
        return Ok(branch);
    }
    Err(Error::invalid(
        "git_branch",
        "The name of a branch is at most 255 characters.",
    ))
}

/// A vault in a unit of work, with the key that opens its variables.
struct Room<'a> {
    caller: &'a Caller,
    live: Live,
    view: VaultView,
}

impl<'a> Room<'a> {
    async fn enter(op: &mut Op, caller: &'a Caller, vault: VaultId) -> Result<Self> {
        let live = op.authenticate(caller).await?;
        let view = load_vault_view(op.tx(), &live, vault).await?;
        Ok(Self { caller, live, view })
    }

    /// The only environment of an agent that is locked to its own.
    fn locked_to(&self) -> Option<&str> {
        let own = self.live.environment.as_deref();
        own.filter(|_| self.live.environment_locked)
    }

    /// The environment that is meant: the one asked for, or the only one the caller may have. Decided
    /// from the agent alone, so that a refusal tells nothing about the vault.
    fn environment(&self, asked: Option<String>) -> Result<Option<String>> {
        match (self.locked_to(), asked) {
            (Some(own), Some(asked)) if asked != own => Err(locked(own)),
            (Some(own), _) => Ok(Some(own.to_owned())),
            (None, asked) => Ok(asked),
        }
    }

    /// Refuses changes of what holds anywhere else than where the caller is locked to.
    fn check_change(&self, row: &EnvVarRow) -> Result<()> {
        match self.locked_to() {
            Some(own) if environments_of(row)? != [own] => Err(locked(own)),
            _ => Ok(()),
        }
    }

    fn org(&self) -> OrgId {
        self.caller.org()
    }

    fn vault(&self) -> VaultId {
        self.view.vault
    }

    /// Whether the caller may, for as long as policies say so; nothing is logged. A policy that is used
    /// up by being used does not count here: nothing would use it up.
    fn permission(&self, op: &Op, action: Action, path: &SecretPath) -> Option<Granted> {
        self.view
            .decide_unspent(&self.live, self.caller, action, path, op.now())
            .ok()
    }

    fn log(&self, op: &mut Op, action: &'static str, resource: EnvVarId, details: Details) {
        let resource = ("env_var", resource.to_string());
        let details = details.uuid("vault_id", self.vault());
        op.log(entry_of(self.caller, action, resource, details));
    }
}

fn locked(own: &str) -> Error {
    Error::forbidden(format!(
        "This agent is locked to the environment {own}, and gets and changes only variables that are for it."
    ))
}

/// The key of a vault, in a unit of work.
async fn vault_key(
    app: &App,
    op: &mut Op,
    org: OrgId,
    vault: VaultId,
    generation: i64,
) -> Result<VaultKey> {
    let row = op.tx().find_vault_key(org, vault, generation).await?;
    let wrapped = row.ok_or_else(crate::vaults::missing)?.wrapped;
    app.unwrap_vault_key(org, vault, generation, &wrapped)
}

fn context_of(row: &EnvVarRow) -> Result<ValueContext> {
    Ok(ValueContext {
        org: row.org_id,
        vault: row.vault_id,
        // No secret has this id: both are drawn at random.
        secret: SecretId::from_uuid(row.id.as_uuid()),
        path: path_of(&row.key)?,
        version: crate::secrets::version_number(row.version),
        secret_type: TYPE.to_owned(),
    })
}

/// Seals a value into a row, under the newest key of its vault.
async fn seal(app: &App, op: &mut Op, row: &mut EnvVarRow, value: &SecretString) -> Result<()> {
    let vault = op.tx().find_vault(row.org_id, row.vault_id).await?;
    row.key_generation = vault.ok_or_else(crate::vaults::missing)?.key_generation;
    let key = vault_key(app, op, row.org_id, row.vault_id, row.key_generation).await?;
    let sealed = encrypt_value(
        &key,
        &context_of(row)?,
        value.expose().as_bytes(),
        op.random(),
    )?;
    row.wrapped_key = sealed.wrapped_key;
    row.ciphertext = sealed.ciphertext;
    Ok(())
}

/// Why a value may be opened.
enum Reason<'a> {
    Granted(&'a Granted),
    Internal(InternalPurpose),
}

async fn open(app: &App, op: &mut Op, row: &EnvVarRow, reason: Reason<'_>) -> Result<SecretString> {
    let key = vault_key(app, op, row.org_id, row.vault_id, row.key_generation).await?;
    let context = context_of(row)?;
    let sealed = SealedRef {
        wrapped_key: &row.wrapped_key,
        ciphertext: &row.ciphertext,
    };
    let value: SecretBytes = match reason {
        Reason::Granted(granted) => decrypt_value(&key, &context, sealed, granted)?,
        Reason::Internal(purpose) => decrypt_value_internal(purpose, &key, &context, sealed)?,
    };
    value
        .into_string()
        .map_err(|_| Error::internal("a stored value is not UTF-8"))
}

fn environments_of(row: &EnvVarRow) -> Result<Vec<String>> {
    Ok(serde_json::from_str(&row.environments)?)
}

fn var_of(row: EnvVarRow, value: Option<SecretString>) -> Result<EnvVar> {
    Ok(EnvVar {
        id: row.id,
        environments: environments_of(&row)?,
        key: row.key,
        git_branch: Some(row.git_branch).filter(|branch| !branch.is_empty()),
        sensitive: row.sensitive,
        comment: row.comment,
        value,
        version: row.version,
        created_by: Principal::from_parts(&row.created_by_type, row.created_by_id)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// Lists the variables that the caller may read; sensitive ones without their values.
pub async fn list(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    environment: Option<String>,
) -> Result<Vec<EnvVar>> {
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let room = Room::enter(op, &caller, vault).await?;
            let environment = room.environment(environment)?;
            let rows = op.tx().list_env_vars(room.org(), vault).await?;
            let (mut listed, mut disclosed) = (Vec::new(), Vec::new());
            for row in rows {
                let path = path_of(&row.key)?;
                let Some(granted) = room.permission(op, Action::Read, &path) else {
                    continue;
                };
                if let Some(wanted) = &environment
                    && !environments_of(&row)?.contains(wanted)
                {
                    continue;
                }
                let value = if row.sensitive {
                    None
                } else {
                    disclosed.push(Disclosed::of(&row));
                    Some(open(&app_in, op, &row, Reason::Granted(&granted)).await?)
                };
                listed.push(var_of(row, value)?);
            }
            room.log_disclosure(op, "env.list", Details::new(), &disclosed);
            Ok(listed)
        })
    })
    .await
}

/// Finds the one variable of a key that is meant.
async fn find_row(op: &mut Op, room: &Room<'_>, key: &str, which: Which) -> Result<EnvVarRow> {
    let branch = which.git_branch.as_deref().unwrap_or_default();
    let environment = room.environment(which.environment)?;
    let mut found = None;
    let rows = op
        .tx()
        .list_env_vars_by_key(room.org(), room.vault(), key)
        .await?;
    for row in rows {
        let holds = match &environment {
            None => true,
            Some(environment) => environments_of(&row)?.contains(environment),
        };
        if row.git_branch == branch && holds && found.replace(row).is_some() {
            return Err(Error::conflict(
                "There are several variables of this key. Say which one with ?environment=.",
            ));
        }
    }
    found.ok_or_else(missing)
}

/// One variable; a sensitive one without its value.
pub async fn find(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    key: &str,
    which: Which,
) -> Result<EnvVar> {
    let path = path_of(key)?;
    let (app_in, caller, key) = (app.clone(), caller.clone(), key.to_owned());
    app.run(move |op| {
        Box::pin(async move {
            let room = Room::enter(op, &caller, vault).await?;
            let granted = op
                .decide(&room.live, &caller, vault, Action::Read, &path)
                .await?;
            let row = find_row(op, &room, &key, which).await?;
            let value = if row.sensitive {
                None
            } else {
                Some(open(&app_in, op, &row, Reason::Granted(&granted)).await?)
            };
            let details = Details::new()
                .text("key", &row.key)
                .flag("value", value.is_some())
                .int("version", row.version);
            room.log(op, "env.read", row.id, details);
            var_of(row, value)
        })
    })
    .await
}

/// Refuses when a variable of the same key and branch holds in one of these environments already.
async fn check_apart(op: &mut Op, row: &EnvVarRow) -> Result<()> {
    let wanted = environments_of(row)?;
    let others = op
        .tx()
        .list_env_vars_by_key(row.org_id, row.vault_id, &row.key)
        .await?;
    for other in others
        .iter()
        .filter(|other| other.id != row.id && other.git_branch == row.git_branch)
    {
        let taken = environments_of(other)?;
        if let Some(name) = wanted.iter().find(|name| taken.contains(name)) {
            return Err(Error::conflict(format!(
                "There is a variable of this key for {name} already. Change it, or leave {name} out."
            )));
        }
    }
    Ok(())
}

/// Makes a variable. The caller needs `write` on its path.
pub async fn create(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    request: CreateRequest,
) -> Result<EnvVar> {
    let path = path_of(&request.key)?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let room = Room::enter(op, &caller, vault).await?;
            op.decide(&room.live, &caller, vault, Action::Write, &path)
                .await?;
            insert(&app_in, op, &room, request).await
        })
    })
    .await
}

/// Checks and adds a variable in a unit of work that has established who may.
async fn insert(app: &App, op: &mut Op, room: &Room<'_>, request: CreateRequest) -> Result<EnvVar> {
    check_value(&request.value)?;
    let known = environments::slugs(op, room.org(), room.vault()).await?;
    let own = room.locked_to().map(|own| vec![own.to_owned()]);
    let wanted = request.environments.or(own);
    let now = op.now();
    let mut row = EnvVarRow {
        id: op.new_id(),
        org_id: room.org(),
        vault_id: room.vault(),
        key: request.key,
        git_branch: check_branch(request.git_branch)?,
        environments: environments::parse(wanted, &known)?,
        sensitive: request.sensitive,
        comment: check_comment(request.comment)?,
        version: 1,
        key_generation: 0,
        wrapped_key: Vec::new(),
        ciphertext: Vec::new(),
        created_by_type: room.caller.principal().kind().to_owned(),
        created_by_id: room.caller.principal().uuid(),
        created_at: now,
        updated_at: now,
    };
    room.check_change(&row)?;
    check_number(op, &row, 1).await?;
    check_apart(op, &row).await?;
    seal(app, op, &mut row, &request.value).await?;
    op.tx().insert_env_var(&row).await?;
    room.log(op, "env.create", row.id, changed_details(&row));
    let value = (!row.sensitive).then_some(request.value);
    var_of(row, value)
}

async fn check_number(op: &mut Op, row: &EnvVarRow, more: i64) -> Result<()> {
    let there = op.tx().count_env_vars(row.org_id, row.vault_id).await?;
    if there.saturating_add(more) <= MOST {
        return Ok(());
    }
    Err(Error::limit_reached(format!(
        "A vault has at most {MOST} variables."
    )))
}

fn changed_details(row: &EnvVarRow) -> Details {
    Details::new()
        .text("key", &row.key)
        .text("environments", &row.environments)
        .flag("sensitive", row.sensitive)
        .int("version", row.version)
}

/// Changes a variable. The caller needs `write` on its path.
pub async fn update(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    key: &str,
    which: Which,
    request: UpdateRequest,
) -> Result<EnvVar> {
    let path = path_of(key)?;
    let (app_in, caller, key) = (app.clone(), caller.clone(), key.to_owned());
    app.run(move |op| {
        Box::pin(async move {
            let room = Room::enter(op, &caller, vault).await?;
            op.decide(&room.live, &caller, vault, Action::Write, &path)
                .await?;
            let row = find_row(op, &room, &key, which).await?;
            apply(&app_in, op, &room, row, request).await
        })
    })
    .await
}

async fn apply(
    app: &App,
    op: &mut Op,
    room: &Room<'_>,
    mut row: EnvVarRow,
    request: UpdateRequest,
) -> Result<EnvVar> {
    room.check_change(&row)?;
    if row.sensitive && request.sensitive == Some(false) && request.value.is_none() {
        return Err(Error::invalid(
            "sensitive",
            "A sensitive value cannot be made readable. Give a new value with it.",
        ));
    }
    if let Some(environments) = request.environments {
        let known = environments::slugs(op, room.org(), room.vault()).await?;
        row.environments = environments::parse(Some(environments), &known)?;
        room.check_change(&row)?;
        check_apart(op, &row).await?;
    }
    row.sensitive = request.sensitive.unwrap_or(row.sensitive);
    if let Some(comment) = request.comment {
        row.comment = check_comment(comment)?;
    }
    if let Some(value) = &request.value {
        check_value(value)?;
        row.version = row.version.saturating_add(1);
        seal(app, op, &mut row, value).await?;
    }
    row.updated_at = op.now();
    if !op.tx().update_env_var(&row).await? {
        return Err(missing());
    }
    room.log(op, "env.update", row.id, changed_details(&row));
    // Whoever may write need not be one who may read: only what they sent themselves is shown.
    let value = request.value.filter(|_| !row.sensitive);
    var_of(row, value)
}

/// Removes a variable. The caller needs `delete` or `write` on its path.
pub async fn delete(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    key: &str,
    which: Which,
) -> Result<()> {
    let path = path_of(key)?;
    let (caller, key) = (caller.clone(), key.to_owned());
    app.run(move |op| {
        Box::pin(async move {
            let room = Room::enter(op, &caller, vault).await?;
            op.decide(&room.live, &caller, vault, Action::Delete, &path)
                .await?;
            let row = find_row(op, &room, &key, which).await?;
            room.check_change(&row)?;
            if !op.tx().delete_env_var(room.org(), vault, row.id).await? {
                return Err(missing());
            }
            room.log(op, "env.delete", row.id, changed_details(&row));
            Ok(())
        })
    })
    .await
}

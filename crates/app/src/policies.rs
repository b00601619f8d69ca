//! Policies: who may do what with which paths of a vault.
//!
//! Writing them is here; deciding by them is `core::policy` alone. Every change bumps the epoch of
//! the vault, and of the agent concerned (which vaults it can find is part of its state), so it holds
//! from the next request on.

use crate::App;
use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use crate::vaults::{self, require_control, vault_of};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, PolicyId, UserId, VaultId};
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{
    Action, AttributeConditions, Conditions, Effect, Explanation, PermissionSet, Rule,
    explain as explain_rules,
};
use oneclaw_store::policies::PolicyRow;
use std::net::IpAddr;
use std::str::FromStr as _;

/// A policy as written.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id.
    pub id: PolicyId,
    /// The vault it speaks of.
    pub vault: VaultId,
    /// Glob over paths.
    pub pattern: String,
    /// Whom it concerns.
    pub principal: Principal,
    /// In canonical order.
    pub permissions: Vec<String>,
    /// Allow or deny.
    pub effect: Effect,
    /// Higher decides first.
    pub priority: i64,
    /// JSON object.
    pub conditions: String,
    /// JSON object.
    pub attribute_conditions: String,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
    /// Who wrote it.
    pub created_by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// How often it can still be used; any number of times when absent.
    pub uses_left: Option<i64>,
}

/// What a new policy says.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// Glob over paths.
    pub pattern: String,
    /// Whom it concerns.
    pub principal: Principal,
    /// At least one.
    pub permissions: Vec<String>,
    /// `allow` when absent.
    pub effect: Option<String>,
    /// 0 when absent.
    pub priority: Option<i64>,
    /// JSON object.
    pub conditions: Option<String>,
    /// JSON object.
    pub attribute_conditions: Option<String>,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
}

/// What changes; `None` stays as it is. Pattern and principal never change.
#[derive(Clone, Debug, Default)]
pub struct UpdateRequest {
    /// At least one.
    pub permissions: Option<Vec<String>>,
    /// `allow` or `deny`.
    pub effect: Option<String>,
    /// Not negative.
    pub priority: Option<i64>,
    /// JSON object.
    pub conditions: Option<String>,
    /// JSON object.
    pub attribute_conditions: Option<String>,
    /// `Some(None)` removes the expiry.
    pub expires_at: Option<Option<Timestamp>>,
}

fn missing() -> Error {
    Error::not_found("There is no such policy in this vault.")
}

/// Writes a policy.
pub async fn create(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    request: CreateRequest,
) -> Result<Policy> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            control(op, &live, vault).await?;
            insert(op, &caller, &live, vault, request).await
        })
    })
    .await
}

/// Checks and adds a policy in a unit of work that has established who may.
pub(crate) async fn insert(
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    vault: VaultId,
    request: CreateRequest,
) -> Result<Policy> {
    insert_limited(op, caller, live, vault, request, None).await
}

/// Like [`insert`], for a policy that can be used only so often.
pub(crate) async fn insert_limited(
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    vault: VaultId,
    request: CreateRequest,
    uses: Option<i64>,
) -> Result<Policy> {
    let now = op.now();
    require_principal(op, live.org, request.principal).await?;
    let conditions = parse_conditions(request.conditions)?;
    require_asker(request.principal, &conditions)?;
    let row = PolicyRow {
        id: op.new_id(),
        org_id: live.org,
        vault_id: vault,
        path_pattern: parse_pattern(&request.pattern)?.as_str().to_owned(),
        principal_type: request.principal.kind().to_owned(),
        principal_id: request.principal.uuid(),
        permissions: parse_permissions(&request.permissions)?,
        effect: parse_effect(request.effect.as_deref())?.as_str().to_owned(),
        priority: parse_priority(request.priority)?,
        conditions,
        attribute_conditions: parse_attribute_conditions(request.attribute_conditions)?,
        expires_at: parse_expiry(request.expires_at, now)?,
        created_by_type: live.principal.kind().to_owned(),
        created_by_id: live.principal.uuid(),
        created_at: now,
        uses_left: uses,
    };
    op.tx().insert_policy(&row).await?;
    changed(op, caller, &row, "policy.create").await?;
    policy_of(row)
}

/// Everything that must happen when the set of policies changes.
async fn changed(
    op: &mut Op,
    caller: &Caller,
    row: &PolicyRow,
    action: &'static str,
) -> Result<()> {
    op.tx().bump_epoch(row.vault_id.as_uuid()).await?;
    let principal = Principal::from_parts(&row.principal_type, row.principal_id)?;
    vaults::reach_changed(op, principal).await?;
    let permissions: Vec<String> = serde_json::from_str(&row.permissions)?;
    let details = Details::new()
        .uuid("vault_id", row.vault_id)
        .text(
            "principal",
            format!("{}:{}", row.principal_type, row.principal_id),
        )
        .text("pattern", &row.path_pattern)
        .texts("permissions", permissions)
        .text("effect", &row.effect);
    op.log(entry(
        row.org_id,
        caller.actor(),
        caller.ip(),
        action,
        ("policy", row.id.to_string()),
        details,
    ));
    Ok(())
}

/// Lists the policies of a vault, for those who control it.
pub async fn list(app: &App, caller: &Caller, vault: VaultId) -> Result<Vec<Policy>> {
    let mut view = app.view(caller).await?;
    let row = view
        .tx
        .find_vault(caller.org(), vault)
        .await?
        .ok_or_else(vaults::missing)?;
    require_control(&view.live, &vault_of(row)?)?;
    let rows = view.tx.list_policies(caller.org(), vault).await?;
    rows.into_iter().map(policy_of).collect()
}

/// Changes a policy.
pub async fn update(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    id: PolicyId,
    request: UpdateRequest,
) -> Result<Policy> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            control(op, &live, vault).await?;
            let mut row = op
                .tx()
                .find_policy_for_update(live.org, vault, id)
                .await?
                .ok_or_else(missing)?;
            let now = op.now();
            apply(&mut row, request, now)?;
            if !op.tx().update_policy(&row).await? {
                return Err(missing());
            }
            changed(op, &caller, &row, "policy.update").await?;
            policy_of(row)
        })
    })
    .await
}

fn apply(row: &mut PolicyRow, request: UpdateRequest, now: Timestamp) -> Result<()> {
    if let Some(permissions) = request.permissions {
        row.permissions = parse_permissions(&permissions)?;
    }
    if let Some(effect) = request.effect {
        parse_effect(Some(&effect))?
            .as_str()
            .clone_into(&mut row.effect);
    }
    if request.priority.is_some() {
        row.priority = parse_priority(request.priority)?;
    }
    if request.conditions.is_some() {
        row.conditions = parse_conditions(request.conditions)?;
        let principal = Principal::from_parts(&row.principal_type, row.principal_id)?;
        require_asker(principal, &row.conditions)?;
    }
    if request.attribute_conditions.is_some() {
        row.attribute_conditions = parse_attribute_conditions(request.attribute_conditions)?;
    }
    if let Some(expires_at) = request.expires_at {
        row.expires_at = parse_expiry(expires_at, now)?;
    }
    Ok(())
}

/// Removes a policy.
pub async fn delete(app: &App, caller: &Caller, vault: VaultId, id: PolicyId) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            control(op, &live, vault).await?;
            let row = op
                .tx()
                .find_policy(live.org, vault, id)
                .await?
                .ok_or_else(missing)?;
            if !op.tx().delete_policy(live.org, vault, id).await? {
                return Err(missing());
            }
            changed(op, &caller, &row, "policy.delete").await
        })
    })
    .await
}

/// A question for [`explain`].
#[derive(Clone, Debug)]
pub struct Question {
    /// Who would ask; the caller when absent.
    pub principal: Option<Principal>,
    /// What for.
    pub action: Action,
    /// Where.
    pub path: SecretPath,
    /// From which address. When absent: the caller's own for themselves, unknown for others.
    pub ip: Option<IpAddr>,
    /// In which environment; the principal's own when absent.
    pub environment: Option<String>,
    /// When; now when absent.
    pub at: Option<Timestamp>,
}

/// Says what would be decided and which rule would decide, by the same evaluator that decides.
/// Those who control the vault may ask for anybody, everybody for themselves. Whether the secret
/// exists plays no part.
pub async fn explain(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    question: Question,
) -> Result<Explanation> {
    let mut view = app.view(caller).await?;
    let row = view
        .tx
        .find_vault(caller.org(), vault)
        .await?
        .ok_or_else(vaults::missing)?;
    let live = match question.principal {
        None => view.live.clone(),
        Some(principal) if principal == caller.principal() => view.live.clone(),
        Some(principal) => {
            require_control(&view.live, &vault_of(row)?)?;
            let method = match principal {
                Principal::User(_) => AuthMethod::Password,
                Principal::Agent(_) => AuthMethod::ApiKey,
            };
            let loaded = crate::live::load_principal(
                &mut view.tx,
                principal,
                caller.org(),
                method,
                view.now,
            )
            .await;
            let unknown = || {
                Error::invalid(
                    "principal_id",
                    "There is no such active user or agent in your organisation.",
                )
            };
            loaded.map_err(|_| unknown())?.live
        }
    };
    let asked = std::mem::replace(&mut view.live, live);
    let seen = view.vault_view(vault).await?;
    let mut request = seen.request(
        &view.live,
        caller,
        question.action,
        &question.path,
        question.at.unwrap_or(view.now),
    );
    if question.ip.is_some() || view.live.principal != asked.principal {
        // Somebody else's address is not known: conditions on it are shown as not met.
        request.ip = question.ip;
    }
    if question.environment.is_some() {
        request.environment = question.environment.as_deref();
    }
    Ok(explain_rules(&request, seen.rules.all()))
}

async fn control(op: &mut Op, live: &Live, vault: VaultId) -> Result<()> {
    let row = op
        .tx()
        .find_vault(live.org, vault)
        .await?
        .ok_or_else(vaults::missing)?;
    require_control(live, &vault_of(row)?)
}

async fn require_principal(op: &mut Op, org: OrgId, principal: Principal) -> Result<()> {
    let known = match principal {
        Principal::User(id) => op.tx().find_member(org, id).await?.is_some(),
        Principal::Agent(id) => op.tx().find_agent(org, id).await?.is_some(),
    };
    if known {
        return Ok(());
    }
    Err(Error::invalid(
        "principal_id",
        "There is no such user or agent in your organisation.",
    ))
}

/// Gives the human who let an agent in full access to a vault the agent made.
pub(crate) async fn open_to_creator(
    op: &mut Op,
    caller: &Caller,
    vault: VaultId,
    creator: UserId,
) -> Result<()> {
    let live = op.authenticate(caller).await?;
    if op.tx().find_member(live.org, creator).await?.is_none() {
        return Ok(());
    }
    let request = CreateRequest {
        pattern: "**".to_owned(),
        principal: Principal::User(creator),
        permissions: ["read", "write", "delete"].map(str::to_owned).to_vec(),
        effect: None,
        priority: None,
        conditions: None,
        attribute_conditions: None,
        expires_at: None,
    };
    insert(op, caller, &live, vault, request).await.map(|_| ())
}

/// A policy that is not saved as the evaluator takes it, checked like one that is. Its id is nil.
pub(crate) fn draft_rule(request: &CreateRequest, now: Timestamp) -> Result<Rule> {
    let permissions = PermissionSet::parse(&request.permissions)
        .map_err(|error| Error::invalid("permissions", error.to_string()))?;
    let conditions = parse_conditions(request.conditions.clone())?;
    let attributes = parse_attribute_conditions(request.attribute_conditions.clone())?;
    let priority = parse_priority(request.priority)?;
    Ok(Rule {
        id: PolicyId::NIL,
        principal: request.principal,
        pattern: parse_pattern(&request.pattern)?,
        permissions,
        effect: parse_effect(request.effect.as_deref())?,
        priority: i32::try_from(priority).map_err(Error::internal)?,
        expires_at: parse_expiry(request.expires_at, now)?,
        conditions: Conditions::stored(&conditions),
        attribute_conditions: AttributeConditions::stored(&attributes),
    })
}

/// A stored policy as the evaluator takes it. What no longer parses must not open anything: a
/// damaged row is an error, not a rule that is left out.
pub(crate) fn rule_of(row: &PolicyRow) -> Result<Rule> {
    let permissions: Vec<String> = serde_json::from_str(&row.permissions)?;
    Ok(Rule {
        id: row.id,
        principal: Principal::from_parts(&row.principal_type, row.principal_id)?,
        pattern: PathPattern::parse(&row.path_pattern).map_err(Error::internal)?,
        permissions: PermissionSet::parse(&permissions).map_err(Error::internal)?,
        effect: Effect::from_str(&row.effect).map_err(Error::internal)?,
        priority: i32::try_from(row.priority).map_err(Error::internal)?,
        expires_at: row.expires_at,
        conditions: Conditions::stored(&row.conditions),
        attribute_conditions: AttributeConditions::stored(&row.attribute_conditions),
    })
}

fn policy_of(row: PolicyRow) -> Result<Policy> {
    Ok(Policy {
        id: row.id,
        vault: row.vault_id,
        pattern: row.path_pattern,
        principal: Principal::from_parts(&row.principal_type, row.principal_id)?,
        permissions: serde_json::from_str(&row.permissions)?,
        effect: Effect::from_str(&row.effect).map_err(Error::internal)?,
        priority: row.priority,
        conditions: row.conditions,
        attribute_conditions: row.attribute_conditions,
        expires_at: row.expires_at,
        created_by: Principal::from_parts(&row.created_by_type, row.created_by_id)?,
        created_at: row.created_at,
        uses_left: row.uses_left,
    })
}

fn parse_pattern(text: &str) -> Result<PathPattern> {
    PathPattern::parse(text)
        .map_err(|error| Error::invalid("secret_path_pattern", error.to_string()))
}

fn parse_permissions(words: &[String]) -> Result<String> {
    let set = PermissionSet::parse(words)
        .map_err(|error| Error::invalid("permissions", error.to_string()))?;
    Ok(serde_json::to_string(
        &set.iter()
            .map(oneclaw_core::policy::Permission::as_str)
            .collect::<Vec<_>>(),
    )?)
}

fn parse_effect(text: Option<&str>) -> Result<Effect> {
    text.map_or(Ok(Effect::Allow), |text| {
        Effect::from_str(text)
            .map_err(|_| Error::invalid("effect", "The effect must be allow or deny."))
    })
}

fn parse_priority(priority: Option<i64>) -> Result<i64> {
    match priority.unwrap_or(0) {
        priority if (0..=i64::from(i32::MAX)).contains(&priority) => Ok(priority),
        _ => Err(Error::invalid(
            "priority",
            "The priority must be a whole number from 0 on.",
        )),
    }
}

fn parse_conditions(text: Option<String>) -> Result<String> {
    let text = text.unwrap_or_else(|| "{}".to_owned());
    let parsed = Conditions::parse(&text)
        .map_err(|error| Error::invalid("conditions", error.to_string()))?;
    Ok(parsed.as_str().to_owned())
}

/// Only agents have a human to ask.
fn require_asker(principal: Principal, conditions: &str) -> Result<()> {
    if principal.is_user() && Conditions::stored(conditions).require_approval() {
        return Err(Error::invalid(
            "conditions",
            "require_approval is for agents: a person has nobody to ask.",
        ));
    }
    Ok(())
}

fn parse_attribute_conditions(text: Option<String>) -> Result<String> {
    let text = text.unwrap_or_else(|| "{}".to_owned());
    let parsed = AttributeConditions::parse(&text)
        .map_err(|error| Error::invalid("attribute_conditions", error.to_string()))?;
    Ok(parsed.as_str().to_owned())
}

fn parse_expiry(expires_at: Option<Timestamp>, now: Timestamp) -> Result<Option<Timestamp>> {
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Error::invalid("expires_at", "The expiry lies in the past."));
    }
    Ok(expires_at)
}

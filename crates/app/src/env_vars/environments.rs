//! Environments of a vault: the three that every vault has, and those that were added.

use super::{EnvVarRow, Reason, Room, check_number, environments_of, open, seal};
use crate::App;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::Op;
use crate::vaults::{self, require_control, vault_of};
use oneclaw_core::audit::Details;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{EnvironmentId, OrgId, VaultId};
use oneclaw_crypto::envelope::InternalPurpose;
use oneclaw_store::StoreError;
use oneclaw_store::env_vars::EnvironmentRow;
use uuid::Uuid;

/// The environments that every vault has.
pub const BUILT_IN: [&str; 3] = ["production", "preview", "development"];
/// Most environments that can be added to a vault.
const MOST: usize = 50;

/// An environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name.
    pub slug: String,
    /// Free text.
    pub description: Option<String>,
    /// Whether every vault has it.
    pub is_built_in: bool,
    /// The environment whose variables it began with. It got copies, so it is detached from it.
    pub copied_from: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The names of all environments of a vault.
pub(super) async fn slugs(op: &mut Op, org: OrgId, vault: VaultId) -> Result<Vec<String>> {
    let added = op.tx().list_environments(org, vault).await?;
    let built_in = BUILT_IN.map(str::to_owned).into_iter();
    Ok(built_in
        .chain(added.into_iter().map(|row| row.slug))
        .collect())
}

/// Checks a list of environments of a vault, as it is stored: without repetitions, in the vault's order.
pub(super) fn parse(asked: Option<Vec<String>>, known: &[String]) -> Result<String> {
    let asked = asked.unwrap_or_else(|| BUILT_IN.map(str::to_owned).to_vec());
    if let Some(unknown) = asked.iter().find(|slug| !known.contains(slug)) {
        return Err(Error::invalid(
            "environments",
            format!("This vault has no environment {unknown:?}."),
        ));
    }
    let kept: Vec<&String> = known.iter().filter(|slug| asked.contains(slug)).collect();
    if kept.is_empty() {
        return Err(Error::invalid(
            "environments",
            "A variable needs at least one environment.",
        ));
    }
    Ok(serde_json::to_string(&kept)?)
}

fn parse_slug(slug: &str) -> Result<()> {
    let is_name = (2..=30).contains(&slug.len())
        && slug
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if is_name {
        return Ok(());
    }
    Err(Error::invalid(
        "slug",
        "A name is 2 to 30 small letters, digits and hyphens, with no hyphen at the ends.",
    ))
}

fn environment_of(row: EnvironmentRow) -> Environment {
    Environment {
        id: row.id,
        slug: row.slug,
        description: row.description,
        is_built_in: false,
        copied_from: row.copied_from,
        created_at: row.created_at,
    }
}

/// The environments of a vault that the caller may know of.
pub async fn list_environments(
    app: &App,
    caller: &Caller,
    vault: VaultId,
) -> Result<Vec<Environment>> {
    let vault = vaults::find(app, caller, vault).await?;
    let mut view = app.view(caller).await?;
    let added = view.tx.list_environments(caller.org(), vault.id).await?;
    let built_in = (0_u128..).zip(BUILT_IN).map(|(number, slug)| Environment {
        // Nobody made them, so they have no id of their own: the vault's, counted on.
        id: EnvironmentId::from_uuid(Uuid::from_u128(vault.id.as_uuid().as_u128() ^ (number + 1))),
        slug: slug.to_owned(),
        description: None,
        is_built_in: true,
        copied_from: None,
        created_at: vault.created_at,
    });
    Ok(built_in
        .chain(added.into_iter().map(environment_of))
        .collect())
}

/// Adds an environment, with copies of the variables of another one if that is wanted. For those who
/// control the vault; the values are copied unseen.
pub async fn create_environment(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    slug: &str,
    description: Option<String>,
    copy_from: Option<String>,
) -> Result<Environment> {
    parse_slug(slug)?;
    let description = description.filter(|text| !text.is_empty());
    if description
        .as_ref()
        .is_some_and(|text| text.chars().count() > 1000)
    {
        return Err(Error::invalid(
            "description",
            "The description is longer than 1000 characters.",
        ));
    }
    let (app_in, caller, slug) = (app.clone(), caller.clone(), slug.to_owned());
    app.run(move |op| {
        Box::pin(async move {
            let room = controlled(op, &caller, vault).await?;
            let known = slugs(op, room.org(), vault).await?;
            if known.contains(&slug) {
                return Err(taken());
            }
            if known.len() >= MOST.saturating_add(BUILT_IN.len()) {
                return Err(Error::limit_reached(format!(
                    "A vault has at most {MOST} environments of its own."
                )));
            }
            if copy_from.as_ref().is_some_and(|from| !known.contains(from)) {
                return Err(Error::invalid(
                    "copy_from",
                    "This vault has no such environment.",
                ));
            }
            let row = EnvironmentRow {
                id: op.new_id(),
                org_id: room.org(),
                vault_id: vault,
                slug,
                description,
                copied_from: copy_from,
                created_at: op.now(),
            };
            let inserted = op.tx().insert_environment(&row).await;
            inserted.map_err(|error| match error {
                StoreError::AlreadyExists => taken(),
                other => other.into(),
            })?;
            let copied = copy_variables(&app_in, op, &room, &row).await?;
            let details = Details::new()
                .text("environment", &row.slug)
                .int("copied", copied);
            log(op, &room, "environment.create", details);
            Ok(environment_of(row))
        })
    })
    .await
}

fn taken() -> Error {
    Error::conflict("This vault has an environment of this name already.")
}

fn log(op: &mut Op, room: &Room<'_>, action: &'static str, details: Details) {
    let resource = ("vault", room.vault().to_string());
    op.log(crate::lane::entry_of(
        room.caller,
        action,
        resource,
        details,
    ));
}

async fn controlled<'a>(op: &mut Op, caller: &'a Caller, vault: VaultId) -> Result<Room<'a>> {
    let room = Room::enter(op, caller, vault).await?;
    let row = op.tx().find_vault(room.org(), vault).await?;
    require_control(&room.live, &vault_of(row.ok_or_else(vaults::missing)?)?)?;
    Ok(room)
}

async fn copy_variables(
    app: &App,
    op: &mut Op,
    room: &Room<'_>,
    environment: &EnvironmentRow,
) -> Result<usize> {
    let Some(from) = &environment.copied_from else {
        return Ok(0);
    };
    let mut copied = 0_usize;
    for row in op.tx().list_env_vars(room.org(), room.vault()).await? {
        if !environments_of(&row)?.contains(from) {
            continue;
        }
        let purpose = Reason::Internal(InternalPurpose::Rotation);
        let value = open(app, op, &row, purpose).await?;
        let now = op.now();
        let mut copy = EnvVarRow {
            id: op.new_id(),
            environments: serde_json::to_string(&[&environment.slug])?,
            version: 1,
            created_at: now,
            updated_at: now,
            ..row
        };
        check_number(op, &copy, 1).await?;
        seal(app, op, &mut copy, &value).await?;
        op.tx().insert_env_var(&copy).await?;
        copied = copied.saturating_add(1);
    }
    Ok(copied)
}

/// Removes an environment; variables that hold nowhere else go with it. For those who control the vault.
pub async fn delete_environment(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    slug: &str,
) -> Result<()> {
    let (caller, slug) = (caller.clone(), slug.to_owned());
    app.run(move |op| {
        Box::pin(async move {
            let room = controlled(op, &caller, vault).await?;
            if BUILT_IN.contains(&slug.as_str()) {
                return Err(Error::conflict(
                    "Every vault has production, preview and development; they stay.",
                ));
            }
            if !op.tx().delete_environment(room.org(), vault, &slug).await? {
                return Err(Error::not_found("This vault has no such environment."));
            }
            let mut removed = 0_usize;
            for mut row in op.tx().list_env_vars(room.org(), vault).await? {
                let mut names = environments_of(&row)?;
                if !names.contains(&slug) {
                    continue;
                }
                names.retain(|name| *name != slug);
                if names.is_empty() {
                    op.tx().delete_env_var(room.org(), vault, row.id).await?;
                    removed = removed.saturating_add(1);
                } else {
                    row.environments = serde_json::to_string(&names)?;
                    row.updated_at = op.now();
                    op.tx().update_env_var(&row).await?;
                }
            }
            let details = Details::new()
                .text("environment", &slug)
                .int("variables", removed);
            log(op, &room, "environment.delete", details);
            Ok(())
        })
    })
    .await
}

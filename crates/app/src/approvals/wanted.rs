//! The access that a question asks for.

use crate::error::{Error, Result};
use oneclaw_core::id::{AgentId, VaultId};
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Permission, PermissionSet};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// The longest time that access is asked or granted for: a year.
const LONGEST: i64 = 365 * 24 * 60 * 60;

/// Access, checked.
pub(super) struct Wanted {
    pub(super) vault: VaultId,
    pub(super) pattern: PathPattern,
    pub(super) permissions: PermissionSet,
    pub(super) seconds: Option<i64>,
}

/// The summary of such a question, in the spellings that clients use.
#[derive(Deserialize)]
struct Summary {
    vault_id: VaultId,
    #[serde(alias = "secret_path_pattern", alias = "secret_path", alias = "path")]
    path_pattern: String,
    #[serde(default)]
    permissions: Option<Vec<String>>,
    #[serde(default)]
    duration_seconds: Option<i64>,
    #[serde(default)]
    principal_id: Option<Uuid>,
}

/// The summary of a question for a value.
#[derive(Deserialize)]
struct Slot {
    vault_id: VaultId,
    path: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

/// The type that a value is asked for as.
pub(super) fn provided_kind(summary: &str) -> Option<String> {
    serde_json::from_str::<Slot>(summary).ok()?.kind
}

impl Wanted {
    /// Reads the summary of an agent's question. It can ask for itself alone.
    pub(super) fn parse(summary: &Value, seconds: Option<i64>, agent: AgentId) -> Result<Self> {
        // Some clients send the object as text.
        let parsed = match summary {
            Value::String(text) => serde_json::from_str::<Summary>(text),
            other => Summary::deserialize(other),
        };
        let summary = parsed.map_err(|_| {
            Error::invalid(
                "summary",
                "To ask for access, name vault_id, path_pattern and permissions in the summary.",
            )
        })?;
        if summary
            .principal_id
            .is_some_and(|principal| principal != agent.as_uuid())
        {
            return Err(Error::invalid(
                "summary",
                "An agent can ask for access for itself only.",
            ));
        }
        let words = summary
            .permissions
            .unwrap_or_else(|| vec![Permission::Read.as_str().to_owned()]);
        Ok(Self {
            vault: summary.vault_id,
            pattern: PathPattern::parse(&summary.path_pattern)
                .map_err(|error| Error::invalid("summary", error.to_string()))?,
            permissions: PermissionSet::parse(&words)
                .map_err(|error| Error::invalid("summary", error.to_string()))?,
            seconds: checked_seconds("duration_seconds", seconds.or(summary.duration_seconds))?,
        })
    }

    /// A value for one path. That the agent may read it there does not follow.
    pub(super) fn value_at(summary: &Value) -> Result<Self> {
        let wrong = |why: String| Error::invalid("summary", why);
        let summary = Slot::deserialize(summary).map_err(|_| {
            wrong("To ask for a value, name vault_id and path in the summary.".to_owned())
        })?;
        let path = SecretPath::parse(&summary.path).map_err(|error| wrong(error.to_string()))?;
        if let Some(kind) = &summary.kind {
            SecretType::parse(kind).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(Self {
            vault: summary.vault_id,
            pattern: PathPattern::exactly(&path),
            permissions: PermissionSet::from_iter([]),
            seconds: None,
        })
    }

    /// One read of one path.
    pub(super) fn read_of(vault: VaultId, path: &SecretPath) -> Self {
        Self {
            vault,
            pattern: PathPattern::exactly(path),
            permissions: PermissionSet::from_iter([Permission::Read]),
            seconds: None,
        }
    }

    /// The summary of a question that the server puts on an agent's behalf.
    pub(super) fn summary(&self) -> String {
        json!({ "vault_id": self.vault, "path_pattern": self.pattern.as_str(), "permissions": self.permissions }).to_string()
    }

    /// The permissions as stored.
    pub(super) fn permissions_json(&self) -> Result<String> {
        Ok(serde_json::to_string(&self.permissions)?)
    }

    /// The least risk that this is: reading one named secret is a small thing, anything that changes
    /// secrets or reaches more than one is not.
    pub(super) fn risk_tier(&self) -> i64 {
        let changes = [Permission::Write, Permission::Delete, Permission::Rotate]
            .into_iter()
            .any(|permission| self.permissions.contains(permission));
        if changes || self.pattern.as_str().contains('*') {
            2
        } else {
            1
        }
    }
}

/// A time that access may last.
pub(super) fn checked_seconds(field: &'static str, seconds: Option<i64>) -> Result<Option<i64>> {
    match seconds {
        Some(seconds) if !(1..=LONGEST).contains(&seconds) => Err(Error::invalid(
            field,
            "The time must be between a second and 365 days, in seconds.",
        )),
        other => Ok(other),
    }
}

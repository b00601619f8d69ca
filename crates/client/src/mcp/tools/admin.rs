//! Vaults of one's own, and who may use them.

use oneclaw_core::id::VaultId;
use oneclaw_core::path::PathPattern;
use oneclaw_core::policy::PermissionSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Id;
use super::read::VaultSummary;
use crate::mcp::outcome::{Outcome, Refusal};
use crate::mcp::session::Session;
use crate::policies::CreatePolicyRequest;
use crate::vaults::CreateVaultRequest;
use crate::wire::PrincipalType;

/// Arguments of `create_vault`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct VaultParams {
    /// Its name, unique in the organisation.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    /// What it is for.
    description: Option<String>,
}

/// Who gets access.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Grantee {
    User,
    Agent,
}

/// What is allowed.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Permission {
    Read,
    Write,
    Delete,
}

impl Permission {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }
}

/// Arguments of `grant_access`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct GrantParams {
    /// Id of a vault that you own.
    #[schemars(with = "String", extend("format" = "uuid"))]
    vault_id: VaultId,
    /// Whether it is a user or an agent.
    principal_type: Grantee,
    /// Id of the user or agent.
    #[schemars(with = "String", extend("format" = "uuid"))]
    principal_id: Uuid,
    /// What they may do.
    #[serde(default = "read_only")]
    permissions: Vec<Permission>,
    /// At which paths: `*` is one segment, `**` any number.
    #[serde(default = "everywhere")]
    secret_path_pattern: String,
}

fn read_only() -> Vec<Permission> {
    vec![Permission::Read]
}

fn everywhere() -> String {
    "**".to_owned()
}

/// A policy that was made.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Granted {
    /// Its id.
    policy_id: Id,
    /// The vault.
    vault_id: Id,
    /// `user` or `agent`.
    principal_type: String,
    /// Who got access.
    principal_id: Id,
    /// What they may do.
    permissions: Vec<String>,
    /// At which paths.
    secret_path_pattern: String,
}

/// Vaults and policies.
impl Session {
    pub(in crate::mcp) async fn create_vault(
        &self,
        params: VaultParams,
    ) -> Result<Outcome, Refusal> {
        let request = CreateVaultRequest {
            name: params.name,
            description: params.description,
        };
        let vault = VaultSummary::from(self.client.create_vault(&request).await?);
        Ok(Outcome::new(vault.lines(), &vault))
    }

    pub(in crate::mcp) async fn grant_access(
        &self,
        params: GrantParams,
    ) -> Result<Outcome, Refusal> {
        let words: Vec<_> = params
            .permissions
            .iter()
            .map(|word| word.as_str())
            .collect();
        let permissions = PermissionSet::parse(&words).map_err(Refusal::arguments)?;
        let pattern =
            PathPattern::parse(&params.secret_path_pattern).map_err(Refusal::arguments)?;
        let request = CreatePolicyRequest {
            secret_path_pattern: pattern,
            principal_type: match params.principal_type {
                Grantee::User => PrincipalType::User,
                Grantee::Agent => PrincipalType::Agent,
            },
            principal_id: params.principal_id,
            permissions,
            conditions: None,
            expires_at: None,
            effect: None,
            priority: None,
            attribute_conditions: None,
        };
        let policy = self.client.create_policy(params.vault_id, &request).await?;
        let permissions = policy.permissions.iter();
        let granted = Granted {
            policy_id: policy.id.to_string(),
            vault_id: policy.vault_id.to_string(),
            principal_type: policy.principal_type.to_string(),
            principal_id: policy.principal_id.to_string(),
            permissions: permissions.map(|word| word.as_str().to_owned()).collect(),
            secret_path_pattern: policy.secret_path_pattern.to_string(),
        };
        let text = format!(
            "Access granted.\npolicy: {}\nvault: {}\nto: {}:{}\npermissions: {}\npaths: {}",
            granted.policy_id,
            granted.vault_id,
            granted.principal_type,
            granted.principal_id,
            granted.permissions.join(", "),
            granted.secret_path_pattern
        );
        Ok(Outcome::new(text, &granted))
    }
}

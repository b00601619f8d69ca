//! Environment variables and environments of vaults, and variables of the whole organisation.

use std::collections::BTreeMap;

use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{EnvVarId, EnvironmentId, VaultId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{Patch, SecretText, vocabulary};

/// A variable.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvVar {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: EnvVarId,
    /// Its name.
    pub key: String,
    /// Where it holds.
    pub environments: Vec<String>,
    /// The branch it is for, `null` for any.
    pub git_branch: Option<String>,
    /// People cannot read it back.
    pub sensitive: bool,
    /// Free text.
    pub comment: Option<String>,
    /// Its value, `null` when it is sensitive or was not sent along with a change.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub value: Option<SecretText>,
    /// Grows with every value.
    pub version: u32,
    /// Who made it, `user:…` or `agent:…`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub created_by: Option<Principal>,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

/// Answer of `GET /v1/vaults/{vault_id}/env-vars`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvVarListResponse {
    /// By key.
    pub env_vars: Vec<EnvVar>,
}

/// Body of `POST /v1/vaults/{vault_id}/env-vars`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateEnvVarRequest {
    /// 1 to 256 capital letters, digits and underscores.
    pub key: String,
    /// Its value, at most 64 KiB.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub value: SecretText,
    /// Where it holds; `production`, `preview` and `development` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
    /// The branch it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_branch: Option<String>,
    /// People cannot read it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<bool>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Body of `PATCH /v1/vaults/{vault_id}/env-vars/{key}`; what is absent stays.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateEnvVarRequest {
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub value: Option<SecretText>,
    /// Where it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
    /// People cannot read it back. Taking that back needs a new value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<bool>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub comment: Patch<String>,
}

/// Which of the variables of one key is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct EnvVarQuery {
    /// The one that holds in this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The one for this branch; the one for no branch when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_branch: Option<String>,
}

vocabulary! {
    /// Where a resolved value came from.
    pub enum EnvVarSource {
        /// The organisation.
        Shared = "shared",
        /// The vault.
        Vault = "vault",
        /// The vault, for this branch.
        BranchOverride = "branch_override",
    }
}

/// Answer of `GET /v1/vaults/{vault_id}/env-vars/resolve`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResolveEnvVarsResponse {
    /// Values by key.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub vars: BTreeMap<String, SecretText>,
    /// Where each came from.
    pub sources: BTreeMap<String, EnvVarSource>,
    /// The environment.
    pub environment: String,
    /// The branch.
    pub git_branch: Option<String>,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub resolved_at: Timestamp,
    /// Keys of sensitive variables, which only agents get; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
}

/// An environment of a vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VaultEnvironment {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: EnvironmentId,
    /// Its name.
    pub slug: String,
    /// Free text.
    pub description: Option<String>,
    /// Whether every vault has it.
    pub is_builtin: bool,
    /// The environment whose variables it began with.
    pub copied_from: Option<String>,
    /// Whether what is changed there no longer changes here: true for every copy.
    pub is_detached: bool,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Answer of `GET /v1/vaults/{vault_id}/environments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvironmentListResponse {
    /// Those that every vault has first, then the others, oldest first.
    pub environments: Vec<VaultEnvironment>,
}

/// Body of `POST /v1/vaults/{vault_id}/environments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateEnvironmentRequest {
    /// 2 to 30 small letters, digits and hyphens.
    pub slug: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Begin with copies of the variables of this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_from: Option<String>,
}

/// A variable of the organisation.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgEnvVar {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: EnvVarId,
    /// Its name.
    pub key: String,
    /// Where it holds.
    pub environments: Vec<String>,
    /// People cannot read it back.
    pub sensitive: bool,
    /// Free text.
    pub comment: Option<String>,
    /// Its value, `null` when it is sensitive or was not sent along with a change.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub value: Option<SecretText>,
    /// Grows with every value.
    pub version: u32,
    /// The vaults in which it holds.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Uuid>))]
    pub linked_vaults: Vec<VaultId>,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

/// Answer of `GET /v1/org/env-vars`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgEnvVarListResponse {
    /// By key.
    pub env_vars: Vec<OrgEnvVar>,
}

/// Body of `POST /v1/org/env-vars/{id}/link`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkEnvVarRequest {
    /// The vault in which it is to hold.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
}

fn vars(call: Call, vault: VaultId) -> Call {
    call.at(vault).at("env-vars")
}

/// Environment variables.
impl Client {
    /// `GET /v1/vaults/{vault_id}/env-vars`.
    pub async fn list_env_vars(
        &self,
        vault_id: VaultId,
        query: &EnvVarQuery,
    ) -> Result<EnvVarListResponse, Error> {
        self.fetch(vars(Call::get("v1/vaults"), vault_id).query(query)?)
            .await
    }

    /// `POST /v1/vaults/{vault_id}/env-vars`.
    pub async fn create_env_var(
        &self,
        vault_id: VaultId,
        request: &CreateEnvVarRequest,
    ) -> Result<EnvVar, Error> {
        self.fetch(vars(Call::post("v1/vaults"), vault_id).json(request)?)
            .await
    }

    /// `GET /v1/vaults/{vault_id}/env-vars/{key}`.
    pub async fn get_env_var(
        &self,
        vault_id: VaultId,
        key: &str,
        query: &EnvVarQuery,
    ) -> Result<EnvVar, Error> {
        self.fetch(
            vars(Call::get("v1/vaults"), vault_id)
                .at(key)
                .query(query)?,
        )
        .await
    }

    /// `PATCH /v1/vaults/{vault_id}/env-vars/{key}`.
    pub async fn update_env_var(
        &self,
        vault_id: VaultId,
        key: &str,
        query: &EnvVarQuery,
        request: &UpdateEnvVarRequest,
    ) -> Result<EnvVar, Error> {
        let call = vars(Call::patch("v1/vaults"), vault_id).at(key);
        self.fetch(call.query(query)?.json(request)?).await
    }

    /// `DELETE /v1/vaults/{vault_id}/env-vars/{key}`.
    pub async fn delete_env_var(
        &self,
        vault_id: VaultId,
        key: &str,
        query: &EnvVarQuery,
    ) -> Result<(), Error> {
        self.execute(
            vars(Call::delete("v1/vaults"), vault_id)
                .at(key)
                .query(query)?,
        )
        .await
    }

    /// `GET /v1/vaults/{vault_id}/env-vars/resolve`.
    pub async fn resolve_env_vars(
        &self,
        vault_id: VaultId,
        query: &EnvVarQuery,
    ) -> Result<ResolveEnvVarsResponse, Error> {
        self.fetch(
            vars(Call::get("v1/vaults"), vault_id)
                .at("resolve")
                .query(query)?,
        )
        .await
    }

    /// `GET /v1/vaults/{vault_id}/environments`.
    pub async fn list_vault_environments(
        &self,
        vault_id: VaultId,
    ) -> Result<EnvironmentListResponse, Error> {
        self.fetch(Call::get("v1/vaults").at(vault_id).at("environments"))
            .await
    }

    /// `POST /v1/vaults/{vault_id}/environments`.
    pub async fn create_vault_environment(
        &self,
        vault_id: VaultId,
        request: &CreateEnvironmentRequest,
    ) -> Result<VaultEnvironment, Error> {
        let call = Call::post("v1/vaults").at(vault_id).at("environments");
        self.fetch(call.json(request)?).await
    }

    /// `DELETE /v1/vaults/{vault_id}/environments/{slug}`.
    pub async fn delete_vault_environment(
        &self,
        vault_id: VaultId,
        slug: &str,
    ) -> Result<(), Error> {
        let call = Call::delete("v1/vaults").at(vault_id).at("environments");
        self.execute(call.at(slug)).await
    }

    /// `GET /v1/org/env-vars`.
    pub async fn list_org_env_vars(&self) -> Result<OrgEnvVarListResponse, Error> {
        self.fetch(Call::get("v1/org/env-vars")).await
    }

    /// `POST /v1/org/env-vars`.
    pub async fn create_org_env_var(
        &self,
        request: &CreateEnvVarRequest,
    ) -> Result<OrgEnvVar, Error> {
        self.fetch(Call::post("v1/org/env-vars").json(request)?)
            .await
    }

    /// `PATCH /v1/org/env-vars/{key}`.
    pub async fn update_org_env_var(
        &self,
        key: &str,
        request: &UpdateEnvVarRequest,
    ) -> Result<OrgEnvVar, Error> {
        self.fetch(Call::patch("v1/org/env-vars").at(key).json(request)?)
            .await
    }

    /// `DELETE /v1/org/env-vars/{id}`.
    pub async fn delete_org_env_var(&self, id: EnvVarId) -> Result<(), Error> {
        self.execute(Call::delete("v1/org/env-vars").at(id)).await
    }

    /// `POST /v1/org/env-vars/{id}/link`.
    pub async fn link_org_env_var(
        &self,
        id: EnvVarId,
        request: &LinkEnvVarRequest,
    ) -> Result<OrgEnvVar, Error> {
        let call = Call::post("v1/org/env-vars").at(id).at("link");
        self.fetch(call.json(request)?).await
    }

    /// `DELETE /v1/org/env-vars/{id}/links/{vault_id}`.
    pub async fn unlink_org_env_var(&self, id: EnvVarId, vault_id: VaultId) -> Result<(), Error> {
        let call = Call::delete("v1/org/env-vars").at(id).at("links");
        self.execute(call.at(vault_id)).await
    }
}

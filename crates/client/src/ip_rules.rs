//! Rules about the networks an organisation is reached from.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{IpRuleId, OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

/// Body of `POST /v1/security/ip-rules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateIpRuleRequest {
    /// `allow` or `deny`; `block` is another name of `deny`.
    pub rule_type: String,
    /// A network such as `203.0.113.0/24`, or one address.
    pub cidr: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Another name of `label`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `all`, `users` or `agents`; `all` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<String>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IpRuleResponse {
    /// Id of the rule.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: IpRuleId,
    /// The organisation it belongs to.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// `allow` or `deny`.
    pub rule_type: String,
    /// The network.
    pub cidr: String,
    /// For people, possibly empty.
    pub label: String,
    /// `all`, `users` or `agents`.
    pub applies_to: String,
    /// Who wrote it.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub created_by: UserId,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Answer of `GET /v1/security/ip-rules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IpRulesListResponse {
    /// The rules, oldest first.
    pub rules: Vec<IpRuleResponse>,
}

/// IP rules.
impl Client {
    /// `POST /v1/security/ip-rules`.
    pub async fn create_ip_rule(
        &self,
        request: &CreateIpRuleRequest,
    ) -> Result<IpRuleResponse, Error> {
        self.fetch(Call::post("v1/security/ip-rules").json(request)?)
            .await
    }

    /// `GET /v1/security/ip-rules`.
    pub async fn list_ip_rules(&self) -> Result<IpRulesListResponse, Error> {
        self.fetch(Call::get("v1/security/ip-rules")).await
    }

    /// `DELETE /v1/security/ip-rules/{rule_id}`.
    pub async fn delete_ip_rule(&self, rule_id: IpRuleId) -> Result<(), Error> {
        self.execute(Call::delete("v1/security/ip-rules").at(rule_id))
            .await
    }
}

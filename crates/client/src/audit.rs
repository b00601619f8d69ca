//! The audit log: what happened, and proof that the record of it was not rewritten.
//!
//! Every organisation has one append-only Merkle tree (RFC 6962 hashing). A leaf is one event; a signed checkpoint
//! (C2SP `tlog-checkpoint`) commits to all leaves below its size.
//!
//! Invariant: `details` is the exact text that was hashed, so a verifier can rebuild the leaf.

use bytes::Bytes;
use oneclaw_core::audit::Event;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{EventId, OrgId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{HexHash, JsonObject, NotAnObject};

/// One entry of the log. Never holds a value, passphrase, key or token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEvent {
    /// Id of the event.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: EventId,
    /// Place in the organisation's log, from 0: the index of its leaf.
    pub seq: u64,
    /// What happened, such as `secret.read`.
    pub action: String,
    /// Id of who did it, `system` for the server itself.
    pub actor_id: String,
    /// What `actor_id` is: `user`, `agent` or `system`.
    pub actor_type: String,
    /// What it happened to, such as `secret`.
    pub resource_type: String,
    /// Id of that thing.
    pub resource_id: String,
    /// The organisation whose log this is.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Particulars of the action.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: JsonObject,
    /// The same as `details`, under the name an earlier version of the API used.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: JsonObject,
    /// Address the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ip_address: Option<String>,
    /// When it happened.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// The same as `created_at`, under the name an earlier version of the API used.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub timestamp: Timestamp,
    /// The event before this one, `null` for the first.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub prev_event_id: Option<EventId>,
    /// The `leaf_hash` of that event, zeros for the first.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub prev_hash: HexHash,
    /// The same as `leaf_hash`, under the name the API uses for its hash chain.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub integrity_hash: HexHash,
    /// The RFC 6962 leaf hash of the event.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub leaf_hash: HexHash,
}

impl AuditEvent {
    /// An event as the API shows it.
    ///
    /// # Errors
    /// [`NotAnObject`] when the stored details are damaged.
    pub fn from_event(event: Event, prev_event_id: Option<EventId>) -> Result<Self, NotAnObject> {
        let leaf_hash = HexHash(event.leaf_hash());
        let details = JsonObject::from_text(event.details)?;
        Ok(Self {
            id: event.id,
            seq: event.seq,
            action: event.action.into_owned(),
            actor_id: event.actor_id,
            actor_type: event.actor_type.into_owned(),
            resource_type: event.resource_type.into_owned(),
            resource_id: event.resource_id,
            org_id: event.org,
            metadata: details.clone(),
            details,
            ip_address: event.ip,
            created_at: event.at,
            timestamp: event.at,
            prev_event_id,
            prev_hash: HexHash(event.prev),
            integrity_hash: leaf_hash,
            leaf_hash,
        })
    }

    /// The event that this claims to be. Hash it and compare with a proven leaf: the hashes in here are only claims.
    pub fn into_event(self) -> Event {
        Event {
            org: self.org_id,
            seq: self.seq,
            id: self.id,
            at: self.created_at,
            actor_type: self.actor_type.into(),
            actor_id: self.actor_id,
            action: self.action.into(),
            resource_type: self.resource_type.into(),
            resource_id: self.resource_id,
            details: self.details.as_str().to_owned(),
            ip: self.ip_address,
            prev: self.prev_hash.0,
        }
    }
}

/// Query of `GET /v1/audit/events`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AuditEventsQuery {
    /// Only events about this thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Only events by this user or agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// Only events of this action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only events at or after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, format = DateTime))]
    pub from: Option<Timestamp>,
    /// Only events before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, format = DateTime))]
    pub to: Option<Timestamp>,
    /// At most this many; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Skip this many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

/// Answer of `GET /v1/audit/events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEventsResponse {
    /// The events, newest first.
    pub events: Vec<AuditEvent>,
    /// How many are in this answer.
    pub count: u32,
}

/// Query of `GET /v1/audit/verify`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AuditVerifyQuery {
    /// Only events at or after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, format = DateTime))]
    pub from: Option<Timestamp>,
    /// Only events before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, format = DateTime))]
    pub to: Option<Timestamp>,
    /// At most this many, up to 10000; 1000 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// How the hashes of the log are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditScheme {
    /// The hash function and leaf encoding.
    pub algorithm: String,
    /// How leaves depend on each other.
    pub chain_structure: String,
    /// Field of an event that holds its hash.
    pub hash_field: String,
    /// Field of an event that names the one before it.
    pub link_field: String,
    /// Where all of it is written down.
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    pub documentation: String,
}

/// Answer of `GET /v1/audit/verify`: the server's own check. A checkpoint and an export allow an independent one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditVerifyResponse {
    /// Whether every hash came out as recorded.
    pub chain_valid: bool,
    /// How many events were found good.
    pub events_verified: u64,
    /// How many were looked at.
    pub events_checked: u64,
    /// The first bad one, `null` when there is none.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub broken_at_event_id: Option<EventId>,
    /// How the hashes are made.
    pub scheme: AuditScheme,
}

/// Answer of `GET /v1/audit/checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditCheckpointResponse {
    /// The signed note (C2SP `signed-note`), verbatim. The other fields are only what it says.
    pub note: String,
    /// Name of the log.
    pub origin: String,
    /// Number of leaves it commits to.
    pub size: u64,
    /// Root of the tree of those leaves.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub root_hash: HexHash,
    /// The key to verify the note with, `<name>+<hash>+<key>` as in C2SP `signed-note`. Pin it; do not trust it anew.
    pub verifier_key: String,
}

/// Query of `GET /v1/audit/proof/inclusion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct InclusionProofQuery {
    /// The event.
    pub seq: u64,
    /// The size of the tree it should be in.
    pub size: u64,
}

/// Answer of `GET /v1/audit/proof/inclusion`: proof that an event is in the tree of a given size (RFC 9162, 2.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InclusionProofResponse {
    /// The event.
    pub seq: u64,
    /// The size of the tree.
    pub size: u64,
    /// Hash of the event.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub leaf_hash: HexHash,
    /// Sibling hashes from the leaf to the root.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub hashes: Vec<HexHash>,
}

/// Query of `GET /v1/audit/proof/consistency`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ConsistencyProofQuery {
    /// Size of the older tree.
    pub from: u64,
    /// Size of the newer tree.
    pub to: u64,
}

/// Answer of `GET /v1/audit/proof/consistency`: proof that a tree grew out of an older one (RFC 9162, 2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsistencyProofResponse {
    /// Size of the older tree.
    pub from: u64,
    /// Size of the newer tree.
    pub to: u64,
    /// The hashes.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub hashes: Vec<HexHash>,
}

/// The audit log.
impl Client {
    /// `GET /v1/audit/events`.
    pub async fn query_audit_events(
        &self,
        query: &AuditEventsQuery,
    ) -> Result<AuditEventsResponse, Error> {
        self.fetch(Call::get("v1/audit/events").query(query)?).await
    }

    /// `GET /v1/audit/verify`: the server's word. `oneclaw_core::audit::verify_export` does without it.
    pub async fn verify_audit_chain(
        &self,
        query: &AuditVerifyQuery,
    ) -> Result<AuditVerifyResponse, Error> {
        self.fetch(Call::get("v1/audit/verify").query(query)?).await
    }

    /// `GET /v1/audit/checkpoint`. The note is as the server gave it; verifying it is up to the caller.
    pub async fn get_audit_checkpoint(&self) -> Result<AuditCheckpointResponse, Error> {
        self.fetch(Call::get("v1/audit/checkpoint")).await
    }

    /// `GET /v1/audit/export`: the whole log, one JSON object per line, oldest first, in the format of
    /// `oneclaw_core::audit::export_line`.
    pub async fn export_audit_log(&self) -> Result<Bytes, Error> {
        Ok(self.send(&Call::get("v1/audit/export")).await?.into_body())
    }

    /// `GET /v1/audit/proof/inclusion`.
    pub async fn get_inclusion_proof(
        &self,
        query: &InclusionProofQuery,
    ) -> Result<InclusionProofResponse, Error> {
        self.fetch(Call::get("v1/audit/proof/inclusion").query(query)?)
            .await
    }

    /// `GET /v1/audit/proof/consistency`.
    pub async fn get_consistency_proof(
        &self,
        query: &ConsistencyProofQuery,
    ) -> Result<ConsistencyProofResponse, Error> {
        self.fetch(Call::get("v1/audit/proof/consistency").query(query)?)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(details: &str) -> Event {
        Event {
            org: OrgId::NIL,
            seq: 7,
            id: EventId::NIL,
            at: Timestamp::from_millis(1_780_000_000_123),
            actor_type: "system".into(),
            actor_id: "system".to_owned(),
            action: "audit.checkpoint".into(),
            resource_type: "org".into(),
            resource_id: String::new(),
            details: details.to_owned(),
            ip: None,
            prev: [7; 32],
        }
    }

    #[test]
    fn a_leaf_can_be_rebuilt_from_the_answer() {
        for details in [
            "{}",
            r#"{"path":"a/b","version":12345678901234567890,"note":"\u0007"}"#,
        ] {
            let logged = event(details);
            let shown = AuditEvent::from_event(logged.clone(), None).unwrap();
            let json = serde_json::to_string(&shown).unwrap();
            let read: AuditEvent = serde_json::from_str(&json).unwrap();
            assert_eq!(read, shown);
            assert_eq!(HexHash(read.into_event().leaf_hash()), shown.leaf_hash);
            assert_eq!(shown.leaf_hash.0, logged.leaf_hash());
        }
    }

    #[test]
    fn aliases_say_the_same() {
        let shown = AuditEvent::from_event(event(r#"{"a":1}"#), None).unwrap();
        assert_eq!(shown.metadata, shown.details);
        assert_eq!(shown.timestamp, shown.created_at);
        assert_eq!(shown.integrity_hash, shown.leaf_hash);
    }

    #[test]
    fn damaged_details_are_an_error() {
        assert_eq!(AuditEvent::from_event(event("{"), None), Err(NotAnObject));
    }
}

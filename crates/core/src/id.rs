//! Typed identifiers.
//!
//! Every resource is named by a UUID. One newtype per kind of resource makes it a compile error to
//! pass a vault where a secret is expected.
//!
//! Invariants: the text form is always the lowercase hyphenated UUID (RFC 9562 section 4), in JSON,
//! in URLs and in the audit log; parsing accepts that form only (in any letter case), so that two
//! accepted spellings can never name different things.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The text is not a hyphenated UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID, for example 018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d")]
pub struct IdError;

/// Length of a hyphenated UUID in characters.
const HYPHENATED_LENGTH: usize = 36;

/// Parses the hyphenated form alone; `uuid` by itself would also take braces, URNs and bare hex.
pub(crate) fn parse_uuid(text: &str) -> Result<Uuid, IdError> {
    if text.len() != HYPHENATED_LENGTH {
        return Err(IdError);
    }
    Uuid::try_parse(text).map_err(|_| IdError)
}

struct UuidVisitor;

impl Visitor<'_> for UuidVisitor {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Uuid, E> {
        parse_uuid(text).map_err(E::custom)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The nil UUID: "none yet" on the wire; never stored as a row's id.
            pub const NIL: Self = Self(Uuid::nil());

            /// Wraps a UUID that is known to name this kind of resource.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, as stored.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self.0.as_hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_uuid(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut buffer = Uuid::encode_buffer();
                serializer.serialize_str(self.0.as_hyphenated().encode_lower(&mut buffer))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(UuidVisitor).map(Self)
            }
        }
    )+};
}

ids! {
    /// An organisation: the boundary of visibility.
    OrgId,
    /// A person with an account.
    UserId,
    /// A program with its own credential.
    AgentId,
    /// A vault: a set of secrets with one key and one set of policies.
    VaultId,
    /// A secret: stable for a path of a vault, the same for all its versions.
    SecretId,
    /// A policy rule.
    PolicyId,
    /// A share of one secret.
    ShareId,
    /// A pending or decided request of an agent to join.
    EnrollmentId,
    /// A signed-in session of a user.
    SessionId,
    /// An issued token (`jti`).
    TokenId,
    /// An entry of the audit log.
    EventId,
    /// A message in the outbox.
    MailId,
    /// A personal key of a user.
    ApiKeyId,
    /// A program that waits for a human to sign it in.
    DeviceCodeId,
    /// A passkey of a user.
    PasskeyId,
    /// An invitation to an organisation.
    InviteId,
    /// A question of an agent to its human.
    ApprovalId,
    /// A receiver of events over HTTP.
    WebhookId,
    /// One event on its way to one receiver.
    WebhookDeliveryId,
    /// A decoy: a path that nobody has a reason to read.
    HoneytokenId,
    /// Something that should not happen.
    RiskEventId,
    /// A credential that an agent may use without seeing it.
    BindingId,
    /// One call with such a credential.
    ExecutionId,
    /// An assistant that an admin registered, or that registered itself.
    OauthClientId,
    /// What a human allowed an assistant.
    OauthGrantId,
    /// A rule about the networks an organisation is reached from.
    IpRuleId,
    /// A move of a vault's values to another key of the client.
    CmekRotationId,
    /// An environment variable.
    EnvVarId,
    /// An environment of a vault.
    EnvironmentId,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d";

    #[test]
    fn text_and_json_forms_are_the_lowercase_uuid() {
        let id: VaultId = TEXT.to_uppercase().parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{TEXT}\""));
        assert_eq!(
            serde_json::from_str::<VaultId>(&format!("\"{TEXT}\"")).unwrap(),
            id
        );
        assert_eq!(VaultId::from_uuid(id.as_uuid()), id);
        assert_eq!(format!("{id:?}"), format!("VaultId({TEXT})"));
        assert_eq!(
            VaultId::NIL.to_string(),
            "00000000-0000-0000-0000-000000000000"
        );
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "018f3c1e7a527c3d9b1e2f4d5a6b7c8d",
            "{018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d}",
            "urn:uuid:018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d",
            "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8",
            "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8g",
            " 018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8",
            "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d\n",
            "018f3c1e_7a52_7c3d_9b1e_2f4d5a6b7c8d",
        ] {
            assert_eq!(text.parse::<VaultId>(), Err(IdError), "{text:?}");
        }
        assert!(serde_json::from_str::<VaultId>("7").is_err());
    }
}

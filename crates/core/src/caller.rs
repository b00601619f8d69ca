//! Who asks: the principal, its role, and how it proved who it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::id::{AgentId, UserId, parse_uuid};
use crate::words::words;

/// A user or an agent. The text form is the `sub` claim: `user:<uuid>` or `agent:<uuid>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// A person.
    User(UserId),
    /// A program.
    Agent(AgentId),
}

/// The text does not name a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be user:<uuid> or agent:<uuid>")]
pub struct PrincipalError;

impl Principal {
    /// `user` or `agent`: the `principal_type` and `created_by_type` of the API.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Agent(_) => "agent",
        }
    }

    /// The id without its kind.
    pub const fn uuid(&self) -> Uuid {
        match self {
            Self::User(id) => id.as_uuid(),
            Self::Agent(id) => id.as_uuid(),
        }
    }

    /// Whether this is a person.
    pub const fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    /// Puts a kind and an id, as stored in two columns, together again.
    ///
    /// # Errors
    /// When the kind is neither `user` nor `agent`.
    pub fn from_parts(kind: &str, uuid: Uuid) -> Result<Self, PrincipalError> {
        match kind {
            "user" => Ok(Self::User(UserId::from_uuid(uuid))),
            "agent" => Ok(Self::Agent(AgentId::from_uuid(uuid))),
            _ => Err(PrincipalError),
        }
    }

    /// Reads `user:<uuid>` or `agent:<uuid>`.
    ///
    /// # Errors
    /// When the text has another form.
    pub fn parse(text: &str) -> Result<Self, PrincipalError> {
        let (kind, uuid) = text.split_once(':').ok_or(PrincipalError)?;
        Self::from_parts(kind, parse_uuid(uuid).map_err(|_| PrincipalError)?)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.uuid().as_hyphenated())
    }
}

impl FromStr for Principal {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, PrincipalError> {
        Self::parse(text)
    }
}

impl From<UserId> for Principal {
    fn from(id: UserId) -> Self {
        Self::User(id)
    }
}

impl From<AgentId> for Principal {
    fn from(id: AgentId) -> Self {
        Self::Agent(id)
    }
}

impl Serialize for Principal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

words! {
    /// The role of a user in an organisation.
    pub enum Role, "role" {
        /// May do everything, including handing over ownership.
        Owner = "owner",
        /// May manage members, agents and policies.
        Admin = "admin",
        /// May use what has been granted.
        Member = "member",
    }
}

words! {
    /// How the caller proved who it is.
    pub enum AuthMethod, "authentication method" {
        /// A user's password (and second factor, where on).
        Password = "password",
        /// A long-lived key: `ocv_…` of an agent, `1ck_…` of a user.
        ApiKey = "api_key",
        /// A browser session of the dashboard.
        Session = "session",
        /// A token of the device flow (command line).
        Device = "device_code",
        /// A proof with the agent's own enrolled key.
        KeyPair = "key_pair",
        /// A passkey.
        Passkey = "passkey",
        /// A one-time code by mail.
        EmailCode = "email_otp",
        /// A client certificate.
        ClientCertificate = "mtls",
        /// An identity token of an OIDC provider.
        Oidc = "oidc_client_credentials",
        /// An assistant that a human let in by OAuth.
        Oauth = "oauth",
        /// The system itself: jobs and operator commands.
        System = "system",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d";

    #[test]
    fn principals_round_trip() {
        for kind in ["user", "agent"] {
            let text = format!("{kind}:{UUID}");
            let principal = Principal::parse(&text).unwrap();
            assert_eq!(principal.to_string(), text);
            assert_eq!(principal.kind(), kind);
            assert_eq!(Principal::from_parts(kind, principal.uuid()), Ok(principal));
            let json = serde_json::to_string(&principal).unwrap();
            assert_eq!(serde_json::from_str::<Principal>(&json).unwrap(), principal);
        }
        for text in [
            "",
            UUID,
            "system:x",
            "User:018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d",
            "user:",
        ] {
            assert!(Principal::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_round_trip() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Ok(*role));
        }
        for method in AuthMethod::ALL {
            assert_eq!(AuthMethod::parse(method.as_str()), Ok(*method));
        }
        let error = Role::parse("Owner").unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown role; known are owner, admin, member"
        );
    }
}

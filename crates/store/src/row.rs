//! Decoding of rows into plain structs, for both databases, without sqlx's derive macros (they
//! would compile both drivers a second time for the build host).

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{
    AgentId, ApiKeyId, ApprovalId, BindingId, CmekRotationId, DeviceCodeId, EnrollmentId, EnvVarId,
    EnvironmentId, EventId, ExecutionId, HoneytokenId, InviteId, IpRuleId, MailId, OauthClientId,
    OauthGrantId, OrgId, PasskeyId, PolicyId, RiskEventId, SecretId, SessionId, ShareId, UserId,
    VaultId, WebhookDeliveryId, WebhookId,
};
use uuid::Uuid;

/// A type of ours that is stored as a column type both databases know.
pub(crate) trait Column: Sized {
    /// The column type.
    type Stored;
    /// The value as the rest of the program knows it.
    fn from_stored(stored: Self::Stored) -> Self;
}

macro_rules! stored_as_itself {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            type Stored = $kind;
            fn from_stored(stored: $kind) -> Self { stored }
        }
    )*};
}
stored_as_itself!(i64, bool, String, Vec<u8>, Uuid);

macro_rules! stored_as_uuid {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            type Stored = Uuid;
            fn from_stored(stored: Uuid) -> Self { Self::from_uuid(stored) }
        }
    )*};
}
stored_as_uuid!(
    AgentId,
    ApprovalId,
    BindingId,
    CmekRotationId,
    ApiKeyId,
    DeviceCodeId,
    EnrollmentId,
    EnvVarId,
    EnvironmentId,
    EventId,
    ExecutionId,
    HoneytokenId,
    InviteId,
    IpRuleId,
    MailId,
    OauthClientId,
    OauthGrantId,
    OrgId,
    PasskeyId,
    PolicyId,
    RiskEventId,
    SecretId,
    SessionId,
    ShareId,
    UserId,
    VaultId,
    WebhookDeliveryId,
    WebhookId
);

impl Column for Timestamp {
    type Stored = i64;
    fn from_stored(stored: i64) -> Self {
        Self::from_millis(stored)
    }
}

impl<T: Column> Column for Option<T> {
    type Stored = Option<T::Stored>;
    fn from_stored(stored: Self::Stored) -> Self {
        stored.map(T::from_stored)
    }
}

/// Declares a struct whose fields are the columns of a statement, by name.
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident : $kind:ty,)* }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* pub $field: $kind,)* }
        $crate::row::row!(@decode $name sqlx::sqlite::SqliteRow { $($field : $kind,)* });
        $crate::row::row!(@decode $name sqlx::postgres::PgRow { $($field : $kind,)* });
    };
    (@decode $name:ident $row:ty { $($field:ident : $kind:ty,)* }) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                use sqlx::Row as _;
                Ok(Self { $($field: <$kind as $crate::row::Column>::from_stored(
                    row.try_get::<<$kind as $crate::row::Column>::Stored, _>(stringify!($field))?
                ),)* })
            }
        }
    };
}
pub(crate) use row;

//! Schemas of `oneclaw-core` types, which know nothing of OpenAPI.
//!
//! Invariant: the words come from the enum itself, so the schema cannot list others.

use oneclaw_core::caller::Role;
use oneclaw_core::model::approval::{ApprovalStatus, GrantMode};
use oneclaw_core::model::enrollment::EnrollmentStatus;
use oneclaw_core::model::exposure::{self, Kind, Way};
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::model::risk::Severity;
use oneclaw_core::model::share::RecipientType;
use oneclaw_core::policy::{Action, Effect, Permission};
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, Type};

fn words(words: impl Iterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .build()
}

pub(crate) fn role() -> Object {
    words(Role::ALL.iter().map(|role| role.as_str()))
}

pub(crate) fn effect() -> Object {
    words(Effect::ALL.iter().map(|effect| effect.as_str()))
}

pub(crate) fn action() -> Object {
    words(Action::ALL.iter().map(|action| action.as_str()))
}

pub(crate) fn actions() -> Array {
    ArrayBuilder::new().items(action()).build()
}

pub(crate) fn enrollment_status() -> Object {
    words(EnrollmentStatus::ALL.iter().map(|status| status.as_str()))
}

pub(crate) fn exposure_kind() -> Object {
    words(Kind::ALL.iter().map(|kind| kind.as_str()))
}

pub(crate) fn exposure_status() -> Object {
    words(exposure::Status::ALL.iter().map(|status| status.as_str()))
}

pub(crate) fn exposure_way() -> Object {
    words(Way::ALL.iter().map(|way| way.as_str()))
}

pub(crate) fn severity() -> Object {
    words(Severity::ALL.iter().map(|severity| severity.as_str()))
}

pub(crate) fn purpose() -> Object {
    words(Purpose::ALL.iter().map(|purpose| purpose.as_str()))
}

pub(crate) fn approval_status() -> Object {
    words(ApprovalStatus::ALL.iter().map(|status| status.as_str()))
}

pub(crate) fn grant_mode() -> Object {
    words(GrantMode::ALL.iter().map(|mode| mode.as_str()))
}

pub(crate) fn recipient_type() -> Object {
    words(
        RecipientType::ALL
            .iter()
            .map(|recipient| recipient.as_str()),
    )
}

pub(crate) fn permissions() -> Array {
    let permission = words(Permission::ALL.iter().map(|permission| permission.as_str()));
    ArrayBuilder::new()
        .items(permission)
        .min_items(Some(1))
        .build()
}

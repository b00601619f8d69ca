//! Building blocks shared by the wire types: secret text, free-form objects, three-state patches, hashes.
//!
//! Invariants:
//! - [`SecretText`] can be sent and received but never printed, compared or cloned, and is wiped on drop.
//! - [`JsonObject`] is always one JSON object, and keeps the exact text it was made from.
//! - [`Patch`] tells "not mentioned" from "set to null"; a plain `Option` cannot.

use std::fmt;

use data_encoding::HEXLOWER;
use oneclaw_core::caller::Principal;
use oneclaw_core::secret::SecretString;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The `Bearer` token type of RFC 6750, the only one this API issues.
pub const BEARER: &str = "Bearer";

/// The text of a [`JsonObject`] without members.
const EMPTY_OBJECT: &str = "{}";

/// Declares a closed vocabulary: an enum whose variants are fixed words on the wire.
macro_rules! vocabulary {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:tt,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word of the vocabulary, in documentation order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// The two kinds of principal that may hold access.
    pub enum PrincipalType {
        /// A person with an account.
        User = "user",
        /// An agent of the organisation.
        Agent = "agent",
    }
}

impl PrincipalType {
    /// The kind of a principal.
    pub const fn of(principal: &Principal) -> Self {
        match principal {
            Principal::User(_) => Self::User,
            Principal::Agent(_) => Self::Agent,
        }
    }

    /// Puts a kind and an id together.
    pub fn with_id(self, id: Uuid) -> Principal {
        match self {
            Self::User => Principal::User(id.into()),
            Self::Agent => Principal::Agent(id.into()),
        }
    }
}

/// A secret in a request or response body: a value, password, key or token.
///
/// It serialises, because the API has to carry it, but has no `Debug`, `Display`, `Clone` or `==`, so a struct that
/// holds one cannot be logged by accident. The text is wiped on drop; buffers of the HTTP and TLS layers are not.
///
/// ```compile_fail
/// println!("{:?}", oneclaw_client::wire::SecretText::from(String::new()));
/// ```
/// ```compile_fail
/// let _ = oneclaw_client::wire::SecretText::from(String::new()).clone();
/// ```
pub struct SecretText(SecretString);

impl SecretText {
    /// The text itself. Name the reason where it is called.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Hands the text on without copying it.
    pub fn into_secret(self) -> SecretString {
        self.0
    }
}

impl From<SecretString> for SecretText {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<SecretText> for SecretString {
    fn from(text: SecretText) -> Self {
        text.0
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SecretString::deserialize(deserializer).map(Self)
    }
}

/// Reads `null` as what a missing member means.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A free-form JSON object, kept as the text it was written with.
///
/// Metadata and policy conditions go through the server untouched (key order, number precision), and the details of
/// an audit event are hashed as text, so re-serialising a parsed tree would not do.
#[derive(Clone, Default)]
pub struct JsonObject(
    /// `None` is `{}`, by far the commonest object.
    Option<Box<RawValue>>,
);

/// The text is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a JSON object")]
pub struct NotAnObject;

impl JsonObject {
    /// Takes JSON text that is one object, for example a stored column. Surrounding whitespace is not allowed.
    ///
    /// # Errors
    /// [`NotAnObject`] when the text is not valid JSON or not an object.
    pub fn from_text(text: String) -> Result<Self, NotAnObject> {
        if text == EMPTY_OBJECT {
            return Ok(Self::default());
        }
        if !text.starts_with('{') {
            return Err(NotAnObject);
        }
        RawValue::from_string(text)
            .map(|raw| Self(Some(raw)))
            .map_err(|_| NotAnObject)
    }

    /// The exact JSON text.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(EMPTY_OBJECT, |raw| raw.get())
    }

    /// The members as a tree.
    ///
    /// # Errors
    /// [`NotAnObject`] when the text nests deeper than the JSON parser follows; an object that came in a request or
    /// response body never does.
    pub fn to_map(&self) -> Result<serde_json::Map<String, serde_json::Value>, NotAnObject> {
        serde_json::from_str(self.as_str()).map_err(|_| NotAnObject)
    }

    /// Whether the object has no member.
    pub fn is_empty(&self) -> bool {
        let inner = self
            .as_str()
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        inner.is_some_and(|members| members.trim_ascii().is_empty())
    }
}

/// Equality of the text, not of the members: `{"a":1}` and `{ "a": 1 }` differ.
impl PartialEq for JsonObject {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(raw) => raw.serialize(serializer),
            None => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Self(Some(Box::<RawValue>::deserialize(deserializer)?));
        // Parsing once here bounds the nesting, so nobody downstream meets an object that it cannot parse.
        object.to_map().map_err(D::Error::custom)?;
        Ok(object)
    }
}

/// One field of a PATCH body: absent keeps, `null` clears, a value sets.
///
/// Fields of this type need `#[serde(default, skip_serializing_if = "Patch::is_absent")]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field was not mentioned: keep what is stored.
    #[default]
    Absent,
    /// The field was `null`: clear what is stored.
    Clear,
    /// The field had a value: store it.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the field was not mentioned.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value that is stored after the patch, given the one stored before.
    pub fn apply_to(self, stored: Option<T>) -> Option<T> {
        match self {
            Self::Absent => stored,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Converts the value, keeping the three states.
    ///
    /// # Errors
    /// Whatever `convert` refuses.
    pub fn try_map<U, E>(self, convert: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Absent => Patch::Absent,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(convert(value)?),
        })
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// A SHA-256 hash, 64 lower-case hexadecimal digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HexHash(pub [u8; 32]);

impl fmt::Display for HexHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for HexHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for HexHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HexHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        HEXLOWER
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("expected 64 lower-case hexadecimal digits"))
    }
}

/// For `skip_serializing_if`: leaves a flag out unless it is set, because a strict client refuses keys it does not know.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(crate) fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Default, Serialize, Deserialize)]
    struct Body {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        note: Patch<String>,
    }

    #[test]
    fn a_patch_tells_absent_from_null() {
        for (json, note, applied) in [
            ("{}", Patch::Absent, Some("old")),
            (r#"{"note":null}"#, Patch::Clear, None),
            (
                r#"{"note":"new"}"#,
                Patch::Set("new".to_owned()),
                Some("new"),
            ),
        ] {
            let body: Body = serde_json::from_str(json).unwrap();
            assert_eq!(body, Body { note });
            assert_eq!(serde_json::to_string(&body).unwrap(), json);
            assert_eq!(
                body.note.apply_to(Some("old".to_owned())).as_deref(),
                applied
            );
        }
        assert!(serde_json::from_str::<Body>(r#"{"note":5}"#).is_err());
    }

    #[test]
    fn a_patch_can_be_converted() {
        let parse = |patch: Patch<&str>| patch.try_map(str::parse::<u8>);
        assert_eq!(parse(Patch::Absent), Ok(Patch::Absent));
        assert_eq!(parse(Patch::Clear), Ok(Patch::Clear));
        assert_eq!(parse(Patch::Set("7")), Ok(Patch::Set(7)));
        assert!(parse(Patch::Set("x")).is_err());
    }

    #[test]
    fn an_object_keeps_its_text() {
        let text = r#"{"z" : 1.10, "a":123456789012345678901234567890 , "a":"\u00e9"}"#;
        let object: JsonObject = serde_json::from_str(text).unwrap();
        assert_eq!(object.as_str(), text);
        assert_eq!(serde_json::to_string(&object).unwrap(), text);
        assert_eq!(JsonObject::from_text(text.to_owned()).unwrap(), object);
        assert_eq!(object.to_map().unwrap()["a"], "é");
    }

    #[test]
    fn emptiness_does_not_depend_on_white_space() {
        for text in ["{}", "{ }", "{\n\t}"] {
            assert!(
                serde_json::from_str::<JsonObject>(text).unwrap().is_empty(),
                "{text:?}"
            );
            assert!(
                JsonObject::from_text(text.to_owned()).unwrap().is_empty(),
                "{text:?}"
            );
        }
        assert!(
            !JsonObject::from_text(r#"{"":0}"#.to_owned())
                .unwrap()
                .is_empty()
        );
        assert_eq!(serde_json::to_string(&JsonObject::default()).unwrap(), "{}");
        assert_eq!(
            JsonObject::from_text("{}".to_owned()),
            Ok(JsonObject::default())
        );
    }

    #[test]
    fn only_an_object_is_an_object() {
        for text in [
            "", "[]", "null", "5", "\"{}\"", "{", "{}}", "{}{}", "{a:1}", "[{}]",
        ] {
            assert_eq!(
                JsonObject::from_text(text.to_owned()),
                Err(NotAnObject),
                "{text:?}"
            );
            assert!(
                serde_json::from_str::<JsonObject>(text).is_err(),
                "{text:?}"
            );
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(serde_json::from_str::<JsonObject>(&deep).is_err());
    }

    #[test]
    fn hashes_have_one_spelling() {
        let json = format!("\"{}\"", "0a".repeat(32));
        let hash: HexHash = serde_json::from_str(&json).unwrap();
        assert_eq!(hash, HexHash([10; 32]));
        assert_eq!(serde_json::to_string(&hash).unwrap(), json);
        for text in [
            json.to_uppercase(),
            "\"0a\"".to_owned(),
            "\"\"".to_owned(),
            "5".to_owned(),
        ] {
            assert!(serde_json::from_str::<HexHash>(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn principals_come_apart_and_together() {
        for kind in PrincipalType::ALL {
            let principal = kind.with_id(Uuid::from_u128(7));
            assert_eq!(principal.kind(), kind.as_str());
            assert_eq!(PrincipalType::of(&principal), *kind);
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{kind}\""));
        }
    }

    proptest! {
        #[test]
        fn secret_text_arrives_as_it_was_sent(text: String) {
            let json = serde_json::to_string(&SecretText::from(text.clone())).unwrap();
            let back: SecretText = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back.expose(), text.as_str());
            let secret = back.into_secret();
            prop_assert_eq!(secret.expose(), text.as_str());
        }

        #[test]
        fn any_object_arrives_as_it_was_sent(members: std::collections::HashMap<String, i64>) {
            let text = serde_json::to_string(&members).unwrap();
            let object: JsonObject = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::to_string(&object).unwrap(), text);
            prop_assert_eq!(object.is_empty(), members.is_empty());
        }
    }
}

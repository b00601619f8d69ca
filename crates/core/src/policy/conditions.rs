//! The conditions of a rule: where, when, in which environment, for what kind of caller.
//!
//! Invariants: all conditions of a rule must hold. An unknown key, a condition on something this
//! server does not know about the caller, or a stored text that can no longer be read makes the
//! whole rule unevaluable, whatever its other conditions say; [`super::evaluate`] then fails closed.
//! The JSON text is kept as given, so that what was stored is what is echoed.

use std::sync::Arc;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use super::Request;
use crate::caller::{AuthMethod, Principal, Role};
use crate::clock::Timestamp;
use crate::network::AddressList;

/// Longest JSON text of the conditions of one rule, in bytes.
const MAX_TEXT: usize = 16 * 1024;

/// Why conditions are not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// Longer than a rule may be.
    #[error("the conditions are longer than {MAX_TEXT} bytes")]
    TooLong,
    /// Not an object, or a known condition has a malformed value.
    #[error("the conditions are not valid: {0}")]
    Malformed(String),
}

/// What checking conditions gives; the text names the condition that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Holds,
    Fails(&'static str),
    Unknown(&'static str),
}

impl Outcome {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown(name), _) | (_, Self::Unknown(name)) => Self::Unknown(name),
            (Self::Fails(name), _) | (_, Self::Fails(name)) => Self::Fails(name),
            (Self::Holds, Self::Holds) => Self::Holds,
        }
    }

    fn of(holds: bool, name: &'static str) -> Self {
        if holds {
            Self::Holds
        } else {
            Self::Fails(name)
        }
    }
}

/// A set of conditions as JSON text together with what it means. `None` as meaning: unreadable.
#[derive(Debug, Clone)]
struct Parsed<T> {
    text: Arc<str>,
    meaning: Option<T>,
}

impl<T: DeserializeOwned + Default> Parsed<T> {
    fn none() -> Self {
        Self {
            text: "{}".into(),
            meaning: Some(T::default()),
        }
    }

    fn parse(text: &str) -> Result<Self, ConditionError> {
        if text.len() > MAX_TEXT {
            return Err(ConditionError::TooLong);
        }
        // A derived reader would also take an array, by position.
        if !text.trim_start().starts_with('{') {
            return Err(ConditionError::Malformed(
                "must be a JSON object".to_owned(),
            ));
        }
        match serde_json::from_str(text) {
            Ok(meaning) => Ok(Self {
                text: text.into(),
                meaning: Some(meaning),
            }),
            Err(error) => Err(ConditionError::Malformed(error.to_string())),
        }
    }

    fn stored(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|_| Self {
            text: text.into(),
            meaning: None,
        })
    }

    fn check(&self, check: impl FnOnce(&T) -> Outcome) -> Outcome {
        self.meaning
            .as_ref()
            .map_or(Outcome::Unknown("unreadable"), check)
    }
}

macro_rules! conditions_type {
    ($(#[$doc:meta])* $name:ident, $meaning:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(Parsed<$meaning>);

        impl $name {
            /// No condition: `{}`.
            pub fn none() -> Self {
                Self(Parsed::none())
            }

            /// Reads and checks the JSON text of a new rule. Unknown keys are kept.
            ///
            /// # Errors
            /// When the text is not an object or the value of a known key is malformed.
            pub fn parse(text: &str) -> Result<Self, ConditionError> {
                Parsed::parse(text).map(Self)
            }

            /// Reads the JSON text of a stored rule. Text that can no longer be read makes the rule
            /// unevaluable, never unconditional.
            pub fn stored(text: &str) -> Self {
                Self(Parsed::stored(text))
            }

            /// The JSON text as given.
            pub fn as_str(&self) -> &str {
                &self.0.text
            }

            /// Whether there is no condition at all.
            pub fn is_none(&self) -> bool {
                self.0.meaning.as_ref().is_some_and($meaning::is_none)
            }

            /// The keys that are not understood, for a warning to whoever writes the rule.
            pub fn unknown_keys(&self) -> impl Iterator<Item = &str> {
                self.0.meaning.iter().flat_map(|meaning| meaning.unknown.keys()).map(String::as_str)
            }

            pub(super) fn check(&self, request: &Request<'_>) -> Outcome {
                self.0.check(|meaning| meaning.check(request))
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::none()
            }
        }
    };
}

conditions_type! {
    /// `ip_allowlist`, `time_window`, `environment_in` and `require_approval`.
    Conditions, Circumstances
}

conditions_type! {
    /// `principal_role` and `auth_method`; `required_tags`, `risk_verdict_max` and `device_known` are
    /// kept but cannot be evaluated, so a rule with one of them fails closed.
    AttributeConditions, Attributes
}

impl Conditions {
    /// Whether a human has to allow first what the rule would allow.
    pub fn require_approval(&self) -> bool {
        let meaning = self.0.meaning.as_ref();
        meaning.is_some_and(|meaning| meaning.require_approval == Some(true))
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Circumstances {
    #[serde(deserialize_with = "present")]
    ip_allowlist: Option<AddressList>,
    #[serde(deserialize_with = "present")]
    time_window: Option<TimeWindow>,
    #[serde(deserialize_with = "present")]
    environment_in: Option<NonEmpty<String>>,
    /// No circumstance but a question: what the rule would allow, a human has to allow first.
    #[serde(deserialize_with = "present")]
    require_approval: Option<bool>,
    #[serde(flatten)]
    unknown: serde_json::Map<String, serde_json::Value>,
}

impl Circumstances {
    fn is_none(&self) -> bool {
        self.ip_allowlist.is_none()
            && self.time_window.is_none()
            && self.environment_in.is_none()
            && self.require_approval.is_none()
            && self.unknown.is_empty()
    }

    fn check(&self, request: &Request<'_>) -> Outcome {
        let mut outcome = Outcome::Holds;
        if !self.unknown.is_empty() {
            outcome = Outcome::Unknown("unknown condition");
        }
        if let Some(list) = &self.ip_allowlist {
            outcome = outcome.and(match request.ip {
                Some(ip) => Outcome::of(list.contains(ip), "ip_allowlist"),
                None => Outcome::Unknown("ip_allowlist"),
            });
        }
        if let Some(window) = &self.time_window {
            outcome = outcome.and(Outcome::of(window.contains(request.now), "time_window"));
        }
        if let Some(environments) = &self.environment_in {
            // Having no environment is known, not unknown: it is simply none of those listed.
            let holds = environments
                .0
                .iter()
                .any(|name| Some(name.as_str()) == request.environment);
            outcome = outcome.and(Outcome::of(holds, "environment_in"));
        }
        outcome
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Attributes {
    #[serde(deserialize_with = "present")]
    required_tags: Option<NonEmpty<String>>,
    #[serde(deserialize_with = "present")]
    principal_role: Option<OneOrMore<Role>>,
    #[serde(deserialize_with = "present")]
    auth_method: Option<OneOrMore<AuthMethod>>,
    #[serde(deserialize_with = "present")]
    risk_verdict_max: Option<RiskVerdict>,
    #[serde(deserialize_with = "present")]
    device_known: Option<bool>,
    #[serde(flatten)]
    unknown: serde_json::Map<String, serde_json::Value>,
}

/// The scale of `risk_verdict_max`; read only so that a malformed value is refused.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RiskVerdict {
    Low,
    Medium,
    High,
}

impl Attributes {
    fn is_none(&self) -> bool {
        self.required_tags.is_none()
            && self.principal_role.is_none()
            && self.auth_method.is_none()
            && self.risk_verdict_max.is_none()
            && self.device_known.is_none()
            && self.unknown.is_empty()
    }

    fn check(&self, request: &Request<'_>) -> Outcome {
        let mut outcome = Outcome::Holds;
        if !self.unknown.is_empty() {
            outcome = Outcome::Unknown("unknown condition");
        }
        for (is_present, name) in [
            (self.required_tags.is_some(), "required_tags"),
            (self.risk_verdict_max.is_some(), "risk_verdict_max"),
            (self.device_known.is_some(), "device_known"),
        ] {
            if is_present {
                outcome = outcome.and(Outcome::Unknown(name));
            }
        }
        if let Some(roles) = &self.principal_role {
            outcome = outcome.and(match (request.role, request.principal) {
                (Some(role), _) => Outcome::of(roles.contains(&role), "principal_role"),
                // An agent has no role, and that is known; a user without one is a gap.
                (None, Principal::Agent(_)) => Outcome::Fails("principal_role"),
                (None, Principal::User(_)) => Outcome::Unknown("principal_role"),
            });
        }
        if let Some(methods) = &self.auth_method {
            outcome = outcome.and(Outcome::of(
                methods.contains(&request.auth_method),
                "auth_method",
            ));
        }
        outcome
    }
}

/// A key that is there must have a value: `null` would read as "no condition".
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// A list with at least one entry: an empty one would read as "none" in an allow and "all" in a deny.
#[derive(Debug, Clone)]
struct NonEmpty<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for NonEmpty<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::deserialize(deserializer)?;
        if list.is_empty() {
            Err(D::Error::custom("a list is empty"))
        } else {
            Ok(Self(list))
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "must be a known word or a list of known words")]
enum OneOrMore<T> {
    One(T),
    More(NonEmpty<T>),
}

impl<T: PartialEq> OneOrMore<T> {
    fn contains(&self, wanted: &T) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::More(list) => list.0.contains(wanted),
        }
    }
}

/// Hours of the day and days of the week, in one time zone.
///
/// `after` is included and `before` is not. When `after` is later than `before` the window runs past
/// midnight, and a day in `days` is the day on which it opens.
#[derive(Debug, Clone)]
struct TimeWindow {
    hours: Option<(Minute, Minute)>,
    days: Option<Vec<Weekday>>,
    zone: TimeZone,
}

/// Minutes since midnight.
type Minute = i16;

impl TimeWindow {
    fn contains(&self, now: Timestamp) -> bool {
        let local = self.zone.to_datetime(now.to_jiff());
        let minute = Minute::from(local.hour()) * 60 + Minute::from(local.minute());
        let today = local.weekday();
        let opened_on = match self.hours {
            None => Some(today),
            Some((after, before)) if after < before => {
                (after..before).contains(&minute).then_some(today)
            }
            Some((after, _)) if minute >= after => Some(today),
            Some((_, before)) if minute < before => Some(today.previous()),
            Some(_) => None,
        };
        opened_on.is_some_and(|day| self.days.as_ref().is_none_or(|days| days.contains(&day)))
    }
}

impl<'de> Deserialize<'de> for TimeWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            #[serde(default, deserialize_with = "present")]
            after: Option<String>,
            #[serde(default, deserialize_with = "present")]
            before: Option<String>,
            #[serde(default, deserialize_with = "present")]
            timezone: Option<String>,
            #[serde(default, deserialize_with = "present")]
            days: Option<NonEmpty<String>>,
        }
        let wire = Wire::deserialize(deserializer)?;
        let minute = |text: &str| {
            parse_minute(text).ok_or_else(|| D::Error::custom("times of day are written HH:MM"))
        };
        let hours = match (wire.after.as_deref(), wire.before.as_deref()) {
            (Some(after), Some(before)) => Some((minute(after)?, minute(before)?)),
            (None, None) => None,
            _ => {
                return Err(D::Error::custom(
                    "a time window needs both after and before",
                ));
            }
        };
        if hours.is_some_and(|(after, before)| after == before) {
            return Err(D::Error::custom(
                "a time window is empty: after equals before",
            ));
        }
        if hours.is_none() && wire.days.is_none() {
            return Err(D::Error::custom(
                "a time window needs after and before, or days",
            ));
        }
        let day = |text: &String| {
            parse_day(text).ok_or_else(|| D::Error::custom("days are written mon, tue, … sun"))
        };
        let days = wire
            .days
            .map(|days| days.0.iter().map(day).collect())
            .transpose()?;
        let zone = TimeZone::get(wire.timezone.as_deref().unwrap_or("UTC"))
            .map_err(|_| D::Error::custom("unknown time zone; write for example Europe/Berlin"))?;
        Ok(Self { hours, days, zone })
    }
}

fn parse_minute(text: &str) -> Option<Minute> {
    let [h1, h2, b':', m1, m2] = text.as_bytes() else {
        return None;
    };
    let number = |tens: &u8, ones: &u8| {
        let digit = |byte: &u8| char::from(*byte).to_digit(10);
        Minute::try_from(digit(tens)? * 10 + digit(ones)?).ok()
    };
    let (hour, minute) = (number(h1, h2)?, number(m1, m2)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn parse_day(text: &str) -> Option<Weekday> {
    Some(match text.to_ascii_lowercase().as_str() {
        "mon" | "monday" => Weekday::Monday,
        "tue" | "tuesday" => Weekday::Tuesday,
        "wed" | "wednesday" => Weekday::Wednesday,
        "thu" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;

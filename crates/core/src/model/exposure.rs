//! What an agent got to see: kinds of things, ways to see them, and what is left to do.

use crate::words::words;

words! {
    /// What was seen.
    pub enum Kind, "kind of thing" {
        /// A secret of a vault.
        Secret = "secret",
        /// An environment variable.
        Variable = "variable",
        /// A credential that is kept in a binding.
        Binding = "binding",
    }
}

words! {
    /// How an agent got to a version.
    pub enum Way, "way" {
        /// It was given the value.
        Read = "read",
        /// It wrote the value, so it knows it.
        Wrote = "wrote",
        /// The value was used for it, and it did not see it.
        Used = "used",
    }
}

impl Way {
    /// Whether the agent knows the value.
    pub const fn discloses(self) -> bool {
        matches!(self, Self::Read | Self::Wrote)
    }
}

words! {
    /// What is left to do about a thing, the most urgent first.
    pub enum Status, "status" {
        /// The newest value is one that the agent knows: replace it.
        Open = "open",
        /// It is gone from here; whether the value still opens something elsewhere is not known.
        Deleted = "deleted",
        /// There is a newer value that the agent does not know.
        Replaced = "replaced",
        /// The agent never saw a value of it.
        OnlyUsed = "only_used",
    }
}

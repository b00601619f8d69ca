//! How bad something is that should not happen.

use crate::words::words;

words! {
    /// From a test to a break-in, in this order.
    pub enum Severity, "severity" {
        /// Expected, such as a test.
        Low = "low",
        /// Unusual.
        Medium = "medium",
        /// Look at it today.
        High = "high",
        /// Look at it now.
        Critical = "critical",
    }
}

impl Severity {
    /// A number for clients that sort by one, 0 to 100.
    pub const fn score(self) -> u8 {
        match self {
            Self::Low => 10,
            Self::Medium => 40,
            Self::High => 75,
            Self::Critical => 100,
        }
    }
}

//! Tests of the crate from outside, in one binary.

// The attribute is what tells clippy that helper functions are tests too.
#[cfg(test)]
mod audit;
#[cfg(test)]
mod policy;

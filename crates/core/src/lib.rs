//! The nouns and rules of the vault: what things are called, who may do what, and what is remembered
//! of it. Pure: no input, no output, no async; everything can be tested without a server.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`id`] | one type per kind of id |
//! | [`path`] | the one spelling of a secret's path, and patterns over paths |
//! | [`caller`] | users and agents, roles, ways to authenticate |
//! | [`policy`] | the one decision function, and its explanation |
//! | [`audit`] | the transparency log: encoding, tree, proofs, checkpoints, offline verification |
//! | [`model`] | legal states and values: enrolments, shares, types, names, mail addresses, passwords |
//! | [`limit`] | every limit on how often something may be tried |
//! | [`network`] | lists of addresses |
//! | [`oauth`] | what assistants may be allowed, and where codes are sent |
//! | [`outbound`] | where the server may connect to when somebody else names the address |
//! | [`binding`] | what may be called with a credential that stays hidden |
//! | [`scrub`] | taking a credential out of an answer |
//! | [`clock`] | time and randomness, as inputs |
//! | [`secret`] | containers for secret values |
//!
//! What the rest of the workspace relies on:
//!
//! - A value of a type here is valid: paths, patterns, ids, mail addresses and conditions are checked when
//!   they are made, and only then.
//! - [`policy::Granted`] exists only because [`policy::evaluate`] said yes.
//! - Nothing here asks for the time, for randomness, for a setting or for a file.
//! - Formats ([`audit::Event::encode`], [`audit::Frontier::to_bytes`]) begin with a version byte and have fixed
//!   vectors in `vectors/`.
#![forbid(unsafe_code)]

pub mod audit;
pub mod binding;
pub mod caller;
pub mod clock;
pub mod id;
pub mod limit;
pub mod model;
pub mod network;
pub mod oauth;
pub mod outbound;
pub mod path;
pub mod phrase;
pub mod policy;
pub mod scrub;
pub mod secret;
mod words;

pub use words::UnknownWord;

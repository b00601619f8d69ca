//! The HTTP API as types, and a client that speaks them.
//!
//! One module per noun holds the request and response types of its endpoints. The server's handlers and the client
//! speak in them, so they are the contract: a field that is not here is not on the wire.
//!
//! Invariants:
//! - Ids and timestamps are the types of `oneclaw-core`; a timestamp goes out as RFC 3339 in UTC with `Z`.
//! - Optional response fields are left out when they have no value, except where the field says `null`.
//! - Optional request fields may be absent or `null`; unknown request fields are ignored, so that clients of other
//!   versions keep working.
//! - Whatever is secret is a [`wire::SecretText`]; a struct that holds one has no `Debug`, `Clone` or `==`.
//!
//! [`Client`] has one method per endpoint, beside the types of its noun and named after the `operationId`.
//!
//! With the feature `mcp` there are the tools of the Model Context Protocol, which speak through the client.
//!
//! With the feature `openapi` every type describes its own schema.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod access;
pub mod account;
pub mod agents;
pub mod api_keys;
pub mod approvals;
pub mod audit;
pub mod auth;
pub mod bindings;
mod call;
mod client;
pub mod device;
pub mod email_otp;
pub mod enrollments;
pub mod env_vars;
mod error;
pub mod exposure;
pub mod federation;
pub mod health;
pub mod ip_rules;
pub mod limits;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod mfa;
pub mod oauth;
#[cfg(feature = "openapi")]
mod openapi;
pub mod org;
pub mod passkeys;
pub mod policies;
pub mod problem;
mod raw;
pub mod reauth;
pub mod risk;
pub mod secrets;
pub mod sessions;
pub mod shares;
pub mod social;
pub mod transport;
pub mod usage;
pub mod vaults;
pub mod webhooks;
pub mod wire;

pub use client::{Client, Credential, SignAssertion};
pub use error::{BoxError, Error};

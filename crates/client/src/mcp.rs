//! The tools of the Model Context Protocol: what an assistant may do with the vault, and what it is told.
//!
//! Every tool calls the HTTP API through [`Client`](crate::Client), over the network or straight into a router of the
//! same process, so limits, policy and audit hold as for everyone else. Nothing here decides about access.
//!
//! Invariants:
//! - A session belongs to one credential. Nothing that one session has seen reaches another.
//! - A value leaves in the result of `get_secret` and `get_env_bundle` only; lists and errors never hold one.
//! - What a session has read is remembered as fingerprints, never as text.
//! - Text that others chose is made visible before a model or a terminal sees it.
//! - Whatever a tool's hints say about it is true; a host may skip its confirmation because of them.

mod catalog;
mod files;
mod handler;
mod inspect;
mod lobby;
mod memory;
mod outcome;
mod session;
mod settings;
mod text;
mod tools;

pub use catalog::scopes_of_request;
pub use files::Workspace;
pub use handler::{Handler, SessionMissing, serve_stdio};
pub use lobby::{Asked, Door, DoorFuture, Lobby};
pub use memory::Memory;
pub use session::Session;
pub use settings::{
    Exfiltration, Inspection, Sanitization, Settings, Toolset, UnknownSetting, Values,
};

//! One module for each command.

pub(crate) mod agent;
pub(crate) mod api;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod client;
pub(crate) mod configure;
pub(crate) mod demo;
pub(crate) mod diagnose;
pub(crate) mod enroll;
pub(crate) mod env;
pub(crate) mod honeytoken;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod mcp;
pub(crate) mod mfa;
pub(crate) mod org;
pub(crate) mod policy;
pub(crate) mod secret;
pub(crate) mod server;
pub(crate) mod share;
pub(crate) mod sign_in;
pub(crate) mod vault;
pub(crate) mod webhook;

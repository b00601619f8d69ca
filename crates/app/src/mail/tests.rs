//! Mails as people and parsers see them, and the outbox around them.

pub(crate) mod harness;
pub(crate) mod server;

mod content;
mod hostile;
mod outbox;

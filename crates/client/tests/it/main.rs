//! The wire format and the client, seen from outside.
// Everything here is test code; the attribute tells clippy that helpers may unwrap.
#![cfg(test)]

mod calls;
mod client;
mod fields;
mod samples;
mod script;

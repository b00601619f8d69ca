//! Every method of the store on both databases, races between transactions, and the schema.

#![cfg(test)]

mod fixtures;

mod agents;
mod approvals;
mod audit;
mod bindings;
mod client_keys;
mod direct;
mod enrollments;
mod env_vars;
mod epochs;
mod exposure;
mod factors;
mod instance;
mod oauth;
mod organisations;
mod outbox;
mod plans;
mod policies;
mod races;
mod repeated;
mod schema;
mod secrets;
mod sessions;
mod shares;
mod statements;
mod transactions;
mod users;
mod vaults;
mod webhooks;

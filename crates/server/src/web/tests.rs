//! The pages as a browser without scripts uses them: against the whole server, over its router.

mod accounts;
mod actions;
mod approvals;
mod browser;
mod builder;
mod decoys;
mod devices;
mod exposure;
mod forgery;
mod furniture;
mod hostile;
mod journey;
mod oauth;
mod pairing;
mod reading;
mod scanners;
mod security;
mod upkeep;

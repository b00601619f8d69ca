//! Operations on both databases, without HTTP: what must hold when things happen at once, when
//! something is revoked in between, and when the log cannot be written.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop where they fail"
)]

mod access;
mod bad_days;
mod enrolling;
mod leaving;
mod races;
mod rotation;
mod sharing;
mod signing_in;
mod support;

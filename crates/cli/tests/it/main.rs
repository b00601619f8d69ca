//! The binary as people run it: every test starts `1claw` as a process and speaks HTTP with it.
//!
//! `ONECLAW_TEST_BINARY` names the binary to test; without it, the one that was built with the tests.

#![cfg(test)]

mod assistants;
mod audit;
mod backup;
mod client;
mod commands;
mod config;
mod crash;
mod demo;
mod deploy;
mod disk;
mod enroll;
mod examples;
mod harness;
mod journey;
mod leaks;
mod nodes;
mod operator;
mod person;
mod relay;
mod trouble;
mod variables;
mod waiting;

//! Behaviours that published clients rely on, one test for each line of the list we keep of them.

mod data;
mod factors;
mod org;
mod outbound;

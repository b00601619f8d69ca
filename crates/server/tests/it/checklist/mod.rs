//! The behaviours that published clients depend on, by their numbers in the list.

mod factors;
mod org;
mod outbound;

//! The behaviours that published clients depend on, by their numbers in the list.

mod data;
mod org;
mod outbound;

//! The behaviours that published clients depend on, by their numbers in the list.

mod org;
mod outbound;

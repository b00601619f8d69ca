//! The behaviours that published clients depend on, by their numbers in the list.

mod org;
mod outbound;
//! Behaviours that published clients depend on, by their number in the list that was made of them.

mod factors;

//! The behaviours that published clients depend on, by their numbers in the list.

mod org;
//! Behaviours that published clients rely on, one test for each line of the list we keep of them.

mod outbound;

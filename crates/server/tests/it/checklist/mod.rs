//! Behaviours that published clients rely on, one test for each line of the list we keep of them.

mod data;
mod org;
mod outbound;
//! Behaviours that published clients depend on, by their number in the list that was made of them.

mod factors;

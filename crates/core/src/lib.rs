//! The nouns and rules of the vault, without any input or output.
#![forbid(unsafe_code)]

pub mod audit;
pub mod caller;
pub mod clock;
pub mod id;
pub mod limit;
pub mod model;
pub mod network;
pub mod path;
pub mod policy;
pub mod secret;
mod words;

pub use words::UnknownWord;

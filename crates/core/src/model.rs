//! Plain nouns with their legal states: what a value must look like, and what may follow what.

pub mod approval;
pub mod enrollment;
pub mod exposure;
pub mod password;
pub mod purpose;
pub mod risk;
pub mod secret;
pub mod share;
pub mod text;

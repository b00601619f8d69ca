//! Randomness from the operating system, through AWS-LC's generator.

use oneclaw_core::clock::Random;

/// The random source of a running server. Stateless and free to copy; tests use a seeded [`Random`]
/// instead.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// Fills `out` with unpredictable bytes, or ends the process.
    ///
    /// Without entropy every key and token made from here on would be guessable, and no caller
    /// could do anything better than stop, so a failure is not an error value that somebody may
    /// forget to check.
    fn fill(&self, out: &mut [u8]) {
        if aws_lc_rs::rand::fill(out).is_err() {
            std::process::abort();
        }
    }
}

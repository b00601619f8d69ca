//! Which passwords are accepted, after NIST SP 800-63B-4 section 3.1.1: long, and not one of those that
//! are guessed first. No rules about kinds of characters, which only make passwords harder to remember.

use zeroize::Zeroizing;

use crate::secret::SecretString;

/// Shortest password in characters.
pub const MIN_LENGTH: usize = 12;

/// Longest password in characters.
pub const MAX_LENGTH: usize = 1024;

/// Words that attackers try first, with digits or signs around them; one per line, lower-case.
const COMMON: &str = include_str!("common_passwords.txt");

/// Walks over the alphabet, the digits and keyboards.
const WALKS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "012345678901234567890123456789",
    "1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1234567890qwertyuiopasdfghjklzxcvbnm1234567890",
    "qwertzuiopasdfghjklyxcvbnmqwertz",
    "azertyuiopqsdfghjklmwxcvbnazerty",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
];

/// Words of our own name.
const PRODUCT: [&str; 2] = ["1claw", "oneclaw"];

/// Shortest word of the context that is looked for; shorter ones occur by chance.
const MIN_CONTEXT: usize = 4;

/// How much a password must hold beside words that an attacker knows.
const MIN_UNKNOWN: usize = 8;

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error(
        "the password needs at least {MIN_LENGTH} characters; a few random words are easy to remember"
    )]
    TooShort,
    /// Too long.
    #[error("the password must not be longer than {MAX_LENGTH} characters")]
    TooLong,
    /// On the list, also with digits and signs around it.
    #[error("this password is among the first that are guessed; choose another")]
    Common,
    /// A few characters over and over, or a walk over the keyboard.
    #[error("the password is a repetition or a row of neighbouring keys; choose another")]
    Pattern,
    /// Hardly more than the user's or the product's name.
    #[error("the password is hardly more than a name that others know; choose another")]
    Context,
}

/// Checks a new password. `context` holds words that others know about the account, such as the mail
/// address and its local part.
///
/// # Errors
/// Why the password is not accepted.
pub fn check_password(password: &SecretString, context: &[&str]) -> Result<(), PasswordError> {
    let length = password.expose().chars().count();
    if length < MIN_LENGTH {
        return Err(PasswordError::TooShort);
    }
    if length > MAX_LENGTH {
        return Err(PasswordError::TooLong);
    }
    let lower = Zeroizing::new(password.expose().to_lowercase());
    if is_common(&lower) {
        return Err(PasswordError::Common);
    }
    if is_repetition(&lower) || is_walk(&lower) {
        return Err(PasswordError::Pattern);
    }
    if is_mostly_known(&lower, context) {
        return Err(PasswordError::Context);
    }
    Ok(())
}

fn is_common(lower: &str) -> bool {
    let stem = lower.trim_matches(|c: char| !c.is_alphabetic());
    COMMON.lines().any(|word| word == lower || word == stem)
}

fn is_repetition(lower: &str) -> bool {
    (1..=4).any(|period| {
        lower
            .chars()
            .zip(lower.chars().skip(period))
            .all(|(a, b)| a == b)
    })
}

fn is_walk(lower: &str) -> bool {
    let backward: Zeroizing<String> = Zeroizing::new(lower.chars().rev().collect());
    WALKS
        .iter()
        .any(|walk| walk.contains(lower) || walk.contains(backward.as_str()))
}

fn is_mostly_known(lower: &str, context: &[&str]) -> bool {
    context.iter().chain(&PRODUCT).any(|word| {
        let word = word.to_lowercase();
        let known = word.chars().count();
        known >= MIN_CONTEXT
            && lower.contains(&word)
            && lower.chars().count() - known * lower.matches(&word).count() < MIN_UNKNOWN
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), PasswordError> {
        let context = ["alice.smith@example.org", "alice.smith", "Acme Robotics"];
        check_password(&SecretString::from(password.to_owned()), &context)
    }

    #[test]
    fn good_passwords_are_accepted() {
        let longest = "aß?9".repeat(200) + "x";
        for password in [
            "D3mo!Passw0rd#x7",
            "correct horse battery staple",
            "lowercase only but long",
            "8301 4472 9913 0042",
            "пароль из слов",
            "alice.smith is not my only word",
            "zgrmwpqndklt",
            "alice.smith!gk3wmqz",
            &longest,
        ] {
            assert_eq!(check(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn guessable_passwords_are_refused() {
        let giant = "ab?9x".repeat(205);
        for (password, error) in [
            ("", PasswordError::TooShort),
            ("D3mo!Passw0", PasswordError::TooShort),
            ("ÄÖÜÄÖÜÄÖÜÄÖ", PasswordError::TooShort),
            (&giant, PasswordError::TooLong),
            ("password1234", PasswordError::Common),
            ("PASSWORD2026!!", PasswordError::Common),
            ("1234password", PasswordError::Common),
            ("!!sunshine!!2026", PasswordError::Common),
            ("correcthorsebatterystaple", PasswordError::Common),
            ("aaaaaaaaaaaaaaa", PasswordError::Pattern),
            ("abcabcabcabcab", PasswordError::Pattern),
            ("123456789012", PasswordError::Pattern),
            ("0987654321098", PasswordError::Pattern),
            ("QWERTYUIOPASDF", PasswordError::Pattern),
            ("1qaz2wsx3edc4rfv", PasswordError::Pattern),
            ("lkjihgfedcba", PasswordError::Pattern),
            ("alice.smith@example.org", PasswordError::Context),
            ("Alice.Smith42", PasswordError::Context),
            ("alice.smith!gk3wm", PasswordError::Context),
            ("alice.smith!gk3wmq", PasswordError::Context),
            ("acme robotics!", PasswordError::Context),
            ("1claw1claw1claw!", PasswordError::Context),
        ] {
            assert_eq!(check(password), Err(error), "{password}");
        }
    }

    #[test]
    fn the_list_is_in_the_form_it_is_compared_in() {
        assert!(COMMON.lines().count() > 200);
        for word in COMMON.lines() {
            assert_eq!(word, word.trim().to_lowercase());
            assert!(!word.is_empty());
        }
    }
}

//! Four words that an agent and the page of its request both show, so that a human sees whether they
//! belong together.
//!
//! They come from everything that makes the request: another key, name, address, access or request gives
//! other words. Four of 256 words are 32 bits, and each guess would be a request of its own, of which a network has
//! few.

use sha2::{Digest as _, Sha256};

use crate::id::EnrollmentId;

/// Words of a phrase.
const LENGTH: usize = 4;
/// Wrong phrases that are shown beside the right one.
pub const DECOYS: usize = 3;

/// What a phrase is made of.
#[derive(Clone, Copy, Debug)]
pub struct PhraseOf<'a> {
    /// The request.
    pub enrollment: EnrollmentId,
    /// The agent's public key.
    pub public_key: &'a [u8; 32],
    /// The name that it proposes.
    pub name: &'a str,
    /// The address that it names, lower-case; empty without one.
    pub human_email: &'a str,
    /// The access that it asks for, as [`access_text`](crate::model::enrollment::access_text) has it.
    pub access: &'a str,
}

impl PhraseOf<'_> {
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"1claw pairing phrase 1");
        hash.update(self.enrollment.as_uuid().as_bytes());
        hash.update(self.public_key);
        for text in [self.name, self.human_email, self.access] {
            // Lengths first, so that no two requests are the same bytes.
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().into()
    }

    /// The words, with spaces between them.
    #[must_use]
    pub fn phrase(&self) -> String {
        spell(&self.digest())
    }

    /// The phrase among [`DECOYS`] others, in an order that says nothing. The same at every call, so that
    /// asking twice does not tell which one stays.
    #[must_use]
    pub fn choices(&self) -> Vec<String> {
        let digest = self.digest();
        let mut all = vec![spell(&digest)];
        for count in 0_u8.. {
            if all.len() > DECOYS {
                break;
            }
            let other = spell(
                &Sha256::new_with_prefix(digest)
                    .chain_update([count])
                    .finalize()
                    .into(),
            );
            if !all.contains(&other) {
                all.push(other);
            }
        }
        all.sort_unstable();
        all
    }
}

fn spell(digest: &[u8; 32]) -> String {
    let words = digest.iter().take(LENGTH);
    let words = words.map(|byte| WORDS.get(usize::from(*byte)).copied().unwrap_or_default());
    words.collect::<Vec<_>>().join(" ")
}

/// Whether somebody wrote this phrase, however they spaced and capitalised it.
#[must_use]
pub fn is_same(written: &str, phrase: &str) -> bool {
    let words = |text: &str| {
        text.split(|character: char| !character.is_alphabetic())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    words(written) == words(phrase)
}

/// Common words, none of which is easily taken for another.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "acorn", "actor", "album", "amber", "anchor", "ankle", "apple", "apron", "arrow", "artist",
    "atlas", "autumn", "badge", "bagel", "bakery", "balloon", "bamboo", "banana", "barrel",
    "basket", "beach", "beaver", "bench", "berry", "bishop", "blanket", "blossom", "bonfire",
    "bottle", "bridge", "bronze", "bucket", "butter", "button", "cabin", "cactus", "camel",
    "camera", "candle", "canyon", "carpet", "castle", "cedar", "cello", "cherry", "chimney",
    "cinema", "circus", "clover", "cobra", "coconut", "comet", "compass", "copper", "coral",
    "cotton", "cousin", "coyote", "cradle", "crayon", "cricket", "crystal", "curtain", "cushion",
    "dagger", "daisy", "dancer", "desert", "diamond", "dinner", "dolphin", "donkey", "dragon",
    "drawer", "drummer", "eagle", "easel", "eclipse", "elbow", "elephant", "engine", "envelope",
    "falcon", "farmer", "feather", "ferry", "fiddle", "finger", "flamingo", "flute", "forest",
    "fossil", "fountain", "fox", "frost", "galaxy", "garden", "garlic", "gecko", "ginger",
    "giraffe", "glacier", "glove", "goblet", "golden", "gorilla", "granite", "grape", "guitar",
    "hammer", "hammock", "harbor", "harvest", "hazel", "hedgehog", "helmet", "heron", "honey",
    "horizon", "hornet", "iceberg", "igloo", "island", "ivory", "jacket", "jaguar", "jasmine",
    "jelly", "jigsaw", "jungle", "kayak", "kettle", "kitten", "koala", "ladder", "lagoon",
    "lantern", "lemon", "leopard", "library", "lily", "lion", "lizard", "lobster", "lotus",
    "magnet", "mango", "maple", "marble", "meadow", "melon", "mirror", "mitten", "monkey",
    "morning", "mosaic", "mountain", "muffin", "museum", "mustard", "napkin", "nectar", "needle",
    "nickel", "noodle", "nutmeg", "oasis", "ocean", "octopus", "olive", "onion", "opera", "orbit",
    "orchid", "otter", "oyster", "paddle", "palace", "panda", "paper", "parrot", "peach", "pebble",
    "pelican", "pencil", "pepper", "piano", "pickle", "pigeon", "pillow", "pirate", "planet",
    "plum", "pocket", "pony", "potato", "prairie", "pretzel", "puffin", "pumpkin", "puppet",
    "puzzle", "python", "quartz", "queen", "quilt", "rabbit", "radish", "raven", "ribbon", "river",
    "robin", "rocket", "saddle", "salmon", "sapphire", "saturn", "scarf", "seagull", "shadow",
    "shelter", "silver", "singer", "spider", "spiral", "squirrel", "statue", "summer", "sunset",
    "swallow", "tango", "teapot", "temple", "thunder", "tiger", "timber", "toast", "tomato",
    "trumpet", "tulip", "tunnel", "turtle", "umbrella", "valley", "velvet", "violin", "volcano",
    "waffle", "wagon", "walnut", "walrus", "whistle", "willow", "window", "winter", "zebra",
];

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn request() -> PhraseOf<'static> {
        PhraseOf {
            enrollment: "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d".parse().unwrap(),
            public_key: &KEY,
            name: "deploy-bot",
            human_email: "alice@example.com",
            access: "",
        }
    }

    #[test]
    fn every_part_of_the_request_changes_the_phrase() {
        let phrase = request().phrase();
        assert_eq!(phrase.split(' ').count(), LENGTH);
        assert_eq!(phrase, request().phrase());
        let other = PhraseOf {
            public_key: &[8; 32],
            ..request()
        };
        assert_ne!(other.phrase(), phrase);
        let other = PhraseOf {
            name: "deploy-bota",
            human_email: "lice@example.com",
            ..request()
        };
        assert_ne!(other.phrase(), phrase);
        let other = PhraseOf {
            access: "[]",
            ..request()
        };
        assert_ne!(other.phrase(), phrase);
        let other = PhraseOf {
            enrollment: EnrollmentId::NIL,
            ..request()
        };
        assert_ne!(other.phrase(), phrase);
    }

    #[test]
    fn the_phrase_is_one_of_the_choices_and_not_always_the_same_one() {
        let mut places = std::collections::HashSet::new();
        for byte in 0..=255 {
            let request = PhraseOf {
                public_key: &[byte; 32],
                ..request()
            };
            let choices = request.choices();
            assert_eq!(choices.len(), DECOYS + 1);
            assert_eq!(choices, request.choices());
            places.insert(
                choices
                    .iter()
                    .position(|choice| *choice == request.phrase())
                    .unwrap(),
            );
        }
        assert_eq!(places.len(), DECOYS + 1);
    }

    #[test]
    fn words_are_plain_in_order_and_told_apart_by_four_letters_or_their_length() {
        assert!(WORDS.is_sorted());
        let mut seen = std::collections::HashSet::new();
        for word in WORDS {
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
            assert!((3..=10).contains(&word.len()), "{word}");
            assert!(seen.insert(word), "{word} twice");
        }
    }

    #[test]
    fn spacing_and_capitals_do_not_matter() {
        assert!(is_same(
            " Amber-lion  OCEAN,tiger",
            "amber lion ocean tiger"
        ));
        assert!(!is_same("amber lion ocean", "amber lion ocean tiger"));
        assert!(!is_same("amber lion tiger ocean", "amber lion ocean tiger"));
        assert!(!is_same("", "amber lion ocean tiger"));
    }
}

//! Time and randomness: the two inputs that would make a run unrepeatable.
//!
//! Nothing else in the workspace asks the operating system for either; both are passed in, so tests
//! choose them and never wait.
//!
//! Invariant: a [`Timestamp`] is always a moment that RFC 3339 can write (years 0000 to 9999);
//! arithmetic saturates at the ends instead of wrapping.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A moment in UTC with millisecond resolution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0000-01-01T00:00:00.000Z
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// 9999-12-30T22:00:00.000Z, the last full second every time zone can show.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// Milliseconds since 1970-01-01T00:00:00Z, clamped to [`Self::MIN`]..=[`Self::MAX`].
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Whole seconds since 1970-01-01T00:00:00Z (the unit of JWT claims), clamped like
    /// [`Self::from_millis`].
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, as stored.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `duration` later; fractions of a millisecond are dropped.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(millis_of(duration)))
    }

    /// The moment `duration` earlier; fractions of a millisecond are dropped.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(millis_of(duration)))
    }

    /// How long ago `earlier` was; zero when it is not in the past.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same moment for calendar arithmetic.
    pub(crate) fn to_jiff(self) -> jiff::Timestamp {
        // In range by the type's invariant.
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

fn millis_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC: `2026-11-23T14:55:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an RFC 3339 date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 date and time with an offset, for example 2027-01-31T12:00:00Z")]
pub struct TimestampError;

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Accepts any RFC 3339 offset; digits below the millisecond are dropped.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        if !has_rfc3339_shape(text.as_bytes()) {
            return Err(TimestampError);
        }
        let moment: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        let millis = moment.as_millisecond();
        let timestamp = Self::from_millis(millis);
        if timestamp.0 == millis {
            Ok(timestamp)
        } else {
            Err(TimestampError)
        }
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`. The calendar library is more lenient (it also takes
/// week dates and zone annotations), which would let two systems read one text differently.
fn has_rfc3339_shape(text: &[u8]) -> bool {
    let Some((head, tail)) = text.split_at_checked(19) else {
        return false;
    };
    let head_fits = head
        .iter()
        .zip(b"0000-00-00T00:00:00")
        .all(|(found, model)| match model {
            b'0' => found.is_ascii_digit(),
            b'T' => matches!(found, b'T' | b't' | b' '),
            other => found == other,
        });
    let offset = match tail {
        [b'.', fraction @ ..] => {
            let digits = fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            match fraction.split_at_checked(digits) {
                Some((digits, offset)) if (1..=9).contains(&digits.len()) => offset,
                _ => return false,
            }
        }
        offset => offset,
    };
    let offset_fits = match offset {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    };
    head_fits && offset_fits
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimestampVisitor;
        impl Visitor<'_> for TimestampVisitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 date and time")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(TimestampVisitor)
    }
}

/// Where the current time comes from.
pub trait Clock: Send + Sync {
    /// The current moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    fn now(&self) -> Timestamp {
        // A clock set before 1970 is a broken machine; the epoch makes everything expired, not valid.
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Timestamp::from_millis(millis_of(since_epoch))
    }
}

/// A clock that moves only when told to. Share it behind an `Arc`.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `start`.
    pub const fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Moves the clock to `now`, in either direction.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        // The closure always answers, so there is no failure to handle.
        let _ = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |millis| {
                Some(Timestamp(millis).plus(duration).0)
            });
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Where unpredictable bytes come from. In production this is the operating system's
/// cryptographic generator; an implementation that can fail must abort rather than return
/// predictable bytes.
pub trait Random: Send + Sync {
    /// Fills all of `out`.
    fn fill(&self, out: &mut [u8]);

    /// A time-ordered UUID (RFC 9562 version 7): 48 bits of milliseconds, 74 random bits.
    fn uuid_v7(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A random UUID (RFC 9562 version 4), for ids that must not tell when they were made.
    fn uuid_v4(&self) -> Uuid {
        let mut random = [0; 16];
        self.fill(&mut random);
        uuid::Builder::from_random_bytes(random).into_uuid()
    }
}

/// A repeatable stream of bytes for tests: SHA-256 of seed and counter. Predictable, so it is not
/// compiled into a release build.
#[cfg(any(test, feature = "test-support"))]
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    block: std::sync::atomic::AtomicU64,
}

#[cfg(any(test, feature = "test-support"))]
impl SeededRandom {
    /// Two generators of one seed give the same bytes to the same sequence of calls.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            block: std::sync::atomic::AtomicU64::new(0),
        }
    }
}

#[cfg(any(test, feature = "test-support"))]
impl Random for SeededRandom {
    fn fill(&self, out: &mut [u8]) {
        use sha2::{Digest, Sha256};
        for chunk in out.chunks_mut(32) {
            let block = self.block.fetch_add(1, Ordering::SeqCst);
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(block.to_be_bytes());
            for (to, from) in chunk.iter_mut().zip(hash.finalize()) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<i64> {
        text.parse::<Timestamp>().ok().map(Timestamp::as_millis)
    }

    #[test]
    fn display_is_utc_with_three_digits() {
        assert_eq!(
            Timestamp::from_millis(0).to_string(),
            "1970-01-01T00:00:00.000Z"
        );
        assert_eq!(
            Timestamp::from_millis(-1).to_string(),
            "1969-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp::from_millis(1_795_445_700_120).to_string(),
            "2026-11-23T14:55:00.120Z"
        );
        assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T22:00:00.000Z");
    }

    #[test]
    fn any_offset_is_read_as_the_same_moment() {
        let noon = parse("2026-11-23T12:00:00Z").unwrap();
        for text in [
            "2026-11-23T12:00:00.000Z",
            "2026-11-23t12:00:00z",
            "2026-11-23 12:00:00Z",
            "2026-11-23T13:30:00+01:30",
            "2026-11-22T22:00:00-14:00",
            "2026-11-23T12:00:00.0009Z",
            "2026-11-23T12:00:00.000000000+00:00",
        ] {
            assert_eq!(parse(text), Some(noon), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T12:00:00",
            "2026-11-23T12:00Z",
            "2026-11-23T12:00:00.Z",
            "2026-11-23T12:00:00+0100",
            "2026-11-23T12:00:00+01",
            "2026-11-23T12:00:00Z[Europe/Berlin]",
            "2026-W48-1T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "2026-11-23T24:00:00Z",
            "+002026-11-23T12:00:00Z",
            "2026-11-23T12:00:00.0000000001Z",
            " 2026-11-23T12:00:00Z",
            "9999-12-31T23:59:59Z",
            "0000-01-01T00:00:00+01:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_seconds(i64::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.minus(Duration::MAX), Timestamp::MIN);
        let now = Timestamp::from_millis(1500);
        assert_eq!(now.plus(Duration::from_secs(2)).as_millis(), 3500);
        assert_eq!(now.as_seconds(), 1);
        assert_eq!(Timestamp::from_millis(-1).as_seconds(), -1);
        assert_eq!(
            now.since(Timestamp::from_millis(500)),
            Duration::from_secs(1)
        );
        assert_eq!(now.since(Timestamp::from_millis(1501)), Duration::ZERO);
    }

    #[test]
    fn json_is_the_text_form() {
        let now = Timestamp::from_millis(1_795_445_700_120);
        let json = serde_json::to_string(&now).unwrap();
        assert_eq!(json, "\"2026-11-23T14:55:00.120Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), now);
        assert!(serde_json::from_str::<Timestamp>("1795445700120").is_err());
    }

    #[test]
    fn manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(Timestamp::from_millis(10));
        assert_eq!(clock.now().as_millis(), 10);
        clock.advance(Duration::from_millis(5));
        assert_eq!(clock.now().as_millis(), 15);
        clock.set(Timestamp::from_millis(1));
        assert_eq!(clock.now().as_millis(), 1);
    }

    #[test]
    fn uuids_carry_version_and_time() {
        let random = SeededRandom::new(1);
        let early = random.uuid_v7(Timestamp::from_millis(1000));
        let late = random.uuid_v7(Timestamp::from_millis(1001));
        assert_eq!(early.get_version_num(), 7);
        assert!(early < late);
        assert_eq!(random.uuid_v4().get_version_num(), 4);
        assert_eq!(random.uuid_v4().get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn seeded_random_repeats_by_seed_alone() {
        let bytes = |seed| {
            let random = SeededRandom::new(seed);
            let mut out = [0; 70];
            random.fill(&mut out);
            out
        };
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }
}

//! Every limit on how often something may be tried: its default, and the arithmetic.
//!
//! Invariants: an operation that anyone may call without a credential has a [`Limit`]; all defaults are
//! in this file. The functions are pure, the caller keeps the state (in memory for [`Limit::Flood`], in the
//! database for the rest, so that all nodes count together).

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::clock::Timestamp;
use crate::words::words;

words! {
    /// What is limited.
    pub enum Limit, "limit" {
        /// All requests, per network of the client.
        Flood = "flood",
        /// Sign-in, token exchange, password reset and the like, per network of the client.
        AuthPublic = "auth_public",
        /// Requests of agents to join, per network of the client.
        Enroll = "enroll",
        /// The same, over a longer time, so that no network can fill the list of those that wait.
        EnrollNetwork = "enroll_network",
        /// Mails about requests to join, per address.
        EnrollAddress = "enroll_address",
        /// The same, per address and day.
        EnrollAddressDaily = "enroll_address_daily",
        /// Requests to join from a network that somebody reported, per address of that person.
        EnrollReported = "enroll_reported",
        /// Wrong verification phrases, per request to join.
        EnrollPhrase = "enroll_phrase",
        /// Wrong passwords and codes, per account.
        Login = "login",
        /// Wrong passwords and codes of somebody who is signed in, per account.
        Reauth = "reauth",
        /// Tries of codes that were mailed to sign in with, per address.
        EmailCode = "email_code",
        /// Wrong codes of the second factor, per account.
        SecondFactor = "second_factor",
        /// New accounts, per network of the client.
        Signup = "signup",
        /// Mails that anyone can cause (reset, verification), per address.
        MailAddress = "mail_address",
        /// Device sign-in codes typed in, per network of the client.
        DeviceCode = "device_code",
        /// Device sign-in codes that were typed in and name nothing, per network of the client.
        DeviceCodeGuess = "device_code_guess",
        /// Polling for the outcome of a pairing or a device sign-in, per request.
        Poll = "poll",
        /// Wrong passphrases, per share.
        SharePassphrase = "share_passphrase",
        /// New shares, per organisation.
        ShareCreate = "share_create",
        /// Codes and refresh tokens of assistants that are refused, per network of the client.
        OauthToken = "oauth_token",
        /// Assistants that register themselves, per network of the client.
        OauthRegister = "oauth_register",
        /// Descriptions of assistants that are fetched, per person.
        OauthDocument = "oauth_document",
    }
}

/// How a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Up to `burst` at once, and one more every `interval`; see [`token_bucket`].
    Bucket {
        /// How many at once.
        burst: u32,
        /// How long until one more is allowed.
        interval: Duration,
    },
    /// Up to `count` in `length`, counted from the first; see [`fixed_window`].
    Window {
        /// How many.
        count: u32,
        /// In what time.
        length: Duration,
    },
    /// After `free` failures in a row a pause, doubled with every further one; see [`backoff`].
    Backoff {
        /// Failures without a pause.
        free: u32,
        /// The first pause.
        first: Duration,
        /// The longest pause.
        longest: Duration,
    },
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

impl Limit {
    /// The default.
    #[expect(clippy::match_same_arms, reason = "a table with one line per limit")]
    pub const fn policy(self) -> Policy {
        match self {
            Self::Flood => Policy::Bucket {
                burst: 200,
                interval: Duration::from_millis(10),
            },
            Self::AuthPublic
            | Self::Enroll
            | Self::DeviceCode
            | Self::OauthToken
            | Self::OauthRegister => Policy::Bucket {
                burst: 5,
                interval: SECOND,
            },
            // Clients poll every three seconds; the burst covers a restart.
            Self::Poll => Policy::Bucket {
                burst: 10,
                interval: SECOND,
            },
            Self::EnrollNetwork => Policy::Window {
                count: 60,
                length: HOUR,
            },
            Self::EnrollAddress => Policy::Window {
                count: 1,
                length: MINUTE.saturating_mul(10),
            },
            Self::EnrollAddressDaily => Policy::Window {
                count: 5,
                length: DAY,
            },
            Self::EnrollReported => Policy::Window {
                count: 1,
                length: DAY.saturating_mul(7),
            },
            Self::EnrollPhrase => Policy::Window {
                count: 5,
                length: DAY,
            },
            Self::EmailCode => Policy::Window {
                count: 10,
                length: HOUR,
            },
            Self::DeviceCodeGuess => Policy::Window {
                count: 20,
                length: HOUR,
            },
            Self::Signup => Policy::Window {
                count: 10,
                length: HOUR,
            },
            Self::MailAddress => Policy::Window {
                count: 5,
                length: HOUR,
            },
            Self::SharePassphrase => Policy::Window {
                count: 10,
                length: HOUR,
            },
            Self::ShareCreate => Policy::Window {
                count: 10,
                length: MINUTE,
            },
            Self::OauthDocument => Policy::Window {
                count: 30,
                length: MINUTE,
            },
            Self::Login | Self::Reauth | Self::SecondFactor => Policy::Backoff {
                free: 5,
                first: Duration::from_secs(30),
                longest: HOUR,
            },
        }
    }

    /// What the caller is told. Never says whether an account or an address is known.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Flood => "Too many requests from this network. Slow down and try again.",
            Self::AuthPublic | Self::DeviceCode => {
                "Too many sign-in attempts from this network. Try again in a moment."
            }
            Self::Enroll => "Too many requests to join from this network. Try again in a moment.",
            Self::EnrollNetwork => "Too many requests to join from this network. Try again later.",
            Self::EnrollAddress | Self::EnrollAddressDaily | Self::EnrollReported => {
                "Too many requests to join for this address. Try again later."
            }
            Self::EnrollPhrase => {
                "Too many wrong verification phrases. Start the agent's request again."
            }
            Self::SecondFactor => "Too many wrong codes. Try again later.",
            Self::Login | Self::Reauth => {
                "Too many failed attempts. Try again later or reset the password."
            }
            Self::EmailCode => "Too many codes were tried for this address. Try again in an hour.",
            Self::DeviceCodeGuess => "Too many codes that do not exist. Try again later.",
            Self::Signup => "Too many new accounts from this network. Try again later.",
            Self::MailAddress => "Too many mails to this address. Try again later.",
            Self::Poll => "Polling too fast. Ask every three seconds.",
            Self::SharePassphrase => "Too many wrong passphrases for this share. Try again later.",
            Self::OauthToken => {
                "Too many refused requests for tokens from this network. Try again in a moment."
            }
            Self::OauthRegister => {
                "Too many assistants registered from this network. Try again in a moment."
            }
            Self::OauthDocument => "You opened the consent page too often. Try again in a minute.",
            Self::ShareCreate => "Too many new shares in this organisation. Try again in a minute.",
        }
    }
}

/// What an address counts as: an IPv4 address by itself, an IPv6 address by its /56, because one
/// subscriber has at least that many.
pub fn client_network(address: IpAddr) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { 32 } else { 56 };
    IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |network| network.trunc())
}

/// Takes one token from a bucket of `burst` tokens that gains one every `interval`.
///
/// The whole state of a bucket is the moment when it will be full again (the "theoretical arrival
/// time" of the generic cell rate algorithm); `None` means it is full now.
///
/// # Errors
/// How long to wait until there is a token.
pub fn token_bucket(
    burst: u32,
    interval: Duration,
    full_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Timestamp, Duration> {
    let full_at = full_at
        .map_or(now, |full_at| full_at.max(now))
        .plus(interval);
    let capacity = interval.saturating_mul(burst);
    match full_at.since(now).checked_sub(capacity) {
        // A clock that was set back must not lock anyone out for longer than an empty bucket does.
        Some(wait) if !wait.is_zero() => Err(wait.min(capacity.max(interval))),
        _ => Ok(full_at),
    }
}

/// The state of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When its first try came.
    pub started_at: Timestamp,
    /// How many tries were allowed since.
    pub count: u32,
}

/// Counts a try in a window of `length` that allows `limit` of them. Refused tries do not count, so
/// the window ends `length` after its first try whatever happens in it.
///
/// # Errors
/// How long to wait until the window ends.
pub fn fixed_window(
    limit: u32,
    length: Duration,
    state: Option<Window>,
    now: Timestamp,
) -> Result<Window, Duration> {
    let current = state.filter(|window| now < window.started_at.plus(length));
    let Window { started_at, count } = current.unwrap_or(Window {
        started_at: now,
        count: 0,
    });
    if count < limit {
        return Ok(Window {
            started_at,
            count: count + 1,
        });
    }
    Err(started_at.plus(length).since(now).min(length))
}

/// Whether another attempt is allowed after `failures` in a row, the last at `last_failure`.
///
/// # Errors
/// How long to wait until it is.
pub fn backoff(
    free: u32,
    first: Duration,
    longest: Duration,
    failures: u32,
    last_failure: Timestamp,
    now: Timestamp,
) -> Result<(), Duration> {
    let Some(doublings) = failures.checked_sub(free) else {
        return Ok(());
    };
    let pause = first
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(longest);
    let wait = last_failure.plus(pause).since(now).min(pause);
    if wait.is_zero() { Ok(()) } else { Err(wait) }
}

/// The value of a `Retry-After` header: whole seconds, rounded up, at least one.
pub fn retry_after_seconds(wait: Duration) -> u64 {
    let partial = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(partial).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn a_bucket_allows_the_burst_then_the_rate() {
        let mut state = None;
        for _ in 0..5 {
            state = Some(token_bucket(5, SECOND, state, at(0)).unwrap());
        }
        assert_eq!(token_bucket(5, SECOND, state, at(0)), Err(SECOND));
        let half = at(0).plus(Duration::from_millis(500));
        assert_eq!(
            token_bucket(5, SECOND, state, half),
            Err(Duration::from_millis(500))
        );
        state = Some(token_bucket(5, SECOND, state, at(1)).unwrap());
        assert_eq!(token_bucket(5, SECOND, state, at(1)), Err(SECOND));
        // After a long rest there is one burst again, not more.
        let mut allowed = 0;
        while let Ok(next) = token_bucket(5, SECOND, state, at(3600)) {
            state = Some(next);
            allowed += 1;
        }
        assert_eq!(allowed, 5);
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out_for_long() {
        let state = Some(at(3600));
        assert_eq!(token_bucket(5, SECOND, state, at(0)), Err(SECOND * 5));
        let window = Some(Window {
            started_at: at(3600),
            count: 9,
        });
        assert_eq!(fixed_window(9, MINUTE, window, at(0)), Err(MINUTE));
        assert_eq!(
            backoff(0, SECOND, HOUR, 1, at(3600), at(0)),
            Err(SECOND * 2)
        );
    }

    #[test]
    fn a_window_ends_after_its_first_try() {
        let first = fixed_window(2, MINUTE, None, at(0)).unwrap();
        let second = fixed_window(2, MINUTE, Some(first), at(30)).unwrap();
        assert_eq!(
            second,
            Window {
                started_at: at(0),
                count: 2
            }
        );
        assert_eq!(fixed_window(2, MINUTE, Some(second), at(59)), Err(SECOND));
        let next = fixed_window(2, MINUTE, Some(second), at(60)).unwrap();
        assert_eq!(
            next,
            Window {
                started_at: at(60),
                count: 1
            }
        );
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let Policy::Backoff {
            free,
            first,
            longest,
        } = Limit::Login.policy()
        else {
            panic!("sign-in has a growing pause");
        };
        let wait = |failures, now| backoff(free, first, longest, failures, at(0), now).err();
        assert_eq!(wait(4, at(0)), None);
        assert_eq!(wait(5, at(0)), Some(Duration::from_secs(30)));
        assert_eq!(wait(6, at(10)), Some(Duration::from_secs(50)));
        assert_eq!(wait(6, at(60)), None);
        assert_eq!(wait(50, at(0)), Some(HOUR));
        assert_eq!(wait(u32::MAX, at(0)), Some(HOUR));
    }

    #[test]
    fn retry_after_is_rounded_up() {
        for (millis, seconds) in [(0, 1), (1, 1), (1000, 1), (1001, 2), (59_999, 60)] {
            assert_eq!(retry_after_seconds(Duration::from_millis(millis)), seconds);
        }
    }

    #[test]
    fn networks_of_one_subscriber_count_together() {
        let network = |text: &str| client_network(text.parse().unwrap()).to_string();
        assert_eq!(network("192.0.2.7"), "192.0.2.7/32");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7/32");
        assert_eq!(network("2001:db8:1:12ff::1"), "2001:db8:1:1200::/56");
        assert_eq!(
            network("2001:db8:1:12ff::1"),
            network("2001:db8:1:1200:8::")
        );
    }

    #[test]
    fn every_limit_allows_something_and_ends() {
        for limit in Limit::ALL {
            assert!(limit.sentence().ends_with('.'), "{limit}");
            match limit.policy() {
                Policy::Bucket { burst, interval } => {
                    assert!(
                        token_bucket(burst, interval, None, at(0)).is_ok(),
                        "{limit}"
                    );
                }
                Policy::Window { count, length } => {
                    assert!(fixed_window(count, length, None, at(0)).is_ok(), "{limit}");
                }
                Policy::Backoff {
                    free,
                    first,
                    longest,
                } => {
                    assert!(
                        backoff(free, first, longest, 0, at(0), at(0)).is_ok(),
                        "{limit}"
                    );
                    assert!(first < longest, "{limit}");
                }
            }
        }
    }
}

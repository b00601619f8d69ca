//! Flood protection: how many requests one client network may send, counted in memory.
//!
//! Counts that must hold across nodes or restarts (passwords, mails, passphrases) are the operations' business, in
//! the database. This is what stands before them.
//!
//! Invariants: the limit of a route is attached where the route is, never found by comparing addresses as text; it is
//! applied before a byte of the body is read; the memory is bounded however many networks call.

use super::Context;
use crate::error::ApiError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ipnet::IpNet;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::limit::{Limit, Policy, client_network, token_bucket};
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Most buckets in memory; the least used go first.
const MAX_BUCKETS: usize = 65_536;

/// Up to `burst` at once, and one more every `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// How many at once.
    pub burst: u32,
    /// How long until one more is allowed.
    pub interval: Duration,
}

impl Bucket {
    /// The default of a limit. One that is no bucket has no place here; it gets the strictest.
    fn of(limit: Limit) -> Self {
        match limit.policy() {
            Policy::Bucket { burst, interval } => Self { burst, interval },
            Policy::Window {
                length: interval, ..
            }
            | Policy::Backoff {
                longest: interval, ..
            } => Self { burst: 1, interval },
        }
    }
}

/// The limits per client network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloodLimits {
    /// All requests together.
    pub requests: Bucket,
    /// Signing up, signing in, resetting a password; failed exchanges of keys and failed opens of shares.
    pub sign_in: Bucket,
    /// Requests of agents to join.
    pub enroll: Bucket,
}

impl Default for FloodLimits {
    fn default() -> Self {
        Self {
            requests: Bucket::of(Limit::Flood),
            sign_in: Bucket::of(Limit::AuthPublic),
            enroll: Bucket::of(Limit::Enroll),
        }
    }
}

/// The buckets.
pub(crate) struct Flood {
    limits: Option<FloodLimits>,
    /// When each bucket is full again, in milliseconds since the epoch.
    buckets: Cache<(Limit, IpNet), Arc<AtomicI64>>,
}

impl Flood {
    pub(crate) fn new(limits: Option<FloodLimits>) -> Self {
        Self {
            limits,
            buckets: Cache::new(MAX_BUCKETS),
        }
    }

    fn bucket(&self, limit: Limit, network: IpNet) -> Option<(Bucket, Arc<AtomicI64>)> {
        let limits = self.limits.as_ref()?;
        let bucket = match limit {
            Limit::Flood => limits.requests,
            Limit::Enroll => limits.enroll,
            _ => limits.sign_in,
        };
        let empty = || Ok::<_, Infallible>(Arc::new(AtomicI64::new(i64::MIN)));
        match self.buckets.get_or_insert_with(&(limit, network), empty) {
            Ok(state) => Some((bucket, state)),
        }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// How long to wait until there is one.
    pub(crate) fn take(
        &self,
        limit: Limit,
        network: IpNet,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let Some((bucket, state)) = self.bucket(limit, network) else {
            return Ok(());
        };
        let mut known = state.load(Ordering::Relaxed);
        loop {
            let full_at = token_bucket(
                bucket.burst,
                bucket.interval,
                Some(Timestamp::from_millis(known)),
                now,
            )?;
            match state.compare_exchange_weak(
                known,
                full_at.as_millis(),
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(()),
                Err(newer) => known = newer,
            }
        }
    }

    /// Whether there is a token, without taking it.
    ///
    /// # Errors
    /// How long to wait until there is one.
    fn check(&self, limit: Limit, network: IpNet, now: Timestamp) -> Result<(), Duration> {
        let Some((bucket, state)) = self.bucket(limit, network) else {
            return Ok(());
        };
        let full_at = Timestamp::from_millis(state.load(Ordering::Relaxed));
        token_bucket(bucket.burst, bucket.interval, Some(full_at), now).map(|_| ())
    }

    /// Takes one token, if need be one that is yet to come: of requests that ran at once, all that failed count.
    fn charge(&self, limit: Limit, network: IpNet, now: Timestamp) {
        let Some((bucket, state)) = self.bucket(limit, network) else {
            return;
        };
        let later = |full_at: i64| {
            Some(
                Timestamp::from_millis(full_at)
                    .max(now)
                    .plus(bucket.interval)
                    .as_millis(),
            )
        };
        // The closure never declines, so this always stores.
        let _ = state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    }
}

/// What a route's own limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// Every request.
    All,
    /// Only refused ones. Many agents behind one address may start at once, each with a good key; whoever guesses
    /// has bad ones.
    Refused,
}

/// The limit of a public route, for [`limit`].
#[derive(Clone)]
pub(crate) struct RouteLimit {
    pub(crate) flood: Arc<Flood>,
    pub(crate) limit: Limit,
    pub(crate) count: Count,
}

/// Applies a route's own limit, beside the one that holds for all.
pub(crate) async fn limit(
    State(route): State<RouteLimit>,
    request: Request,
    next: Next,
) -> Response {
    let RouteLimit {
        flood,
        limit,
        count,
    } = route;
    let context = request.extensions().get::<Context>();
    let Some((network, at)) =
        context.and_then(|context| Some((client_network(context.ip?), context.at)))
    else {
        return next.run(request).await;
    };
    let allowed = match count {
        Count::All => flood.take(limit, network, at),
        Count::Refused => flood.check(limit, network, at),
    };
    if let Err(wait) = allowed {
        return ApiError::flood(limit, wait).into_response();
    }
    let response = next.run(request).await;
    if count == Count::Refused && response.status().is_client_error() {
        flood.charge(limit, network, at);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn network(text: &str) -> IpNet {
        client_network(text.parse().unwrap())
    }

    fn flood() -> Flood {
        Flood::new(Some(FloodLimits::default()))
    }

    #[test]
    fn each_network_and_each_limit_has_its_own_bucket() {
        let flood = flood();
        for _ in 0..5 {
            flood
                .take(Limit::AuthPublic, network("192.0.2.1"), NOW)
                .unwrap();
        }
        assert_eq!(
            flood.take(Limit::AuthPublic, network("192.0.2.1"), NOW),
            Err(Duration::from_secs(1))
        );
        flood
            .take(Limit::AuthPublic, network("192.0.2.2"), NOW)
            .unwrap();
        flood
            .take(Limit::Enroll, network("192.0.2.1"), NOW)
            .unwrap();
        flood
            .take(
                Limit::AuthPublic,
                network("192.0.2.1"),
                NOW.plus(Duration::from_secs(1)),
            )
            .unwrap();
    }

    #[test]
    fn one_subscriber_of_ipv6_is_one_network() {
        let flood = flood();
        let mut allowed = 0;
        for host in 0..50 {
            allowed += u32::from(
                flood
                    .take(Limit::Enroll, network(&format!("2001:db8::{host:x}")), NOW)
                    .is_ok(),
            );
        }
        assert_eq!(allowed, 5);
    }

    #[test]
    fn refused_requests_that_ran_at_once_all_count() {
        let flood = flood();
        let here = network("192.0.2.1");
        for _ in 0..20 {
            flood.check(Limit::AuthPublic, here, NOW).unwrap();
        }
        for _ in 0..20 {
            flood.charge(Limit::AuthPublic, here, NOW);
        }
        let after = |seconds| {
            flood.check(
                Limit::AuthPublic,
                here,
                NOW.plus(Duration::from_secs(seconds)),
            )
        };
        assert!(
            after(15).is_err(),
            "twenty failures take more than a burst of five can"
        );
        assert!(after(16).is_ok());
    }

    #[test]
    fn switched_off_means_no_limit() {
        let flood = Flood::new(None);
        for _ in 0..10_000 {
            flood
                .take(Limit::Enroll, network("192.0.2.1"), NOW)
                .unwrap();
        }
    }
}

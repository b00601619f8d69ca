//! Counters for a monitoring system, in the text format of Prometheus.
//!
//! Invariants: the labels are routes as they are written in this program, names of methods and statuses, all from
//! lists that are fixed at the start, and never a word of a request; counting takes atomics only, and nothing at all
//! where nobody asked for it. They are served on a listener of their own, because nothing there asks for a credential.

use crate::error::{self, ApiResult};
use axum::Router;
use axum::extract::State;
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use oneclaw_app::health::{self, Backlog};
use oneclaw_app::{App, CommitCounts, GROUP_SIZES};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Requests answered.
const REQUESTS: &str = "oneclaw_http_requests_total";
/// How long they took.
const DURATION: &str = "oneclaw_http_request_duration_seconds";
/// Commits that the database did not take.
const FAILED: &str = "oneclaw_commit_failures_total";
/// Mails that have not left.
const MAILS: &str = "oneclaw_outbox_mails";

/// Statuses that are counted apart.
const STATUSES: [u16; 25] = [
    200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 400, 401, 403, 404, 405, 409, 410, 412, 413,
    415, 422, 429, 500, 502, 503,
];
/// Any other.
const OTHER: &str = "other";
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", OTHER];
/// Upper bounds of the classes that durations are counted in, in microseconds, with their label in seconds.
const DURATIONS: [(u64, &str); 12] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];
/// The content type of the format.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// The counters of one server. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// By route, as the router spells it.
    api: HashMap<String, Arc<Route>>,
    /// All pages for people.
    pages: Arc<Route>,
    /// Whatever no route matches.
    unknown: Arc<Route>,
}

/// What is counted for one route.
#[derive(Debug)]
struct Route {
    label: String,
    /// In the order of [`METHODS`], once there was a request.
    series: [OnceLock<Series>; METHODS.len()],
}

impl Route {
    fn new(label: &str) -> Arc<Self> {
        Arc::new(Self {
            label: label.to_owned(),
            series: Default::default(),
        })
    }
}

#[derive(Debug, Default)]
struct Series {
    /// In the order of [`STATUSES`], then all others.
    statuses: [AtomicU64; STATUSES.len() + 1],
    /// In the order of [`DURATIONS`], then all longer ones.
    durations: [AtomicU64; DURATIONS.len() + 1],
    microseconds: AtomicU64,
}

fn add(counters: &[AtomicU64], place: usize) {
    if let Some(counter) = counters.get(place) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Series {
    fn note(&self, status: StatusCode, took: Duration) {
        let status = status.as_u16();
        let place = STATUSES.iter().position(|known| *known == status);
        add(&self.statuses, place.unwrap_or(STATUSES.len()));
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = DURATIONS.iter().position(|(bound, _)| took <= *bound);
        add(&self.durations, place.unwrap_or(DURATIONS.len()));
        self.microseconds.fetch_add(took, Ordering::Relaxed);
    }
}

/// A request that is being answered.
pub(crate) struct Timed {
    route: Arc<Route>,
    method: usize,
    began: Instant,
}

impl Timed {
    /// Counts the request.
    pub(crate) fn end(self, status: StatusCode) {
        if let Some(series) = self.route.series.get(self.method) {
            series
                .get_or_init(Series::default)
                .note(status, self.began.elapsed());
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counters that stand at zero.
    #[must_use]
    pub fn new() -> Self {
        let endpoints = crate::openapi::endpoints();
        let api = endpoints
            .into_iter()
            .map(|(route, label)| (route, Route::new(&label)))
            .chain([("/mcp".to_owned(), Route::new("/mcp"))])
            .collect();
        Self(Arc::new(Inner {
            api,
            pages: Route::new("page"),
            unknown: Route::new("unknown"),
        }))
    }

    /// Begins to time a request. `route` is the one that matched it, as the router spells it.
    pub(crate) fn begin(&self, method: &Method, route: Option<&str>) -> Timed {
        let counted = match route {
            Some(route) => self.0.api.get(route).unwrap_or(&self.0.pages),
            None => &self.0.unknown,
        };
        let place = METHODS.iter().position(|known| *known == method.as_str());
        Timed {
            route: Arc::clone(counted),
            method: place.unwrap_or(METHODS.len() - 1),
            began: Instant::now(),
        }
    }

    /// What was counted so far.
    fn render(
        &self,
        commits: CommitCounts,
        backlog: Option<Backlog>,
    ) -> Result<String, fmt::Error> {
        let mut text = String::with_capacity(32 * 1024);
        heading(
            &mut text,
            "oneclaw_build_info",
            "gauge",
            "The version that runs.",
        )?;
        writeln!(
            text,
            "oneclaw_build_info{{version=\"{}\"}} 1",
            env!("CARGO_PKG_VERSION")
        )?;
        self.render_requests(&mut text)?;
        render_commits(&mut text, commits)?;
        render_backlog(&mut text, backlog)?;
        Ok(text)
    }

    fn render_requests(&self, text: &mut String) -> fmt::Result {
        let Inner {
            api,
            pages,
            unknown,
        } = &*self.0;
        let mut routes: Vec<&Route> = api
            .values()
            .chain([pages, unknown])
            .map(Arc::as_ref)
            .collect();
        routes.sort_by(|a, b| a.label.cmp(&b.label));
        let all = || {
            routes.iter().flat_map(|route| {
                let by_method = METHODS.iter().zip(&route.series);
                by_method
                    .filter_map(|(method, series)| Some((&route.label, *method, series.get()?)))
            })
        };
        heading(text, REQUESTS, "counter", "Requests answered, by route.")?;
        for (route, method, series) in all() {
            for (place, counter) in series.statuses.iter().enumerate() {
                let count = counter.load(Ordering::Relaxed);
                let status = STATUSES.get(place).map_or(OTHER.to_owned(), u16::to_string);
                if count > 0 {
                    let labels =
                        format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
                    writeln!(text, "{REQUESTS}{{{labels}}} {count}")?;
                }
            }
        }
        heading(
            text,
            DURATION,
            "histogram",
            "Time from the head of a request to its answer.",
        )?;
        for (route, method, series) in all() {
            let labels = format!("method=\"{method}\",route=\"{route}\"");
            let mut sum = 0_u64;
            for (place, counter) in series.durations.iter().enumerate() {
                sum = sum.saturating_add(counter.load(Ordering::Relaxed));
                let bound = DURATIONS.get(place).map_or("+Inf", |(_, label)| label);
                writeln!(text, "{DURATION}_bucket{{{labels},le=\"{bound}\"}} {sum}")?;
            }
            let microseconds = series.microseconds.load(Ordering::Relaxed);
            let (whole, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
            writeln!(text, "{DURATION}_sum{{{labels}}} {whole}.{rest:06}")?;
            writeln!(text, "{DURATION}_count{{{labels}}} {sum}")?;
        }
        Ok(())
    }
}

fn heading(text: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

fn render_commits(text: &mut String, commits: CommitCounts) -> fmt::Result {
    const SIZE: &str = "oneclaw_commit_group_size";
    heading(text, SIZE, "histogram", "Members of one durable commit.")?;
    let mut sum = 0_u64;
    for (bound, count) in GROUP_SIZES.iter().zip(commits.by_size) {
        sum = sum.saturating_add(count);
        writeln!(text, "{SIZE}_bucket{{le=\"{bound}\"}} {sum}")?;
    }
    writeln!(text, "{SIZE}_bucket{{le=\"+Inf\"}} {}", commits.groups)?;
    writeln!(
        text,
        "{SIZE}_sum {}\n{SIZE}_count {}",
        commits.members, commits.groups
    )?;
    heading(
        text,
        FAILED,
        "counter",
        "Commits that the database did not take.",
    )?;
    writeln!(text, "{FAILED} {}", commits.failed)
}

fn render_backlog(text: &mut String, backlog: Option<Backlog>) -> fmt::Result {
    const UP: &str = "oneclaw_database_up";
    heading(text, UP, "gauge", "Whether the database answers.")?;
    writeln!(text, "{UP} {}", u8::from(backlog.is_some()))?;
    let Some(backlog) = backlog else {
        return Ok(());
    };
    heading(text, MAILS, "gauge", "Mails that have not left.")?;
    for (state, count) in [
        ("queued", backlog.queued_mails),
        ("kept", backlog.kept_mails),
        ("failed", backlog.failed_mails),
    ] {
        writeln!(text, "{MAILS}{{state=\"{state}\"}} {count}")?;
    }
    Ok(())
}

/// What the listener for monitoring answers: the counters, and whether the server is ready.
pub fn metrics_router(app: App, metrics: Metrics) -> Router {
    let counters = Router::new()
        .route("/metrics", get(show))
        .with_state((app.clone(), metrics));
    Router::new()
        .route("/readyz", get(crate::api::ready))
        .with_state(app)
        .merge(counters)
        .layer(map_response(with_problem))
}

/// Problems get their body here; what else the layer around the API does is for strangers.
async fn with_problem(mut response: Response) -> Response {
    error::write_problem(&mut response, &HeaderValue::from_static("monitoring"));
    response
}

async fn show(State((app, metrics)): State<(App, Metrics)>) -> ApiResult<Response> {
    // A database that does not answer is a finding, not a reason to say nothing.
    let backlog = health::backlog(&app).await.ok();
    let text = metrics
        .render(app.commit_counts(), backlog)
        .map_err(oneclaw_app::Error::internal)?;
    let fresh = HeaderValue::from_static("no-store");
    Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, fresh)], text).into_response())
}

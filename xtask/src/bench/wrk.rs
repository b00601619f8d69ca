//! The load generator `wrk`: one thread on a core of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::LOAD_CORE;
use crate::process;

/// What a load consists of: a script and its arguments.
pub(super) struct Load {
    /// The file in `xtask/bench`.
    pub(super) script: &'static str,
    pub(super) arguments: Vec<String>,
}

/// What one run showed. Latencies are those of a closed loop: a slow answer also delays the next request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measurement {
    pub(super) requests: f64,
    pub(super) seconds: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

impl Measurement {
    pub(super) fn per_second(&self) -> f64 {
        self.requests / self.seconds
    }

    /// What several load generators saw at the same time: their requests together, and of the latencies the worst.
    pub(super) fn together(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            seconds: self.seconds.max(other.seconds),
            p50_ms: self.p50_ms.max(other.p50_ms),
            p99_ms: self.p99_ms.max(other.p99_ms),
        }
    }
}

/// Loads a server for some seconds over a number of connections. Any failed request makes the measurement worthless.
pub(super) fn run(
    scripts: &Path,
    load: &Load,
    address: SocketAddr,
    connections: u32,
    seconds: u32,
) -> Result<Measurement> {
    let text = process::output(
        Command::new("taskset")
            // The scripts load each other by name, from the current folder.
            .current_dir(scripts)
            .args(["-c", LOAD_CORE, "wrk", "--threads=1", "--timeout=10s"])
            .arg(format!("--connections={connections}"))
            .arg(format!("--duration={seconds}s"))
            .arg(format!("--script={}", load.script))
            .arg(format!("http://{address}/"))
            .arg("--")
            .args(&load.arguments),
    )?;
    parse(&text)
}

/// Reads the line that `report.lua` prints.
fn parse(text: &str) -> Result<Measurement> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .with_context(|| format!("wrk printed no result: {text}"))?;
    let value = |name: &str| -> Result<f64> {
        line.split(' ')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .and_then(|(_, value)| value.parse().ok())
            .with_context(|| format!("no {name} in the result `{line}`"))
    };
    for failure in ["connect", "read", "write", "timeout", "status"] {
        if value(failure)? > 0.0 {
            bail!("requests failed, so the measurement says nothing: {line}");
        }
    }
    let measurement = Measurement {
        requests: value("requests")?,
        seconds: value("duration_us")? / 1e6,
        p50_ms: value("p50_us")? / 1e3,
        p99_ms: value("p99_us")? / 1e3,
    };
    if measurement.requests <= 0.0 || measurement.seconds <= 0.0 {
        bail!("no request was answered");
    }
    Ok(measurement)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Running 1s test\nRESULT requests=5000 duration_us=2000000 p50_us=150 p99_us=2500 \
        connect=0 read=0 write=0 timeout=0 status=0\n";

    #[test]
    fn a_result_is_read() {
        let measurement = parse(GOOD).unwrap();
        assert!((measurement.per_second() - 2500.0).abs() < 1e-9);
        assert!((measurement.p50_ms - 0.15).abs() < 1e-9);
        assert!((measurement.p99_ms - 2.5).abs() < 1e-9);
    }

    #[test]
    fn a_run_with_failures_is_refused() {
        for failure in ["connect", "read", "write", "timeout", "status"] {
            let text = GOOD.replace(&format!("{failure}=0"), &format!("{failure}=1"));
            assert!(parse(&text).is_err(), "{failure}");
        }
        assert!(parse(&GOOD.replace("requests=5000", "requests=0")).is_err());
        assert!(parse(&GOOD.replace(" p99_us=2500", "")).is_err());
        assert!(parse("nothing").is_err());
    }
}

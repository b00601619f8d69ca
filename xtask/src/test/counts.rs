//! Reading the summary lines of test runners.

use std::fmt;
use std::ops::Add;

/// How many tests passed, failed and did not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// One plain line that other programs can read too.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "tests: {} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// The counts in one line of output; zero for a line that is no summary.
///
/// Known forms are the summary of cargo-nextest, `Summary [ 0.1s] 5 tests run: 3 passed (1 slow), 2 failed, 1 skipped`,
/// that of `cargo test`, `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out`, which the Python
/// tests write too, that of vitest, `Tests  2 failed | 106 passed | 1 skipped (109)`, and that of Node, a line each:
/// `ℹ pass 15`.
pub(super) fn in_line(line: &str) -> Counts {
    let line = without_colours(line);
    let line = line.trim();
    if let Some(result) = line.strip_prefix("test result: ") {
        let figures = result.split_once(". ").map_or("", |(_, figures)| figures);
        return sum(figures.split(';'));
    }
    if line.starts_with("Summary [") {
        let figures = line.split_once(" run: ").map_or("", |(_, figures)| figures);
        return sum(without_parentheses(figures).split(','));
    }
    if let Some((what, number)) = line
        .strip_prefix("ℹ ")
        .and_then(|figure| figure.split_once(' '))
    {
        return of_node(what, number);
    }
    if let Some(figures) = line.strip_prefix("Tests  ") {
        return sum(without_parentheses(figures).split('|'));
    }
    Counts::default()
}

/// A test that is cancelled, because its file broke or took too long, did not pass.
fn of_node(what: &str, number: &str) -> Counts {
    let number = number.parse().unwrap_or_default();
    let mut counts = Counts::default();
    match what {
        "pass" => counts.passed = number,
        "fail" | "cancelled" => counts.failed = number,
        "skipped" | "todo" => counts.skipped = number,
        _ => {}
    }
    counts
}

fn sum<'a>(figures: impl Iterator<Item = &'a str>) -> Counts {
    figures.fold(Counts::default(), |mut counts, figure| {
        let Some((number, what)) = figure.trim().split_once(' ') else {
            return counts;
        };
        let Ok(number) = number.parse::<u64>() else {
            return counts;
        };
        match what.trim() {
            "passed" => counts.passed += number,
            "skipped" | "ignored" | "filtered out" => counts.skipped += number,
            "failed" | "exec failed" | "timed out" => counts.failed += number,
            _ => {}
        }
        counts
    })
}

/// Removes terminal control sequences of the form `ESC [ ... m`.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|character| match character {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, passed: u64, failed: u64, skipped: u64) {
        assert_eq!(
            in_line(line),
            Counts {
                passed,
                failed,
                skipped
            },
            "{line}"
        );
    }

    #[test]
    fn nextest_summaries() {
        check(
            "     Summary [   0.006s] 4 tests run: 4 passed, 0 skipped",
            4,
            0,
            0,
        );
        check(
            "     Summary [  90.002s] 4 tests run: 4 passed (1 slow, 1 leaky), 19 skipped",
            4,
            0,
            19,
        );
        check(
            "     Summary [   1.2s] 6/9 tests run: 2 passed, 1 failed (1 due to being leaky), 1 exec failed, 2 timed out, 3 skipped",
            2,
            4,
            3,
        );
        check(
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.006s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m",
            1,
            0,
            0,
        );
    }

    #[test]
    fn cargo_test_summaries() {
        check(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s",
            3,
            0,
            3,
        );
        check(
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            3,
            2,
            0,
        );
    }

    #[test]
    fn vitest_summaries() {
        check("      Tests  107 passed (107)", 107, 0, 0);
        check(
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m2 failed\u{1b}[39m\u{1b}[22m\u{1b}[2m | \u{1b}[22m106 passed\u{1b}[39m | 1 skipped\u{1b}[90m (109)\u{1b}[39m",
            106,
            2,
            1,
        );
        check(" Test Files  8 passed (8)", 0, 0, 0);
    }

    #[test]
    fn other_lines_count_for_nothing() {
        for line in [
            "",
            "running 3 tests",
            "        PASS [   0.005s] oneclaw-core policy::tests::deny_wins",
            "12 passed, 1 failed",
        ] {
            check(line, 0, 0, 0);
        }
    }

    #[test]
    fn the_summary_is_one_plain_line() {
        let counts = Counts {
            passed: 12,
            failed: 1,
            skipped: 0,
        };
        assert_eq!(counts.to_string(), "tests: 12 passed, 1 failed, 0 skipped");
    }

    #[test]
    fn the_lines_of_node_are_counted() {
        check("ℹ pass 15", 15, 0, 0);
        check("ℹ fail 2", 0, 2, 0);
        check("ℹ cancelled 1", 0, 1, 0);
        check("\u{1b}[34mℹ skipped 3\u{1b}[39m", 0, 0, 3);
        check("ℹ tests 21", 0, 0, 0);
        check("ℹ duration_ms 129737.569897", 0, 0, 0);
    }
}

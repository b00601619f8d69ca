//! What a person sees while the program waits for another person.
//!
//! A terminal gets a spinner after a moment, everything else a line at the start and one every half minute, and JSON
//! the same as events. Ctrl-C ends the program as usual; nothing is hidden or half done that would have to be undone.

use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at};

use crate::output::{Failure, Printer};
use crate::settings;

const FRAMES: [&str; 8] = ["⣾", "⣽", "⣻", "⢿", "⡿", "⣟", "⣯", "⣷"];
/// Whoever answers at once does not want to see anything turn.
const BEFORE_TURNING: Duration = Duration::from_millis(300);
const TURN_EVERY: Duration = Duration::from_millis(100);
/// How often a wait says that it goes on, where no terminal shows it.
const SAY_EVERY: Duration = Duration::from_secs(30);

/// Waits for something, and shows that it waits. `sentence` is for people, `event` for programs.
pub(crate) async fn during<T>(
    sentence: &str,
    event: &Value,
    printer: Printer,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::pin!(work);
    if turns(printer) {
        printer.say(sentence);
        let started = Instant::now();
        let mut ticks = every(started + BEFORE_TURNING, TURN_EVERY);
        let mut line = Line::default();
        loop {
            tokio::select! {
                outcome = &mut work => {
                    line.clear();
                    return outcome;
                }
                _ = ticks.tick() => line.draw(started.elapsed()),
            }
        }
    }
    let mut ticks = every(Instant::now(), SAY_EVERY);
    loop {
        tokio::select! {
            // First the work: whoever is answered already does not wait.
            biased;
            outcome = &mut work => return outcome,
            _ = ticks.tick() => if printer.json {
                printer.json(event)?;
            } else {
                printer.say(sentence);
            },
        }
    }
}

fn every(first: Instant, pause: Duration) -> Interval {
    let mut ticks = if first <= Instant::now() {
        interval(pause)
    } else {
        interval_at(first, pause)
    };
    // A program that was stopped and goes on does not catch up.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Whether somebody looks at a terminal that can draw over a line.
fn turns(printer: Printer) -> bool {
    !printer.json
        && !printer.quiet
        && std::io::stderr().is_terminal()
        && settings::variable("TERM").is_none_or(|kind| kind != "dumb")
}

/// The line that turns.
#[derive(Default)]
struct Line {
    frame: usize,
}

impl Line {
    fn draw(&mut self, elapsed: Duration) {
        let frame = FRAMES
            .get(self.frame % FRAMES.len())
            .copied()
            .unwrap_or_default();
        self.frame += 1;
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "\r\x1b[2K{frame} {} s", elapsed.as_secs());
        let _ = stderr.flush();
    }

    fn clear(&self) {
        if self.frame > 0 {
            let mut stderr = std::io::stderr();
            let _ = write!(stderr, "\r\x1b[2K");
            let _ = stderr.flush();
        }
    }
}

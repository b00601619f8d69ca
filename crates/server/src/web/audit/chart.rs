//! The last day by the hour, drawn on the server; a table says the same to those who do not see it.

use super::super::session::Signed;
use super::{Wanted, is_refusal};
use crate::ServerState;
use oneclaw_app::audit::{self, MAXIMUM_LISTED};
use oneclaw_core::clock::Timestamp;

const HOURS: usize = 24;
const HOUR_MS: i64 = 3_600_000;
/// The drawing, in its own units.
const HEIGHT: usize = 80;
const STEP: usize = 30;

/// Entries by the hour.
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    /// There were more entries than are counted.
    pub(super) is_cut: bool,
    pub(super) total: usize,
}

/// One hour.
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) done_y: usize,
    pub(super) done_height: usize,
    pub(super) refused_y: usize,
    pub(super) refused_height: usize,
    pub(super) done: usize,
    pub(super) refused: usize,
    /// When it begins, such as `14:00`.
    pub(super) label: String,
    /// The log of this hour alone.
    pub(super) href: String,
}

impl Chart {
    /// Counts what fits the filters, apart from their times.
    pub(super) async fn load(
        state: &ServerState,
        signed: &Signed,
        wanted: &Wanted,
        now: Timestamp,
    ) -> oneclaw_app::Result<Self> {
        let end = (now.as_millis().div_euclid(HOUR_MS) + 1) * HOUR_MS;
        let begin = end - HOUR_MS * 24;
        let query = audit::Query {
            from: Some(Timestamp::from_millis(begin)),
            to: None,
            limit: Some(MAXIMUM_LISTED),
            offset: None,
            ..wanted.query()
        };
        let events = audit::list(state.app(), &signed.caller, &query).await?;
        let mut counts = [(0, 0); HOURS];
        for logged in &events {
            let hour = (logged.event.at.as_millis() - begin).div_euclid(HOUR_MS);
            let slot = usize::try_from(hour)
                .ok()
                .and_then(|hour| counts.get_mut(hour));
            if let Some((done, refused)) = slot {
                if is_refusal(&logged.event.action) {
                    *refused += 1;
                } else {
                    *done += 1;
                }
            }
        }
        let bar = |(hour, counts): (i64, &(usize, usize))| {
            let from = Timestamp::from_millis(begin + hour * HOUR_MS).to_string();
            let to = Timestamp::from_millis(begin + (hour + 1) * HOUR_MS - 1).to_string();
            (
                from.get(11..16).unwrap_or_default().to_owned(),
                wanted.address(&[("from", &from), ("to", &to), ("offset", "")]),
                *counts,
            )
        };
        Ok(Self {
            bars: draw((0..).zip(&counts).map(bar).collect()),
            is_cut: i64::try_from(events.len()) == Ok(MAXIMUM_LISTED),
            total: events.len(),
        })
    }
}

fn draw(hours: Vec<(String, String, (usize, usize))>) -> Vec<Bar> {
    let highest = hours
        .iter()
        .map(|(_, _, (done, refused))| done + refused)
        .max()
        .unwrap_or_default()
        .max(1);
    // Whatever there is, is seen.
    let height = |count: usize| {
        if count == 0 {
            0
        } else {
            (count * HEIGHT / highest).max(2)
        }
    };
    (0..)
        .zip(hours)
        .map(|(index, (label, href, (done, refused)))| {
            let (done_height, refused_height) = (height(done), height(refused));
            let done_y = HEIGHT.saturating_sub(done_height);
            Bar {
                x: index * STEP,
                done_y,
                done_height,
                refused_y: done_y.saturating_sub(refused_height),
                refused_height,
                done,
                refused,
                label,
                href,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_the_ground_and_stay_in_the_drawing() {
        let hour = |done, refused| (String::new(), String::new(), (done, refused));
        let bars = draw(vec![hour(0, 0), hour(300, 100), hour(1, 1), hour(0, 1)]);
        for bar in &bars {
            assert_eq!(bar.done_y + bar.done_height, HEIGHT);
            assert_eq!(bar.refused_y + bar.refused_height, bar.done_y);
        }
        let heights: Vec<_> = bars
            .iter()
            .map(|bar| (bar.done_height, bar.refused_height))
            .collect();
        assert_eq!(heights, [(0, 0), (60, 20), (2, 2), (0, 2)]);
    }
}

//! Listing secrets, whole or in pages, and the versions at a path. Never values.
//!
//! What a caller may not read does not cost what it would to look at it: only the parts of a vault are
//! read that some rule of the caller opens.

use super::{Metadata, granted_details, metadata_of};
use crate::App;
use crate::caches::VaultView;
use crate::commit::{Guards, Light, Outcome, Step};
use crate::error::{Error, Result};
use crate::lane::{Attempt, Retry, entry_of};
use crate::live::Caller;
use crate::view::View;
use oneclaw_core::audit::Details;
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{Action, Effect};
use oneclaw_store::secrets::PathRange;
use std::cmp::Reverse;

/// Rows read at a time.
const CHUNK: i64 = 500;
/// How often a list is looked at again when what it rests on changed before it was logged. More often than
/// a decision about one path, because many lists wait for one group, and a look takes longer.
const LIST_ATTEMPTS: usize = 32;

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// At most so many; all when absent.
    pub limit: Option<usize>,
    /// Only what comes behind this path.
    pub after: Option<SecretPath>,
}

/// A list, or a part of it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// By path.
    pub secrets: Vec<Metadata>,
    /// Where the next part goes on; `None` at the end.
    pub next: Option<SecretPath>,
}

/// Lists what the caller may read, without values.
pub async fn list(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    prefix: Option<&str>,
) -> Result<Vec<Metadata>> {
    let listed = list_page(app, caller, vault, prefix, &Page::default()).await?;
    Ok(listed.secrets)
}

/// Lists a part of what the caller may read, without values.
pub async fn list_page(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    prefix: Option<&str>,
    page: &Page,
) -> Result<Listed> {
    for _ in 0..LIST_ATTEMPTS {
        let (listed, guards) = look_at_list(app, caller, vault, prefix, page).await?;
        let details = Details::new()
            .uuid("vault_id", vault)
            .int("count", listed.secrets.len());
        if log_list(app, caller, vault, details, guards).await? {
            return Ok(listed);
        }
    }
    Err(Error::unavailable())
}

/// A list as one snapshot shows it, and what it rests on. The snapshot ends here: the commit needs a
/// connection too.
async fn look_at_list(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    prefix: Option<&str>,
    page: &Page,
) -> Result<(Listed, Guards)> {
    let mut view = app.view_for_path(caller).await?;
    let seen = view.vault_view(vault).await?;
    let mut wanted = Some(PathRange::of_prefix(prefix.unwrap_or_default()));
    if let Some(after) = &page.after {
        wanted = wanted.and_then(|range| range.after(after.as_str()));
    }
    // One more than asked for tells whether there is a next page.
    let most = page
        .limit
        .map_or(usize::MAX, |limit| limit.saturating_add(1));
    let mut secrets = Vec::new();
    for range in reach(&seen, caller) {
        let mut rest = wanted.as_ref().and_then(|wanted| wanted.and(&range));
        while let Some(range) = rest.take().filter(|_| secrets.len() < most) {
            let rows = view
                .tx
                .list_secret_metadata(caller.org(), vault, &range, CHUNK)
                .await?;
            let is_full = i64::try_from(rows.len()) == Ok(CHUNK);
            rest = rows
                .last()
                .filter(|_| is_full)
                .and_then(|last| range.after(&last.path));
            for row in rows {
                if secrets.len() < most && may_see(&seen, &view, caller, &row.path)? {
                    secrets.push(metadata_of(row)?);
                }
            }
        }
    }
    let next = match page.limit {
        Some(limit) if secrets.len() > limit => {
            secrets.truncate(limit);
            let last = secrets.last().map(|last| SecretPath::parse(&last.path));
            last.transpose().map_err(Error::internal)?
        }
        _ => None,
    };
    Ok((Listed { secrets, next }, view.guards(caller, &seen)))
}

fn may_see(seen: &VaultView, view: &View, caller: &Caller, path: &str) -> Result<bool> {
    let path = SecretPath::parse(path).map_err(Error::internal)?;
    Ok(seen
        .decide(&view.live, caller, Action::List, &path, view.now)
        .is_ok())
}

/// Where in a vault there may be something for the caller, in order and without overlaps. It may be
/// too much, never too little: each path is decided on its own.
fn reach(seen: &VaultView, caller: &Caller) -> Vec<PathRange> {
    if seen.owner == caller.principal() {
        return vec![PathRange::of_prefix("")];
    }
    let opens = seen
        .rules
        .all()
        .iter()
        .filter(|rule| rule.effect == Effect::Allow)
        .map(|rule| range_of(rule.pattern.as_str()));
    let mut ranges: Vec<PathRange> = opens.collect();
    ranges.sort_unstable_by(|a, b| (&a.from, Reverse(&a.to)).cmp(&(&b.from, Reverse(&b.to))));
    let mut apart: Vec<PathRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        // Prefixes are nested or apart, so whatever begins inside the last one is a part of it.
        if apart.last().is_none_or(|last| last.to <= range.from) {
            apart.push(range);
        }
    }
    apart
}

/// What a pattern can match: all that begins with its plain segments.
fn range_of(pattern: &str) -> PathRange {
    let plain: Vec<&str> = pattern
        .split('/')
        .take_while(|segment| !segment.contains('*'))
        .collect();
    let prefix = plain.join("/");
    if prefix == pattern {
        PathRange::of_path(&prefix)
    } else {
        PathRange::of_prefix(&prefix)
    }
}

/// Lists the versions at a path, newest first, without values.
pub async fn list_versions(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
) -> Result<Vec<Metadata>> {
    let mut retry = Retry::new(app, caller, vault, path);
    loop {
        let attempt = try_list_versions(app, caller, vault, path).await?;
        if let Some(done) = retry.settle(attempt).await? {
            return Ok(done);
        }
    }
}

async fn try_list_versions(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
) -> Result<Attempt<Vec<Metadata>>> {
    let access = app.access(caller, vault, Action::List).await?;
    let (access, granted) = match access.granted(app, caller, path).await? {
        Attempt::Done(done) => done,
        other => return Ok(other.instead_of()),
    };
    let mut tx = app.store().begin_read().await?;
    let rows = tx
        .list_secret_versions(caller.org(), vault, path.as_str())
        .await?;
    drop(tx);
    if rows.is_empty() {
        let missing = Error::not_found("There is no secret at this path.");
        return app.refuse(&access, missing).await;
    }
    let details = granted_details(vault, &granted).int("count", rows.len());
    if !log_list(app, caller, vault, details, access.guards()).await? {
        return Ok(Attempt::Stale);
    }
    let rows: Result<_> = rows.into_iter().map(metadata_of).collect();
    rows.map(Attempt::Done)
}

/// Logs a list, if what it rests on still stands.
async fn log_list(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    details: Details,
    guards: Guards,
) -> Result<bool> {
    let light = Light {
        guards,
        secret: None,
        step: Step::None,
        entry: entry_of(caller, "secret.list", ("vault", vault.to_string()), details),
    };
    Ok(app.commit(light).await? == Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneclaw_core::path::PathPattern;

    #[test]
    fn a_range_holds_whatever_its_pattern_matches() {
        let paths = [
            "a", "a-b", "a/b", "a/b/c", "a/b-c", "ab", "b", "b/a", "A/z", "a_c/d",
        ];
        for pattern in [
            "a", "a/b", "a/*", "a/**", "*", "**", "*/b", "a/b/**", "a/*/c", "b/**",
        ] {
            let (range, matcher) = (range_of(pattern), PathPattern::parse(pattern).unwrap());
            for path in paths {
                let inside = range.from.as_str() <= path && path < range.to.as_str();
                let matches = matcher.matches(&SecretPath::parse(path).unwrap());
                assert!(inside || !matches, "{pattern} {path}");
            }
        }
        assert_eq!(range_of("a/b"), PathRange::of_path("a/b"));
        assert_eq!(range_of("a/b/*"), PathRange::of_prefix("a/b"));
    }
}

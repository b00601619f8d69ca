//! Links in documents lead to files that exist.

use std::path::{Component, Path, PathBuf};

use super::Finding;

/// Checks the relative links of one Markdown document; `exists` answers for a path relative to the root.
pub(super) fn check(path: &Path, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let mut in_code = false;
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for target in targets(line) {
            match resolve(path, target) {
                Some(file) if !exists(&file) => findings.push(Finding::at_line(
                    path,
                    index + 1,
                    format!("link to {target}, which does not exist"),
                )),
                _ => {}
            }
        }
    }
    findings
}

/// The link targets in a line: what stands between `](` and the next `)`, and reference definitions `[name]: target`.
fn targets(line: &str) -> Vec<&str> {
    let plain = line.trim_start();
    let definition = plain
        .starts_with('[')
        .then(|| plain.split_once("]: "))
        .flatten()
        .map(|(_, target)| target.trim());
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.trim())
        .chain(definition)
        .collect()
}

/// The file that a target means, relative to the root. `None` for other sites and for places in the same document.
fn resolve(from: &Path, target: &str) -> Option<PathBuf> {
    let target = target.split([' ', '#', '?']).next().unwrap_or_default();
    let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
    if target.is_empty() || is_elsewhere {
        return None;
    }
    if let Some(from_root) = target.strip_prefix('/') {
        return Some(PathBuf::from(from_root));
    }
    let mut file = PathBuf::new();
    for part in from.parent()?.join(target).components() {
        match part {
            // Out of the checkout: kept, so that it does not exist.
            Component::ParentDir if !file.pop() => file.push(".."),
            Component::ParentDir | Component::CurDir => {}
            other => file.push(other),
        }
    }
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<Option<usize>> {
        let exists = |path: &Path| {
            ["docs/API.md", "README.md", "docs/adr"]
                .iter()
                .any(|known| path == Path::new(known))
        };
        check(Path::new("docs/CRYPTO.md"), text, exists)
            .into_iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn links_to_missing_files_are_found() {
        assert_eq!(broken("fine\n[a](GONE.md) [b](API.md)\n"), [Some(2)]);
        assert_eq!(broken("[a](../GONE.md#part)"), [Some(1)]);
        assert_eq!(broken("[a](../../README.md)"), [Some(1)]);
        assert_eq!(broken("[a]: GONE.md"), [Some(1)]);
        assert_eq!(broken("![picture](GONE.png \"title\")"), [Some(1)]);
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        for text in [
            "[a](API.md)",
            "[a](./API.md#errors)",
            "[a](../README.md)",
            "[a](/README.md)",
            "[a](adr)",
            "[a](#here)",
            "[a](https://example.com/GONE.md)",
            "[a](mailto:a@example.com)",
            "[a]: https://example.com",
            "```\n[a](GONE.md)\n```",
            "an array[0](GONE",
        ] {
            assert!(broken(text).is_empty(), "{text}");
        }
    }
}

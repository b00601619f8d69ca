//! Two versions of a secret, line by line. Showing them is two logged reads.

use super::super::session::SignedForm;
use super::super::view::filters;
use super::{
    PageResult, Path, Section, ServerState, Shell, State, Template, VaultFrame, VaultId, VaultTab,
    page, parse_path, read, version_of,
};
use http::StatusCode;
use oneclaw_app::Error;
use oneclaw_core::secret::SecretString;
use similar::{ChangeTag, TextDiff};

#[derive(Template)]
#[template(path = "secret_compare.html")]
struct ComparePage {
    shell: Shell,
    frame: VaultFrame,
    path: String,
    old: i64,
    new: i64,
    lines: Vec<Line>,
    is_same: bool,
}

/// A line that both have, or only one of them.
struct Line {
    tag: ChangeTag,
    text: SecretString,
}

pub(super) async fn compare(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let path = parse_path(fields.text("path"))?;
    let missing = |name| Error::invalid(name, "Choose two versions.");
    let old = version_of(&fields, "old")?.ok_or_else(|| missing("old"))?;
    let new = version_of(&fields, "new")?.ok_or_else(|| missing("new"))?;
    let before = read(&state, &signed, id, &path, Some(old)).await?.value;
    let after = read(&state, &signed, id, &path, Some(new)).await?.value;
    let lines = lines(before.expose(), after.expose());
    let template = ComparePage {
        frame: VaultFrame::load(&state, &signed, id, VaultTab::Secrets).await?,
        path: path.to_string(),
        old,
        new,
        is_same: lines.iter().all(|line| line.tag == ChangeTag::Equal),
        lines,
        shell: Shell::load(&state, signed, Section::Vaults).await?,
    };
    page(StatusCode::OK, &template)
}

fn lines(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    diff.iter_all_changes()
        .map(|change| Line {
            tag: change.tag(),
            text: SecretString::from(change.value().trim_end_matches('\n').to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_marked() {
        let lines = lines("a=1\nb=2\nc=3", "a=1\nb=4\nc=3");
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.tag, line.text.expose()))
            .collect();
        assert_eq!(
            shown,
            [
                (ChangeTag::Equal, "a=1"),
                (ChangeTag::Delete, "b=2"),
                (ChangeTag::Insert, "b=4"),
                (ChangeTag::Equal, "c=3")
            ]
        );
    }
}

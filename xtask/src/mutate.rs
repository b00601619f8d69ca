//! `cargo xtask mutate`: breaks one protection after another on purpose, and looks whether its test notices.
//!
//! A test that passes on a build without the protection proves nothing. Each breakage is one replacement in one file,
//! with the tests that must fail for it; those tests must pass on the build as it is. Takes a build for each, so it is
//! no part of the test command; that the replacements still fit is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::Project;

/// nextest's code for tests that failed, unlike one for a build that failed or a filter without tests.
const TESTS_FAILED: i32 = 100;

/// One protection taken away.
struct Breakage {
    /// For the command line and the table.
    name: &'static str,
    file: &'static str,
    /// Occurs once.
    from: &'static str,
    to: &'static str,
    package: &'static str,
    /// At least one of them must fail.
    tests: &'static [&'static str],
}

const BREAKAGES: [Breakage; 15] = [
    Breakage {
        name: "allow-without-a-rule",
        file: "crates/core/src/policy.rs",
        from: "        _ => Err(DenialReason::NoMatchingRule),",
        to: "        _ => Ok(Basis::VaultOwner),",
        package: "oneclaw-core",
        tests: &["nothing_is_allowed_without_a_rule"],
    },
    Breakage {
        name: "weakest-rule-decides",
        file: "crates/core/src/policy.rs",
        from: "strength(rule) > strength(other)",
        to: "strength(rule) < strength(other)",
        package: "oneclaw-core",
        tests: &["priority_decides_and_deny_wins_a_tie"],
    },
    Breakage {
        name: "call-into-private-networks",
        file: "crates/core/src/outbound.rs",
        from: "        is_allowed.then_some(()).ok_or(Refusal::PrivateAddress)",
        to: "        (is_allowed || true).then_some(()).ok_or(Refusal::PrivateAddress)",
        package: "oneclaw-core",
        tests: &["a_name_that_leads_inside_is_found_out_at_its_address"],
    },
    Breakage {
        name: "expired-tokens",
        file: "crates/crypto/src/jwt.rs",
        from: "claims.exp.as_seconds() <= now",
        to: "claims.exp.as_seconds() < 0",
        package: "oneclaw-crypto",
        tests: &["times_are_judged_by_the_given_clock_without_leeway"],
    },
    Breakage {
        name: "any-token-header",
        file: "crates/crypto/src/jwt.rs",
        from: ".find(|key| key.header == header)",
        to: ".find(|key| key.header == header || true)",
        package: "oneclaw-crypto",
        tests: &["no_other_header_is_accepted"],
    },
    Breakage {
        // Not the associated data alone: the key of each blob is derived from its place too, and either is enough.
        name: "values-without-a-place",
        file: "crates/crypto/src/seal.rs",
        from: "        self.bytes.extend_from_slice(value);",
        to: "        let _ = value;",
        package: "oneclaw-crypto",
        tests: &["a_value_opens_only_in_its_own_place"],
    },
    Breakage {
        name: "believe-any-proxy",
        file: "crates/server/src/middleware/address.rs",
        from: "if !is_trusted(peer) {",
        to: "if !is_trusted(peer) && false {",
        package: "oneclaw-server",
        tests: &["nobody_but_a_declared_proxy_is_believed"],
    },
    Breakage {
        name: "forms-without-token",
        file: "crates/server/src/web/session.rs",
        from: "if keyring.csrf_token_matches(self.session, path, fields.text(\"form_token\")) {",
        to: "if true || keyring.csrf_token_matches(self.session, path, fields.text(\"form_token\")) {",
        package: "oneclaw-server",
        tests: &["a_form_needs_the_token_of_this_session_and_this_action_and_our_own_page"],
    },
    Breakage {
        name: "forms-of-other-sites",
        file: "crates/server/src/web/session.rs",
        from: "return site == \"same-origin\" || site == \"none\";",
        to: "return site == site;",
        package: "oneclaw-server",
        tests: &["only_our_own_pages_send_forms"],
    },
    Breakage {
        name: "ip-rules-ignored",
        file: "crates/app/src/live.rs",
        from: "self.network.admits(&caller.principal, caller.ip)",
        to: "self.network.admits(&caller.principal, caller.ip) || true",
        package: "oneclaw-server",
        tests: &["rules_hold_from_the_next_request_on"],
    },
    Breakage {
        name: "stale-decisions-count",
        file: "crates/app/src/commit.rs",
        from: "            *outcome = Outcome::Stale;",
        to: "            let _ = outcome;",
        package: "oneclaw-app",
        tests: &[
            "a_second_node_honours_what_the_first_revokes",
            "nothing_is_read_after_a_revocation_was_answered",
        ],
    },
    Breakage {
        name: "reads-without-an-entry",
        file: "crates/app/src/commit.rs",
        from: "let queued = append(tx, entries, now, random).await?;",
        to: "let queued = append(tx, entries.into_iter().take(0).collect(), now, random).await?;",
        package: "oneclaw-app",
        tests: &[
            "a_fresh_agent_sees_nothing_and_a_policy_opens_exactly_its_paths",
            "without_a_log_nothing_happens",
        ],
    },
    Breakage {
        name: "unlimited-reads",
        file: "crates/store/src/secrets.rs",
        from: "WHERE id = $1 AND rev = $2 AND access_count < max_access_count\"",
        to: "WHERE id = $1 AND rev = $2\"",
        package: "oneclaw-app",
        tests: &["a_limited_secret_is_read_exactly_that_often"],
    },
    Breakage {
        name: "unlimited-views",
        file: "crates/store/src/shares.rs",
        from: "AND status = $2 AND access_count < max_access_count AND expires_at > $3\"",
        to: "AND status = $2 AND expires_at > $3\"",
        package: "oneclaw-app",
        tests: &["one_view_left_is_one_view"],
    },
    Breakage {
        name: "lapsed-mails",
        file: "crates/app/src/jobs/deliver.rs",
        from: "if mail.lapses_at <= app.now() {",
        to: "if mail.lapses_at <= app.now() && false {",
        package: "oneclaw-app",
        tests: &["what_has_lapsed_is_not_sent"],
    },
];

/// Tries every breakage, or those with one of these words in their name.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<ExitCode> {
    let chosen: Vec<&Breakage> = BREAKAGES
        .iter()
        .filter(|breakage| {
            words.is_empty() || words.iter().any(|word| breakage.name.contains(word))
        })
        .collect();
    if chosen.is_empty() {
        bail!("no breakage has such a name");
    }
    let changed = process::output(Command::new("git").current_dir(&project.root).args([
        "status",
        "--porcelain",
        "--",
        "crates",
    ]))?;
    if !changed.is_empty() {
        bail!("commit the changes in crates/ first: files there are changed and put back");
    }
    let whole: BTreeSet<_> = chosen
        .iter()
        .map(|breakage| (breakage.package, breakage.tests))
        .collect();
    for (package, tests) in whole {
        if test(project, package, tests)? != Some(0) {
            bail!("{} do not pass on the build as it is", tests.join(", "));
        }
    }
    let mut survived = 0;
    for breakage in chosen {
        let noticed = {
            let _broken = Broken::apply(&project.root, breakage)?;
            match test(project, breakage.package, breakage.tests)? {
                Some(TESTS_FAILED) => true,
                Some(0) => false,
                other => bail!("{}: the tests did not run ({other:?})", breakage.name),
            }
        };
        let word = if noticed { "noticed" } else { "NOT NOTICED" };
        println!("{:<28} {word}", breakage.name);
        survived += u32::from(!noticed);
    }
    Ok(if survived == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn test(project: &Project, package: &str, tests: &[&str]) -> Result<Option<i32>> {
    let filter: Vec<String> = tests.iter().map(|name| format!("test({name})")).collect();
    let mut command = project.cargo();
    command
        .args([
            "nextest",
            "run",
            "--no-fail-fast",
            "--package",
            package,
            "-E",
        ])
        .arg(filter.join(" | "));
    process::show(&command);
    let output = command.output().context("could not start cargo nextest")?;
    Ok(output.status.code())
}

/// A file with a breakage in it; dropping it puts the file back.
struct Broken {
    path: PathBuf,
    whole: String,
}

impl Broken {
    fn apply(root: &Path, breakage: &Breakage) -> Result<Self> {
        let path = root.join(breakage.file);
        let whole = fs::read_to_string(&path)?;
        fs::write(&path, whole.replace(breakage.from, breakage.to))?;
        Ok(Self { path, whole })
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        if let Err(error) = fs::write(&self.path, &self.whole) {
            eprintln!("put {} back with git: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn sources(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_breakage_fits_one_place_and_names_tests_that_exist() {
        for breakage in &BREAKAGES {
            let text = fs::read_to_string(root().join(breakage.file)).unwrap();
            assert_eq!(text.matches(breakage.from).count(), 1, "{}", breakage.name);
            let folder = breakage.package.replace("oneclaw-", "crates/");
            let mut all = String::new();
            sources(&root().join(folder), &mut all);
            for test in breakage.tests {
                assert!(
                    all.contains(&format!("fn {test}(")),
                    "{}: {test}",
                    breakage.name
                );
            }
        }
    }

    #[test]
    fn the_table_for_readers_knows_every_breakage() {
        let table = fs::read_to_string(root().join("docs/TESTING.md")).unwrap();
        for breakage in &BREAKAGES {
            assert!(
                table.contains(&format!("`{}`", breakage.name)),
                "{}",
                breakage.name
            );
        }
    }
}

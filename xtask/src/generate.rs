//! Generated files that are under version control: each written by the product itself, or made from one that is.
//!
//! They are checked in so that a change of the contract shows in its diff, and `--check` proves that they are current.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::npm::Package;
use crate::process;
use crate::project::Project;
use crate::test::clients::SDK;

/// One generated file and the subcommand of `1claw` that prints it.
struct Generated {
    path: &'static str,
    subcommand: &'static str,
    validate: fn(&str) -> Result<()>,
}

const FILES: [Generated; 2] = [
    Generated {
        path: "docs/openapi.json",
        subcommand: "openapi",
        validate: is_openapi,
    },
    Generated {
        path: "docs/CLI.md",
        subcommand: "reference",
        validate: is_reference,
    },
];

/// Whether the files are written or compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// Reads the arguments of the task.
pub(crate) fn mode(arguments: &[String]) -> Result<Mode> {
    match arguments {
        [] => Ok(Mode::Write),
        [flag] if flag == "--check" => Ok(Mode::Check),
        other => bail!("generate takes only --check, not {}", other.join(" ")),
    }
}

pub(crate) fn run(project: &Project, mode: Mode) -> Result<ExitCode> {
    process::run(
        project
            .cargo()
            .args(["build", "--quiet", "--package=oneclaw-cli"]),
    )?;
    let is_current = apply(project, mode, &project.target.join("debug").join("1claw"))?;
    Ok(if is_current {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Writes or compares what `binary` prints, and what is made from it. False when something is not up to date.
pub(crate) fn apply(project: &Project, mode: Mode, binary: &Path) -> Result<bool> {
    let mut stale = Vec::new();
    for file in &FILES {
        let mut text = process::output(Command::new(binary).arg(file.subcommand))?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        (file.validate)(&text)
            .with_context(|| format!("`1claw {}` printed something else", file.subcommand))?;
        let path = project.root.join(file.path);
        let current = fs::read_to_string(&path).unwrap_or_default();
        if current == text {
            continue;
        }
        match mode {
            Mode::Write => {
                fs::write(&path, text).with_context(|| format!("could not write {}", file.path))?;
                println!("wrote {}", file.path);
            }
            Mode::Check => stale.push(format!(
                "{}: {}",
                file.path,
                first_difference(&current, &text)
            )),
        }
    }
    // After the description, which these files are made from.
    let sdk = Package::install(project, SDK)?;
    let mut sdk = sdk.command();
    sdk.args(["run", "--silent", "generate"]);
    match mode {
        Mode::Write => process::run(&mut sdk)?,
        Mode::Check => {
            if let Err(error) = process::output(sdk.args(["--", "--check"])) {
                stale.push(format!("{SDK}: {error:#}"));
            }
        }
    }
    if stale.is_empty() {
        return Ok(true);
    }
    println!(
        "Not up to date:\n  {}\nRun `cargo xtask generate` and commit the result.",
        stale.join("\n  ")
    );
    Ok(false)
}

fn is_openapi(text: &str) -> Result<()> {
    let document: serde_json::Value = serde_json::from_str(text)?;
    let version = document
        .get("openapi")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    if !version.starts_with("3.1") {
        bail!("an OpenAPI 3.1 document was expected");
    }
    Ok(())
}

fn is_reference(text: &str) -> Result<()> {
    if !text.starts_with("# Commands") {
        bail!("the reference of all commands was expected");
    }
    Ok(())
}

/// Where two texts part, for a person who wants to know what changed.
fn first_difference(checked_in: &str, generated: &str) -> String {
    let mut old = checked_in.lines();
    let mut new = generated.lines();
    for number in 1_usize.. {
        match (old.next(), new.next()) {
            (Some(left), Some(right)) if left == right => {}
            (None, None) => break,
            (left, right) => {
                return format!(
                    "line {number} is `{}`, should be `{}`",
                    left.map_or("(nothing)", str::trim),
                    right.map_or("(nothing)", str::trim)
                );
            }
        }
    }
    String::from("only the line ends differ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_argument_is_check() {
        assert_eq!(mode(&[]).unwrap(), Mode::Write);
        assert_eq!(mode(&["--check".into()]).unwrap(), Mode::Check);
        assert!(mode(&["--chekc".into()]).is_err());
    }

    #[test]
    fn the_first_difference_is_named_by_line() {
        assert_eq!(
            first_difference("a\nb\n", "a\n c\n"),
            "line 2 is `b`, should be `c`"
        );
        assert_eq!(
            first_difference("", "a\n"),
            "line 1 is `(nothing)`, should be `a`"
        );
        assert_eq!(
            first_difference("a\n", ""),
            "line 1 is `a`, should be `(nothing)`"
        );
        assert_eq!(
            first_difference("a\r\n", "a\n"),
            "only the line ends differ"
        );
    }

    #[test]
    fn output_that_is_not_openapi_is_refused() {
        assert!(is_openapi(r#"{"openapi":"3.1.0"}"#).is_ok());
        assert!(is_openapi(r#"{"openapi":"3.0.3"}"#).is_err());
        assert!(is_openapi("usage: 1claw").is_err());
    }
}

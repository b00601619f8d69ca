//! `1claw env check` and `env diff`: names that differ, never values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Selection;
use super::fetch::{choose, fetch};
use super::variables;
use crate::dotenv::{self, Unfit, Variable};
use crate::input;
use crate::output::{Exit, Failure, Printer, counted, harmless};
use crate::remote::Remote;

#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The file whose names have to be there
    #[arg(default_value = ".env.example")]
    file: PathBuf,
    #[command(flatten)]
    selection: Selection,
}

#[derive(Args)]
pub(crate) struct DiffArgs {
    /// The file
    #[arg(default_value = ".env")]
    file: PathBuf,
    #[command(flatten)]
    selection: Selection,
}

fn variables_of(file: &std::path::Path) -> Result<Vec<Variable>, Failure> {
    dotenv::parse(&input::text(file)?)
        .map_err(|Unfit(why)| Failure::new(Exit::Usage, format!("{}: {why}", input::name_of(file))))
}

pub(super) async fn check(
    args: &CheckArgs,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let wanted = variables_of(&args.file)?;
    // Names alone: a check reads no value.
    let known: Vec<String> = match &args.selection.environment {
        Some(environment) => variables::names(environment, remote).await?,
        None => choose(&args.selection, remote).await?.into_keys().collect(),
    };
    let missing: Vec<_> = wanted
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !known.contains(name))
        .collect();
    if printer.json {
        printer.json(&json!({ "complete": missing.is_empty(), "missing": missing }))?;
    } else {
        missing.iter().try_for_each(|name| printer.data(name))?;
    }
    if missing.is_empty() {
        printer.say(format_args!(
            "the vault has everything that {} names",
            args.file.display()
        ));
        return Ok(());
    }
    let what = format!(
        "{} of {} not in the vault",
        counted(missing.len(), "name"),
        args.file.display()
    );
    Err(Failure::new(Exit::Mismatch, what))
}

/// What has to happen to the file to make it what the vault has.
fn changes(file: &[Variable], vault: &[Variable]) -> BTreeMap<String, &'static str> {
    let value_in = |list: &[Variable], name: &str| {
        let found = list.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone())
    };
    let names = file.iter().chain(vault).map(|(name, _)| name);
    let changed = names.filter_map(|name| {
        let word = match (value_in(file, name), value_in(vault, name)) {
            (None, Some(_)) => "only in the vault",
            (Some(_), None) => "only in the file",
            (before, after) if before != after => "different",
            _ => return None,
        };
        Some((name.clone(), word))
    });
    changed.collect()
}

pub(super) async fn diff(
    args: &DiffArgs,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let file = variables_of(&args.file)?;
    let vault = fetch(&args.selection, None, remote, printer).await?;
    let changes = changes(&file, &vault);
    if printer.json {
        printer.json(&json!({ "same": changes.is_empty(), "changes": changes }))?;
    } else {
        for (name, word) in &changes {
            printer.data(format_args!("{}  {word}", harmless(name)))?;
        }
    }
    if changes.is_empty() {
        printer.say(format_args!(
            "{} and the vault are the same",
            args.file.display()
        ));
        return Ok(());
    }
    let what = format!("{} and the vault differ", args.file.display());
    Err(Failure::new(Exit::Mismatch, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_differ_has_its_word() {
        let list = |pairs: &[(&str, &str)]| -> Vec<Variable> {
            let pairs = pairs.iter();
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        let found = changes(
            &list(&[("A", "1"), ("B", "1"), ("C", "1")]),
            &list(&[("A", "1"), ("B", "2"), ("D", "1")]),
        );
        let found: Vec<_> = found
            .iter()
            .map(|(name, word)| (name.as_str(), *word))
            .collect();
        assert_eq!(
            found,
            [
                ("B", "different"),
                ("C", "only in the file"),
                ("D", "only in the vault")
            ]
        );
    }
}

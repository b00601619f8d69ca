//! The reference and the manual pages of all commands, from the description that also parses them.

use std::fmt::Write as _;

use std::path::Path;

use clap::Command;

use crate::output::{Exit, Failure, Printer};

/// The reference as Markdown.
pub(crate) fn markdown(root: &Command) -> String {
    let mut root = root.clone();
    root.build();
    let mut text = String::from(
        "# Commands of `1claw`\n\nWritten by `cargo xtask generate` from the program itself. \
         Options of every command stand at the beginning alone.\n",
    );
    section(&root, "1claw", &mut text);
    text
}

/// Prints the manual page of the program, or writes the pages of all commands into a folder.
pub(crate) fn manual(
    root: Command,
    folder: Option<&Path>,
    printer: Printer,
) -> Result<(), Failure> {
    let failed = |error| Failure::new(Exit::Failed, "the manual cannot be written").because(error);
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(root)
            .render(&mut page)
            .map_err(failed)?;
        return printer.data(String::from_utf8_lossy(&page).trim_end());
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(root, folder).map_err(failed)?;
    let document = serde_json::json!({ "folder": folder });
    printer.done(
        format_args!(
            "Wrote the pages. Read one: man -l {}",
            folder.join("1claw.1").display()
        ),
        &document,
    )
}

fn section(command: &Command, name: &str, text: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(text, "\n## `{name}`\n\n");
    if let Some(about) = command.get_long_about().or(command.get_about()) {
        let _ = write!(text, "{about}\n\n");
    }
    let is_root = !name.contains(' ');
    for argument in command
        .get_positionals()
        .filter(|argument| !argument.is_hide_set())
    {
        let _ = writeln!(text, "- `{}`: {}", argument, sentence(argument));
    }
    for option in command.get_arguments() {
        let is_shown = !option.is_positional() && !option.is_hide_set();
        if is_shown
            && (is_root || !option.is_global_set())
            && !matches!(option.get_id().as_str(), "help" | "version")
        {
            let _ = writeln!(text, "- `{}`: {}", option, sentence(option));
        }
    }
    if is_root && let Some(after) = command.get_after_help() {
        let _ = write!(text, "\n```text\n{after}\n```\n");
    }
    for child in command.get_subcommands() {
        if !child.is_hide_set() && child.get_name() != "help" {
            section(child, &format!("{name} {}", child.get_name()), text);
        }
    }
}

fn sentence(argument: &clap::Arg) -> String {
    let mut sentence = argument
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    if let Some(variable) = argument.get_env() {
        let _ = write!(sentence, " (`{}`)", variable.display());
    }
    sentence
}

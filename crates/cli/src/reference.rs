//! The reference of all commands, from the description that also parses them.

use std::fmt::Write as _;

use clap::Command;

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

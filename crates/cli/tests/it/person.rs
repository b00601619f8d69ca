//! Somebody at a terminal: a home folder, a server, and commands whose transcripts can be compared.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::harness::{Folder, PASSWORD, command, stderr, stdout};

pub(crate) struct Person {
    pub(crate) home: Folder,
    pub(crate) url: String,
    /// Variables of each of their commands.
    pub(crate) variables: Vec<(String, String)>,
}

impl Person {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            home: Folder::new(),
            url: url.to_owned(),
            variables: Vec::new(),
        }
    }

    /// The same, after `1claw login`.
    pub(crate) fn signed_in(url: &str, email: &str) -> Self {
        let person = Self::new(url);
        let output = person.run(
            Some(PASSWORD),
            &["login", "--email", email, "--password-file", "-"],
        );
        assert!(output.status.success(), "{}", stderr(&output));
        person
    }

    /// A command of this person, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command
            .env("HOME", self.home.path(""))
            .env("PATH", "/usr/bin:/bin")
            .env("ONECLAW_BASE_URL", &self.url)
            .envs(self.variables.iter().cloned())
            .current_dir(self.home.path(""));
        command
    }

    pub(crate) fn run(&self, input: Option<&str>, arguments: &[&str]) -> Output {
        feed(&mut self.command(arguments), input)
    }

    /// What happened, as it would be told to somebody else: without ids, times, keys and places.
    pub(crate) fn transcript(&self, input: Option<&str>, arguments: &[&str]) -> String {
        let output = self.run(input, arguments);
        let mut text = format!("$ 1claw {}\n", arguments.join(" "));
        if let Some(input) = input {
            text = format!("$ printf '{input}' | 1claw {}\n", arguments.join(" "));
        }
        for line in stdout(&output).lines() {
            text.extend([line, "\n"]);
        }
        for line in stderr(&output).lines() {
            text.extend(["! ", line, "\n"]);
        }
        let code = output.status.code().unwrap().to_string();
        text.extend(["= ", &code, "\n\n"]);
        let home = self.home.path("");
        let text = text
            .replace(home.to_str().unwrap().trim_end_matches('/'), "<home>")
            .replace(&self.url, "<server>");
        redacted(&text)
    }
}

impl Person {
    /// The transcripts of a script: a command in each line, with what it reads behind ` <<< `.
    pub(crate) fn play(&self, script: &str) -> String {
        let lines = script.lines().map(str::trim);
        let steps = lines.filter(|line| !line.is_empty()).map(|line| {
            let (command, input) = line
                .split_once(" <<< ")
                .map_or((line, None), |(command, input)| (command, Some(input)));
            let words: Vec<_> = command.split_whitespace().collect();
            self.transcript(input, &words)
        });
        steps.collect()
    }

    /// Runs a command that has to succeed; gives what it prints.
    #[track_caller]
    pub(crate) fn get(&self, input: Option<&str>, command: &str) -> String {
        let words: Vec<_> = command.split_whitespace().collect();
        let output = self.run(input, &words);
        assert!(output.status.success(), "{command}: {}", stderr(&output));
        stdout(&output)
    }
}

pub(crate) fn feed(command: &mut Command, input: Option<&str>) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that refuses its arguments does not read.
    let _ = stdin.write_all(input.unwrap_or_default().as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// Replaces what differs from run to run.
fn redacted(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word_length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.:".contains(c)))
            .unwrap_or(rest.len());
        let word = rest.split_at(word_length).0;
        if shown.ends_with("request id ") && word_length > 0 {
            shown.push_str("<request>");
            rest = rest.split_at(word_length).1;
        } else if shown.ends_with("/enroll/") && word_length > 0 {
            shown.push_str("<token>");
            rest = rest.split_at(word_length).1;
        } else if word.len() >= 36
            && is_shape(word.split_at(36).0, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")
        {
            shown.push_str("<id>");
            rest = rest.split_at(36).1;
        } else if word.len() >= 20 && is_shape(word.split_at(19).0, "dddd-dd-ddTdd:dd:dd") {
            shown.push_str("<time>");
            rest = rest.split_at(word_length).1;
        } else if ["ocv_", "eyJ", "whsec_", "1ck_"]
            .iter()
            .any(|start| word.starts_with(start))
        {
            shown.push_str("<key>");
            rest = rest.split_at(word_length).1;
        } else if c == ' ' && shown.ends_with("  ") {
            // Columns are as wide as what was redacted.
            rest = rest.split_at(1).1;
        } else if word_length > 0 {
            shown.push_str(word);
            rest = rest.split_at(word_length).1;
        } else {
            shown.push(c);
            rest = rest.split_at(c.len_utf8()).1;
        }
    }
    shown
}

fn is_shape(word: &str, shape: &str) -> bool {
    word.chars()
        .zip(shape.chars())
        .all(|(c, shape)| match shape {
            'h' => c.is_ascii_hexdigit(),
            'd' => c.is_ascii_digit(),
            exact => c == exact,
        })
}

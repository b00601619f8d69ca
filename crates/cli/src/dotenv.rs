//! Variables as text, in the dialects that programs read.
//!
//! Invariant: what a dialect cannot carry is refused by name; nothing is written that would be read back as another
//! value.

use crate::output::Format;

/// A name and its value.
pub(crate) type Variable = (String, String);

/// Why a text is not a list of variables, or variables cannot be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfit(pub(crate) String);

/// Whether programs and shells take this as a name.
pub(crate) fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Writes variables in a dialect.
pub(crate) fn render(variables: &[Variable], dialect: Format) -> Result<String, Unfit> {
    let mut text = String::new();
    for (name, value) in variables {
        let unfit = |why: &str| Unfit(format!("{name} {why}"));
        let line = match dialect {
            Format::Docker if value.contains(['\n', '\r']) => {
                return Err(unfit(
                    "has several lines, which Docker's files cannot carry",
                ));
            }
            Format::Shell => format!("export {name}='{}'", value.replace('\'', r"'\''")),
            Format::Yaml => format!("{name}: {}", quoted(value)),
            Format::Github if value.contains('\n') => {
                let end = format!("END_OF_{name}");
                if value.lines().any(|line| line == end) {
                    return Err(unfit("has a line that ends it too early"));
                }
                format!("{name}<<{end}\n{value}\n{end}")
            }
            // Both take everything behind the sign as it is.
            Format::Docker | Format::Github => format!("{name}={value}"),
            _ => format!("{name}={}", dotenv_value(value)),
        };
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

/// JSON strings are YAML strings.
fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

/// A value as every reader of `.env` files takes it: single quotes keep everything as it is; only where the value
/// itself has one, or lines, double quotes with escapes do.
fn dotenv_value(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\n', '\r']) {
        return format!("'{value}'");
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '$' => quoted.push_str("\\$"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Reads a `.env` file. Errors name the line and never quote it.
pub(crate) fn parse(text: &str) -> Result<Vec<Variable>, Unfit> {
    let mut variables: Vec<Variable> = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let total = text.lines().count();
    while !rest.is_empty() {
        let number = total.saturating_sub(rest.lines().count()) + 1;
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = after;
            continue;
        }
        let unfit = |why: &str| Unfit(format!("line {number} {why}"));
        let assignment = rest.trim_start();
        let assignment = assignment.strip_prefix("export ").unwrap_or(assignment);
        let Some((name, value)) = assignment
            .split_once('=')
            .filter(|(name, _)| !name.contains('\n'))
        else {
            return Err(unfit("has no `=`"));
        };
        let name = name.trim();
        if !is_name(name) {
            return Err(unfit("does not begin with the name of a variable"));
        }
        if variables.iter().any(|(known, _)| known == name) {
            return Err(unfit(&format!("sets {name} a second time")));
        }
        let (value, after) = value_of(value.trim_start_matches([' ', '\t']))
            .ok_or_else(|| unfit("has a quote that does not end"))?;
        variables.push((name.to_owned(), value));
        rest = after;
    }
    Ok(variables)
}

/// The value that the text begins with, and what stands on the lines behind it.
fn value_of(text: &str) -> Option<(String, &str)> {
    let next_line = |rest: &str| rest.find('\n').map_or(rest.len(), |end| end + 1);
    if let Some(inner) = text.strip_prefix('\'') {
        let (value, rest) = inner.split_once('\'')?;
        return Some((value.to_owned(), rest.get(next_line(rest)..)?));
    }
    let Some(inner) = text.strip_prefix('"') else {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        // A comment needs a space before its sign, because values such as colours begin with one.
        let value = line.split_once(" #").map_or(line, |(value, _)| value);
        return Some((value.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = inner.char_indices();
    while let Some((place, c)) = characters.next() {
        match c {
            '"' => {
                let rest = inner.get(place + 1..)?;
                return Some((value, rest.get(next_line(rest)..)?));
            }
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWKWARD: [&str; 10] = [
        "",
        "plain",
        "with space",
        "a#b",
        "it's",
        "say \"hi\"",
        "two\nlines",
        "back\\slash",
        "$HOME 'x' \\n",
        " edge ",
    ];

    fn variables() -> Vec<Variable> {
        let numbered = AWKWARD.iter().enumerate();
        numbered
            .map(|(number, value)| (format!("V{number}"), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = render(&variables(), Format::Dotenv).unwrap();
        assert_eq!(parse(&text).unwrap(), variables());
    }

    #[test]
    fn a_shell_reads_what_was_meant() {
        let script = render(&variables(), Format::Shell).unwrap();
        for (name, value) in variables() {
            let script = format!("{script}printf %s \"${name}\"");
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
        }
    }

    #[test]
    fn what_a_dialect_cannot_carry_is_refused_by_name() {
        let key = [("KEY".to_owned(), "a\nb".to_owned())];
        assert!(
            render(&key, Format::Docker)
                .unwrap_err()
                .0
                .starts_with("KEY ")
        );
        assert_eq!(
            render(&key, Format::Github).unwrap(),
            "KEY<<END_OF_KEY\na\nb\nEND_OF_KEY\n"
        );
        let trap = [("KEY".to_owned(), "a\nEND_OF_KEY\nPATH=/tmp".to_owned())];
        assert!(render(&trap, Format::Github).is_err());
    }

    #[test]
    fn files_of_people_are_understood() {
        let text = "# comment\n\nexport A=1\nB = two words # said so\nC='#x'\nD=\"l1\\nl2\"\r\nE=\nF=\"l1\nl2\"\nG=#fff\n";
        let read = parse(text).unwrap();
        let values: Vec<_> = read
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            values,
            [
                ("A", "1"),
                ("B", "two words"),
                ("C", "#x"),
                ("D", "l1\nl2"),
                ("E", ""),
                ("F", "l1\nl2"),
                ("G", "#fff")
            ]
        );
    }

    #[test]
    fn errors_name_the_line_and_quote_nothing() {
        for (text, line) in [
            ("A=1\nhunter2\n", 2),
            ("A=\"hunter2\n", 1),
            ("A=1\nA=hunter2", 2),
            ("1A=hunter2", 1),
        ] {
            let Unfit(why) = parse(text).unwrap_err();
            assert!(
                why.starts_with(&format!("line {line} ")) && !why.contains("hunter2"),
                "{why}"
            );
        }
    }
}

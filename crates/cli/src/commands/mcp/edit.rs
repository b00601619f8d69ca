//! The settings files of assistants: one entry is put in, everything else stays as somebody wrote it.
//!
//! Invariant: what is not the entry keeps its order and its text. A file that is not understood is not changed.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use toml_edit::{Array, DocumentMut, Item, Table, value};

/// How an assistant is to start the tools.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) command: String,
    pub(super) args: Vec<String>,
}

/// How a settings file is written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// JSON; the entries are the members of this one.
    Json(&'static str),
    /// TOML; the entries are tables in this one.
    Toml(&'static str),
}

/// What is to be done with a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Edit {
    Unchanged,
    Change {
        text: String,
        /// The text of the former entry of this name.
        former: Option<String>,
    },
}

/// The text with the entry in it.
pub(super) fn with_entry(form: Form, text: &str, entry: &Entry) -> Result<Edit, String> {
    match form {
        Form::Json(member) => in_json(text, member, entry).map_err(|error| error.to_string()),
        Form::Toml(table) => in_toml(text, table, entry),
    }
}

/// Only the entry, in the form of the file.
pub(super) fn alone(form: Form, entry: &Entry) -> Result<String, String> {
    match with_entry(form, "", entry)? {
        Edit::Change { text, .. } => Ok(text),
        Edit::Unchanged => Ok(String::new()),
    }
}

fn in_json(text: &str, member: &str, entry: &Entry) -> serde_json::Result<Edit> {
    let mut file = if text.trim().is_empty() {
        Members::default()
    } else {
        serde_json::from_str(text)?
    };
    let mut entries: Members = match file.get(member) {
        Some(raw) => serde_json::from_str(raw.get())?,
        None => Members::default(),
    };
    let wanted = json!({ "type": "stdio", "command": entry.command, "args": entry.args });
    let former = entries.get(&entry.name).map(|raw| raw.get().to_owned());
    let is_there = former.as_deref().map(serde_json::from_str::<Value>);
    if let Some(Ok(there)) = is_there
        && there == wanted
    {
        return Ok(Edit::Unchanged);
    }
    // Strings have no line breaks in JSON, so that only the layout is indented.
    let raw = serde_json::to_string_pretty(&wanted)?.replace('\n', "\n    ");
    entries.set(&entry.name, RawValue::from_string(raw)?);
    file.set(member, RawValue::from_string(entries.text("  ")?)?);
    Ok(Edit::Change {
        text: file.text("")? + "\n",
        former,
    })
}

/// The members of a JSON object in their order, each with its own text.
#[derive(Default)]
struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    fn get(&self, name: &str) -> Option<&RawValue> {
        // Of members with one name the last counts, as for most readers.
        let mut found = self.0.iter().rev().filter(|(key, _)| key == name);
        found.next().map(|(_, raw)| &**raw)
    }

    fn set(&mut self, name: &str, raw: Box<RawValue>) {
        match self.0.iter_mut().rev().find(|(key, _)| key == name) {
            Some((_, old)) => *old = raw,
            None => self.0.push((name.to_owned(), raw)),
        }
    }

    fn text(&self, indent: &str) -> serde_json::Result<String> {
        let lines: Result<Vec<_>, _> = self
            .0
            .iter()
            .map(|(name, raw)| {
                serde_json::to_string(name).map(|name| format!("{indent}  {name}: {}", raw.get()))
            })
            .collect();
        Ok(format!("{{\n{}\n{indent}}}", lines?.join(",\n")))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some(member) = map.next_entry()? {
                    members.0.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

fn in_toml(text: &str, table: &str, entry: &Entry) -> Result<Edit, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let entries = document.entry(table).or_insert_with(|| {
        let mut entries = Table::new();
        // Its own heading would be an empty line of noise.
        entries.set_implicit(true);
        Item::Table(entries)
    });
    let entries = entries
        .as_table_like_mut()
        .ok_or_else(|| format!("{table} is not a table"))?;
    let former = entries.get(&entry.name);
    if former.is_some_and(|former| is_entry(former, entry)) {
        return Ok(Edit::Unchanged);
    }
    let former = former.map(ToString::to_string);
    let mut wanted = Table::new();
    wanted.insert("command", value(&entry.command));
    wanted.insert("args", value(entry.args.iter().collect::<Array>()));
    entries.insert(&entry.name, Item::Table(wanted));
    Ok(Edit::Change {
        text: document.to_string(),
        former,
    })
}

/// Whether a table says just what the entry says.
fn is_entry(item: &Item, entry: &Entry) -> bool {
    let Some(table) = item.as_table_like() else {
        return false;
    };
    let args = table.get("args").and_then(Item::as_array);
    let args: Option<Vec<_>> = args.map(|args| args.iter().map(|arg| arg.as_str()).collect());
    let wanted = entry.args.iter().map(|arg| Some(arg.as_str())).collect();
    table.len() == 2
        && table.get("command").and_then(Item::as_str) == Some(&entry.command)
        && args == Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Form = Form::Json("mcpServers");
    const TOML: Form = Form::Toml("mcp_servers");

    fn entry() -> Entry {
        Entry {
            name: "1claw".to_owned(),
            command: "/usr/bin/1claw".to_owned(),
            args: vec!["mcp".to_owned(), "--key-file=/home/a \"b\"/key".to_owned()],
        }
    }

    fn changed(form: Form, text: &str) -> (String, Option<String>) {
        match with_entry(form, text, &entry()).unwrap() {
            Edit::Change { text, former } => (text, former),
            Edit::Unchanged => panic!("not changed"),
        }
    }

    #[test]
    fn what_others_wrote_in_json_keeps_its_order_and_its_text() {
        let theirs = "{ \"z\": [1,2,   3.10],\n\"mcpServers\": { \"other\": {\"command\":\"x\",   \"n\": 1e2} }, \"a\": null }";
        let (text, former) = changed(JSON, theirs);
        assert_eq!(former, None);
        for kept in ["[1,2,   3.10]", "{\"command\":\"x\",   \"n\": 1e2}"] {
            assert!(text.contains(kept), "{text}");
        }
        let places: Vec<_> = ["\"z\"", "\"mcpServers\"", "\"other\"", "\"1claw\"", "\"a\""]
            .map(|name| text.find(name).unwrap())
            .to_vec();
        assert!(places.is_sorted(), "{text}");
        let parsed: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["mcpServers"]["1claw"]["args"], json!(entry().args));
    }

    #[test]
    fn a_second_time_changes_nothing() {
        for (form, text) in [
            (JSON, ""),
            (JSON, "{\"a\": 1}"),
            (TOML, ""),
            (TOML, "a = 1\n"),
            (TOML, "mcp_servers = { other = { command = \"x\" } }\n"),
        ] {
            let (once, _) = changed(form, text);
            assert_eq!(
                with_entry(form, &once, &entry()),
                Ok(Edit::Unchanged),
                "{once}"
            );
        }
    }

    #[test]
    fn a_former_entry_is_replaced_and_told() {
        let (text, former) = changed(
            JSON,
            r#"{"mcpServers": {"1claw": {"env": {"KEY": "ocv_1"}}}}"#,
        );
        assert!(!text.contains("ocv_1"), "{text}");
        assert!(former.unwrap().contains("ocv_1"));
        let (text, former) = changed(TOML, "[mcp_servers.1claw.env]\nKEY = \"ocv_1\"\n");
        assert!(!text.contains("ocv_1"), "{text}");
        assert!(former.is_some());
    }

    #[test]
    fn what_others_wrote_in_toml_keeps_its_comments() {
        let theirs = "# mine\nmodel = \"x\"   # fast\n\n[mcp_servers.other]\ncommand = 'y'\n";
        let (text, _) = changed(TOML, theirs);
        assert!(text.starts_with(theirs), "{text}");
        let parsed: toml::Table = text.parse().unwrap();
        let args: Vec<_> = entry().args.into_iter().map(toml::Value::String).collect();
        assert_eq!(
            parsed["mcp_servers"]["1claw"]["args"],
            toml::Value::Array(args)
        );
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for (form, text) in [
            (JSON, "{ // a comment\n \"a\": 1 }"),
            (JSON, "[]"),
            (JSON, "{\"mcpServers\": []}"),
            (JSON, "{\"a\": "),
            (TOML, "a = "),
            (TOML, "mcp_servers = 1\n"),
        ] {
            assert!(with_entry(form, text, &entry()).is_err(), "{text}");
        }
    }
}

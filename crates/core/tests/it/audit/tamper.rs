//! Everything that can be done to an exported log, at every place, must be found.

use oneclaw_core::audit::{Report, VerifyError, verify_export};

use super::*;

/// Long enough for several levels of the tree, and not a power of two.
const LENGTH: usize = 37;

fn build_log(length: usize, org: OrgId) -> Vec<Event> {
    let mut log: Vec<Event> = Vec::new();
    for index in 0..length {
        let seq = index as u64;
        let draft = Draft {
            org,
            action: ["secret.read", "secret.write", "auth.failure"][index % 3],
            actor: [Actor::Agent(id(3)), Actor::User(id(4)), Actor::System][index % 3],
            resource_type: "secret",
            resource_id: format!("resource-{index}"),
            details: Details::new()
                .text("path", format!("api-keys/\"{index}\"\n"))
                .int("version", index)
                .flag("first", index == 0)
                .texts("permissions", ["read", "use"]),
            ip: (index % 4 != 0).then(|| [192, 0, 2, 7].into()),
        };
        let prev = log.last().map(Event::leaf_hash).unwrap_or_default();
        let at = Timestamp::from_seconds(1_795_435_200 + i64::try_from(index).unwrap());
        let event_id = format!("018f3c1e-7a52-7c3d-9b1e-{index:012x}")
            .parse()
            .unwrap();
        log.push(Event::from_draft(draft, seq, event_id, at, prev));
    }
    log
}

/// Gives every entry from `start` on a fitting place and link, as somebody would who may write to the
/// database and wants to hide a change.
fn reseal(log: &mut [Event], start: usize) {
    for index in start..log.len() {
        log[index].seq = index as u64;
        log[index].prev = index
            .checked_sub(1)
            .map(|before| log[before].leaf_hash())
            .unwrap_or_default();
    }
}

fn lines(log: &[Event]) -> Vec<String> {
    log.iter().map(export_line).collect()
}

fn checkpoint(log: &[Event]) -> Checkpoint {
    let mut tree = Frontier::new();
    tree.extend(log.iter().map(Event::leaf_hash));
    Checkpoint {
        origin: "vault.example/log".to_owned(),
        size: tree.size(),
        root: tree.root(),
    }
}

fn verify(lines: &[String], checkpoint: &Checkpoint) -> Result<Report, VerifyError> {
    let text: String = lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect();
    verify_export(text.as_bytes(), checkpoint)
}

#[test]
fn an_untouched_log_is_proven() {
    for length in 0..LENGTH {
        let log = build_log(length, id(1));
        let report = verify(&lines(&log), &checkpoint(&log)).unwrap();
        let expected = Report {
            org: log.first().map(|event| event.org),
            proven: length as u64,
            unproven: 0,
            first_at: log.first().map(|event| event.at),
            last_at: log.last().map(|event| event.at),
        };
        assert_eq!(report, expected);
    }
}

#[test]
fn the_last_newline_may_be_missing_and_tools_may_reformat() {
    let log = build_log(LENGTH, id(1));
    let checkpoint = checkpoint(&log);
    let text = lines(&log).join("\n");
    assert!(verify_export(text.as_bytes(), &checkpoint).is_ok());
    let spaced = text
        .replace("\":", "\" : ")
        .replace("\\u000a", "\\n")
        .replace('\n', "\r\n");
    assert!(verify_export(spaced.as_bytes(), &checkpoint).is_ok());
}

#[test]
fn entries_after_the_checkpoint_are_reported_as_unproven() {
    let log = build_log(LENGTH, id(1));
    for size in 0..=LENGTH {
        let report = verify(&lines(&log), &checkpoint(&log[..size])).unwrap();
        assert_eq!(report.proven, size as u64);
        assert_eq!(report.unproven, (LENGTH - size) as u64);
    }
}

#[test]
fn every_edited_field_is_found_at_every_place() {
    let log = build_log(LENGTH, id(1));
    let checkpoint = checkpoint(&log);
    let edits: [&dyn Fn(&mut Event); 11] = [
        &|e| e.id = EventId::NIL,
        &|e| e.at = Timestamp::from_millis(e.at.as_millis() + 1),
        &|e| e.actor_type = "admin".into(),
        &|e| e.actor_id.push('x'),
        &|e| e.action = "secret.list".into(),
        &|e| e.resource_type = "vault".into(),
        &|e| e.resource_id = "resource".to_owned(),
        &|e| e.details = e.details.replace("version", "revision"),
        &|e| e.details = "{}".to_owned(),
        &|e| e.ip = Some("203.0.113.9".to_owned()),
        &|e| e.ip = e.ip.is_none().then(String::new),
    ];
    for place in 0..LENGTH {
        for (number, edit) in edits.iter().enumerate() {
            let mut changed = log.clone();
            edit(&mut changed[place]);
            // The naive way: the stored hash stays as it was.
            let old_hash = HEXLOWER.encode(&log[place].leaf_hash());
            let new_hash = HEXLOWER.encode(&changed[place].leaf_hash());
            let mut text = lines(&changed);
            text[place] = text[place].replace(&new_hash, &old_hash);
            match verify(&text, &checkpoint) {
                Err(VerifyError::Edited { line, .. }) => assert_eq!(line, place as u64 + 1),
                other => panic!("edit {number} at {place}: {other:?}"),
            }
            // Better: with a fresh hash. The next entry, or the root, tells.
            let found = verify(&lines(&changed), &checkpoint).unwrap_err();
            match found {
                VerifyError::BrokenLink { line, .. } => assert_eq!(line, place as u64 + 2),
                VerifyError::RootMismatch { .. } => assert_eq!(place, LENGTH - 1),
                other => panic!("edit {number} at {place}: {other:?}"),
            }
            // Best: everything after it re-linked. Only the root tells, and it does.
            reseal(&mut changed, place + 1);
            let found = verify(&lines(&changed), &checkpoint);
            assert!(
                matches!(found, Err(VerifyError::RootMismatch { .. })),
                "{number} at {place}"
            );
        }
    }
}

#[test]
fn removing_repeating_and_moving_is_found_at_every_place() {
    let log = build_log(LENGTH, id(1));
    let checkpoint = checkpoint(&log);
    for place in 0..LENGTH {
        let mut removed = log.clone();
        removed.remove(place);
        let mut repeated = log.clone();
        repeated.insert(place, log[place].clone());
        let mut moved = log.clone();
        let entry = moved.remove(place);
        moved.insert((place + 5) % LENGTH, entry);
        let mut inserted = log.clone();
        let mut invented = log[place].clone();
        invented.action = "auth.success".into();
        inserted.insert(place, invented);
        for (kind, changed) in [
            ("removed", removed),
            ("repeated", repeated),
            ("moved", moved),
            ("inserted", inserted),
        ] {
            let found = verify(&lines(&changed), &checkpoint);
            match (kind, place) {
                ("removed", place) if place == LENGTH - 1 => {
                    assert!(
                        matches!(found, Err(VerifyError::Truncated { .. })),
                        "{found:?}"
                    );
                }
                // An invented last entry pushes the true one behind the end of the signed log.
                ("inserted", _) => assert!(found.is_err(), "{kind} at {place}"),
                // A copy of the last entry comes after the checkpoint but claims a place in it.
                _ => assert!(
                    matches!(found, Err(VerifyError::Sequence { .. })),
                    "{kind} at {place}: {found:?}"
                ),
            }
            let mut resealed = changed.clone();
            reseal(&mut resealed, 0);
            let found = verify(&lines(&resealed), &checkpoint);
            if (kind, place) == ("repeated", LENGTH - 1) {
                // With a place and a link of its own, a copy of the last entry is simply a later entry.
                assert_eq!(found.unwrap().unproven, 1);
            } else {
                assert!(found.is_err(), "{kind} at {place}");
            }
        }
    }
}

#[test]
fn a_cut_end_is_found_at_every_place() {
    let log = build_log(LENGTH, id(1));
    let checkpoint = checkpoint(&log);
    for length in 0..LENGTH {
        match verify(&lines(&log[..length]), &checkpoint) {
            Err(VerifyError::Truncated { expected, found }) => {
                assert_eq!((expected, found), (LENGTH as u64, length as u64));
            }
            other => panic!("{length}: {other:?}"),
        }
    }
}

#[test]
fn a_fork_is_found_at_every_place() {
    let log = build_log(LENGTH, id(1));
    let mut other = log.clone();
    for place in (0..LENGTH).rev() {
        other[place].resource_id.push('x');
        reseal(&mut other, place);
        // The forked log is consistent in itself, and wrong for whoever holds the first checkpoint.
        assert!(verify(&lines(&other), &checkpoint(&other)).is_ok());
        let found = verify(&lines(&other), &checkpoint(&log));
        assert!(
            matches!(found, Err(VerifyError::RootMismatch { .. })),
            "{place}"
        );
    }
}

#[test]
fn entries_of_another_organisation_are_found() {
    let log = build_log(LENGTH, id(1));
    let foreign = build_log(LENGTH, id(2));
    assert!(verify(&lines(&foreign), &checkpoint(&log)).is_err());
    for place in 1..LENGTH {
        let mut mixed = lines(&log);
        mixed[place] = export_line(&foreign[place]);
        match verify(&mixed, &checkpoint(&log)) {
            Err(VerifyError::ForeignEntry { line }) => assert_eq!(line, place as u64 + 1),
            other => panic!("{place}: {other:?}"),
        }
    }
}

/// Every byte of some lines, changed in several ways: found, or the line still says the same.
#[test]
fn no_changed_byte_changes_what_a_verified_log_says() {
    let log = build_log(6, id(1));
    let checkpoint = checkpoint(&log);
    let original = lines(&log);
    for place in [0, 3, 5] {
        for index in 0..original[place].len() {
            for mask in [0x01, 0x04, 0x10, 0x20, 0x40, 0x80] {
                let mut bytes = original[place].clone().into_bytes();
                bytes[index] ^= mask;
                let text: Vec<u8> = original
                    .iter()
                    .enumerate()
                    .flat_map(|(line, text)| {
                        let text = if line == place {
                            bytes.as_slice()
                        } else {
                            text.as_bytes()
                        };
                        [text, b"\n"].concat()
                    })
                    .collect();
                if verify_export(text.as_slice(), &checkpoint).is_ok() {
                    let value = |line: &[u8]| -> serde_json::Value {
                        serde_json::from_slice(line).unwrap()
                    };
                    assert_eq!(value(&bytes), value(original[place].as_bytes()));
                }
            }
        }
    }
}

#[test]
fn lines_that_are_not_entries_are_named() {
    let log = build_log(3, id(1));
    let checkpoint = checkpoint(&log);
    let original = lines(&log);
    let upper = |line: &str| line.replace("018f3c1e-7a52", "018F3C1E-7A52");
    for (what, line) in [
        ("an empty line", String::new()),
        ("not JSON", "entry".to_owned()),
        (
            "an unknown field",
            original[1].replacen('{', "{\"note\":\"reviewed\",", 1),
        ),
        (
            "a repeated field",
            original[1].replacen('{', "{\"seq\":1,", 1),
        ),
        (
            "a missing field",
            original[1].replace("\"action\":\"secret.write\",", ""),
        ),
        ("another spelling of an id", upper(&original[1])),
        (
            "another spelling of a time",
            original[1].replace(".000Z", ".0000Z"),
        ),
        (
            "a null address",
            original[1].replace("\"192.0.2.7\"", "null"),
        ),
        ("two entries", original[1].clone() + &original[1]),
        ("an endless line", " ".repeat(2 * 1024 * 1024)),
    ] {
        let mut changed = original.clone();
        assert_ne!(line, changed[1], "{what}");
        changed[1] = line;
        match verify(&changed, &checkpoint) {
            Err(VerifyError::Malformed { line, reason }) => {
                assert_eq!(line, 2, "{what}");
                assert_eq!(
                    reason.contains("too long"),
                    what == "an endless line",
                    "{reason}"
                );
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

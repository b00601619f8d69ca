//! The audit log: fixed vectors, the text forms, and everything that verification must find.

mod merkle;
mod tamper;

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use oneclaw_core::audit::note::{self, NoteError};
use oneclaw_core::audit::{Actor, Checkpoint, Details, Draft, Event, Frontier, Hash, export_line};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, EventId, OrgId, UserId};

const VECTORS: &str = include_str!("../../vectors/audit-v1.txt");

fn vector(name: &str) -> &'static str {
    let line = VECTORS.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim()
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: u8) -> T {
    format!("018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c{last:02}")
        .parse()
        .unwrap()
}

fn vector_events() -> [Event; 2] {
    let read = Draft {
        org: id(1),
        action: "secret.read",
        actor: Actor::Agent(id(3)),
        resource_type: "secret",
        resource_id: id::<OrgId>(4).to_string(),
        details: Details::new()
            .text("path", "api-keys/openai")
            .int("version", 3),
        ip: Some("::ffff:192.0.2.7".parse().unwrap()),
    };
    let checkpoint = Draft {
        org: id(1),
        action: "log.checkpoint",
        actor: Actor::System,
        resource_type: "organisation",
        resource_id: id::<OrgId>(1).to_string(),
        details: Details::new(),
        ip: None,
    };
    let at = 1_795_445_700_120;
    let first = Event::from_draft(read, 0, id(2), Timestamp::from_millis(at), Hash::default());
    let leaf = first.leaf_hash();
    let second = Event::from_draft(checkpoint, 1, id(5), Timestamp::from_millis(at + 1), leaf);
    [first, second]
}

#[test]
fn entries_are_encoded_and_hashed_as_in_the_vectors() {
    let mut tree = Frontier::new();
    for (index, event) in vector_events().iter().enumerate() {
        let hex = HEXLOWER.encode(&event.encode());
        assert_eq!(hex, vector(&format!("entry {index} ")));
        let mut appended = vec![9];
        event.encode_into(&mut appended);
        assert_eq!(appended[1..], event.encode());
        let leaf = event.leaf_hash();
        assert_eq!(HEXLOWER.encode(&leaf), vector(&format!("leaf {index} ")));
        assert_eq!(export_line(event), vector(&format!("line {index} ")));
        tree.append(leaf);
    }
    assert_eq!(HEXLOWER.encode(&tree.root()), vector("root 2 "));
}

/// Moves characters across every border between fields and checks that no two entries share bytes.
#[test]
fn no_two_entries_share_their_encoding() {
    let [base, _] = vector_events();
    let mut variants = vec![base.clone()];
    let mut vary = |change: &dyn Fn(&mut Event)| {
        let mut event = base.clone();
        change(&mut event);
        variants.push(event);
    };
    vary(&|e| e.org = OrgId::NIL);
    vary(&|e| e.seq = 1);
    vary(&|e| e.id = EventId::NIL);
    vary(&|e| e.at = Timestamp::from_millis(0));
    vary(&|e| e.actor_type = "agen".into());
    vary(&|e| (e.actor_type, e.actor_id) = ("agen".into(), format!("t{}", e.actor_id)));
    vary(&|e| (e.action, e.resource_type) = ("secret.rea".into(), "dsecret".into()));
    vary(&|e| (e.action, e.resource_type) = ("".into(), "secret.readsecret".into()));
    vary(&|e| (e.resource_type, e.resource_id) = (e.resource_id.clone().into(), "secret".into()));
    vary(&|e| (e.resource_id, e.details) = (String::new(), e.resource_id.clone() + &e.details));
    vary(&|e| e.details = "{}".to_owned());
    vary(&|e| e.ip = None);
    vary(&|e| e.ip = Some(String::new()));
    vary(&|e| (e.details, e.ip) = (e.details.clone() + "\u{1}192.0.2.7", None));
    vary(&|e| e.prev = [1; 32]);
    let encodings: HashSet<_> = variants.iter().map(Event::encode).collect();
    assert_eq!(encodings.len(), variants.len());
    let hashes: HashSet<_> = variants.iter().map(Event::leaf_hash).collect();
    assert_eq!(hashes.len(), variants.len());
}

#[test]
fn actors_have_the_words_of_the_api() {
    let user: UserId = id(7);
    let agent: AgentId = id(8);
    for (actor, kind, text) in [
        (Actor::from(Principal::User(user)), "user", user.to_string()),
        (
            Actor::from(Principal::Agent(agent)),
            "agent",
            agent.to_string(),
        ),
        (Actor::System, "system", "system".to_owned()),
    ] {
        assert_eq!((actor.kind(), actor.id()), (kind, text));
    }
}

#[test]
fn details_are_written_in_canonical_form() {
    let details = Details::new()
        .uuid("vault_id", id::<OrgId>(9))
        .text("path", "a/b")
        .int("version", 3_u64)
        .int("least", i64::MIN)
        .int("too_large", u64::MAX)
        .flag("granted", true)
        .texts("permissions", ["read", "write"])
        .texts("none", [""; 0])
        .text(
            "odd \"name\"\n",
            "q\" b\\ n\n t\t z\0 d\u{7f} c\u{9b} r\u{202e} s\u{2028} ü ☕",
        );
    let expected = concat!(
        r#"{"vault_id":"018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c09","path":"a/b","version":3,"#,
        r#""least":-9223372036854775808,"too_large":9223372036854775807,"granted":true,"#,
        r#""permissions":["read","write"],"none":[],"odd \"name\"\u000a":"#,
        r#""q\" b\\ n\u000a t\u0009 z\u0000 d\u007f c\u009b r\u202e s\u2028 ü ☕"}"#,
    );
    assert_eq!(details.as_str(), expected);
    assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok());
    // Each character by itself, so that none is covered by another's escape.
    for (text, written) in [
        ("\"", r#"\""#),
        ("\\", r"\\"),
        ("\u{1f}", r"\u001f"),
        ("\u{7f}", r"\u007f"),
        ("\u{80}", r"\u0080"),
        ("~ ", "~ "),
        ("ü", "ü"),
    ] {
        let details = Details::new().text("t", text);
        assert_eq!(details.as_str(), format!("{{\"t\":\"{written}\"}}"));
    }
    assert_eq!(Details::new().as_str(), "{}");
}

#[test]
fn any_equivalent_text_comes_back_to_the_canonical_form() {
    let canonical =
        r#"{"b":"\u000aä","a":[1,-2,true,"x",[],{}],"o":{"z":"1","y":""},"e":"\u202e"}"#;
    let other = " { \"b\" : \"\\n\\u00e4\",\n\"a\":[ 1, -2, true,\"\\u0078\", [ ],{ } ],\r\n\
                 \"o\":{\"z\":\"1\",\"y\":\"\"}, \"e\":\"\u{202e}\" }\n";
    assert_eq!(Details::from_json(other).unwrap().as_str(), canonical);
    assert_eq!(Details::from_json(canonical).unwrap().as_str(), canonical);
    for json in [
        "",
        "[]",
        "7",
        "null",
        "{\"a\":1.5}",
        "{\"a\":1e3}",
        "{\"a\":null}",
        "{\"a\":1} x",
        "{\"a\":1,\"a\":2}",
        "{\"o\":{\"a\":1,\"\\u0061\":1}}",
        "{\"a\":18446744073709551616}",
    ] {
        assert!(Details::from_json(json).is_err(), "{json}");
    }
}

#[test]
fn checkpoints_have_one_spelling() {
    let checkpoint = Checkpoint {
        origin: "vault.example/log/018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c01".to_owned(),
        size: 2,
        root: HEXLOWER
            .decode(vector("root 2 ").as_bytes())
            .unwrap()
            .try_into()
            .unwrap(),
    };
    let root = "+a0EbhIFNwvcKEIn85WCiSKaoIQqHLm1PjCHe41Kxg8=";
    let origin = &checkpoint.origin;
    let body = format!("{origin}\n2\n{root}\n");
    assert_eq!(checkpoint.to_body(), body);
    assert_eq!(Checkpoint::parse_body(&body), Ok(checkpoint.clone()));
    for other in [
        String::new(),
        format!("{origin}\n2\n{root}"),
        format!("{origin}\n2\n{root}\n\n"),
        format!("{origin}\n2\n{root}\nextension\n"),
        format!("{origin}\n02\n{root}\n"),
        format!("{origin}\n+2\n{root}\n"),
        format!("{origin}\n-2\n{root}\n"),
        format!("{origin}\n 2\n{root}\n"),
        format!("{origin}\n18446744073709551616\n{root}\n"),
        format!("\n2\n{root}\n"),
        format!("{origin}\r\n2\n{root}\n"),
        format!("{origin}\n2\n{}\n", root.trim_end_matches('=')),
        format!("{origin}\n2\n{}\n", root.replace('8', "9")),
        format!("{origin}\n2\nAAAA\n"),
    ] {
        assert!(Checkpoint::parse_body(&other).is_err(), "{other:?}");
    }
}

#[test]
fn notes_come_apart_as_they_were_put_together() {
    let body = "vault.example/log\n2\n+a0EbhIFNwvcKEIn85WCiSKaoIQqHLm1PjCHe41Kxg8=\n";
    let text = note::format(body, "vault.example/log", [1, 2, 3, 4], &[5; 64]);
    assert!(text.starts_with(body) && text.contains("\n\n— vault.example/log AQIDBAUF"));
    // A witness adds its line; a text may hold empty lines of its own.
    let witnessed = format!("{text}— witness.example AQIDBAk=\n");
    let (parsed, signatures) = note::parse(&witnessed).unwrap();
    assert_eq!(parsed, body);
    assert_eq!(signatures.len(), 2);
    assert_eq!(signatures[0].key_name, "vault.example/log");
    assert_eq!(signatures[0].key_hash, [1, 2, 3, 4]);
    assert_eq!(signatures[0].signature, [5; 64]);
    assert_eq!(signatures[1].signature, [9]);
    let odd = note::format("a\n\nb\n", "k", [0; 4], &[1]);
    assert_eq!(note::parse(&odd).unwrap().0, "a\n\nb\n");
}

#[test]
fn other_texts_are_not_notes() {
    for (text, error) in [
        ("", NoteError::Shape),
        ("text\n", NoteError::Shape),
        ("text\n\n", NoteError::Shape),
        ("text\n— k AQIDBAk=\n", NoteError::Shape),
        ("text\n\n— k AQIDBAk=", NoteError::Shape),
        ("te\u{7}xt\n\n— k AQIDBAk=\n", NoteError::Shape),
        ("text\r\n\r\n— k AQIDBAk=\r\n", NoteError::Shape),
        ("text\n\nk AQIDBAk=\n", NoteError::Signature(1)),
        ("text\n\n- k AQIDBAk=\n", NoteError::Signature(1)),
        ("text\n\n— AQIDBAk=\n", NoteError::Signature(1)),
        ("text\n\n—  AQIDBAk=\n", NoteError::Signature(1)),
        ("text\n\n— k+1 AQIDBAk=\n", NoteError::Signature(1)),
        ("text\n\n— k x AQIDBAk=\n", NoteError::Signature(1)),
        ("text\n\n— k AQID\n", NoteError::Signature(1)),
        ("text\n\n— k AQIDBA==\n", NoteError::Signature(1)),
        ("text\n\n— k AQIDBAk\n", NoteError::Signature(1)),
        ("text\n\n— k AQIDBAk=\nx\n", NoteError::Signature(2)),
    ] {
        assert_eq!(note::parse(text), Err(error), "{text:?}");
    }
    let crowded = format!("text\n\n{}", "— k AQIDBAk=\n".repeat(65));
    assert_eq!(note::parse(&crowded), Err(NoteError::TooMany));
}

#[test]
fn keys_are_told_apart_by_name_and_bytes() {
    let key: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).unwrap());
    // SHA-256("vault.example/log" || "\n" || 0x01 || 00 01 .. 1f), computed independently.
    assert_eq!(
        note::ed25519_key_hash("vault.example/log", &key),
        [0x84, 0xb9, 0x96, 0xb2]
    );
    assert_ne!(
        note::ed25519_key_hash("vault.example/lof", &key),
        [0x84, 0xb9, 0x96, 0xb2]
    );
    assert!(note::is_key_name("vault.example/log"));
    for name in ["", "a b", "a+b", "a\n", "a\u{2003}b"] {
        assert!(!note::is_key_name(name), "{name:?}");
    }
}

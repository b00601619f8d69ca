use std::collections::HashSet;

use oneclaw_crypto::token::{MalformedToken, PlainToken, TokenHash, TokenKind};

use crate::{keyring, random};

const ALL: [TokenKind; 17] = [
    TokenKind::AgentKey,
    TokenKind::UserKey,
    TokenKind::EnrollmentLink,
    TokenKind::PollToken,
    TokenKind::VerifyEmail,
    TokenKind::PasswordReset,
    TokenKind::Refresh,
    TokenKind::SessionCookie,
    TokenKind::RevealLink,
    TokenKind::ShareLink,
    TokenKind::InviteLink,
    TokenKind::SetupLink,
    TokenKind::DeviceCode,
    TokenKind::MfaChallenge,
    TokenKind::Reauthentication,
    TokenKind::AuthorizationCode,
    TokenKind::OauthRefresh,
];

#[test]
fn tokens_have_the_shape_of_the_wire_contract() {
    for kind in ALL {
        let token = PlainToken::generate(kind, &random(70));
        let text = token.expose();
        assert_eq!(text.len(), 47);
        assert!(text.starts_with(kind.prefix()));
        let tail = &text[kind.prefix().len()..];
        assert!(
            tail.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_eq!(token.display_prefix(), text[..12]);
        assert_eq!(token.kind(), kind);
    }
    let prefixes: HashSet<_> = ALL.iter().map(|kind| kind.prefix()).collect();
    assert_eq!(prefixes.len(), ALL.len());
    assert_eq!(
        (TokenKind::AgentKey.prefix(), TokenKind::UserKey.prefix()),
        ("ocv_", "1ck_")
    );
}

#[test]
fn the_hash_of_a_presented_token_is_the_stored_one() {
    let keyring = keyring(71);
    for kind in ALL {
        let token = PlainToken::generate(kind, &random(72));
        let stored = token.hash(&keyring);
        assert_eq!(keyring.hash_token(kind, token.expose()), Ok(stored));
        assert_eq!(TokenHash::from_bytes(*stored.as_bytes()), stored);
        assert_eq!(token.into_secret().len(), 47);
    }
}

#[test]
fn a_hash_depends_on_kind_and_key() {
    let same_random: Vec<_> = ALL
        .iter()
        .map(|kind| PlainToken::generate(*kind, &random(73)).hash(&keyring(71)))
        .collect();
    assert_eq!(same_random.iter().collect::<HashSet<_>>().len(), ALL.len());
    let token = PlainToken::generate(TokenKind::AgentKey, &random(73));
    assert_ne!(token.hash(&keyring(71)), token.hash(&keyring(74)));
}

#[test]
fn a_token_of_one_kind_is_no_token_of_another() {
    let keyring = keyring(71);
    for kind in ALL {
        let token = PlainToken::generate(kind, &random(75));
        for other in ALL.into_iter().filter(|other| *other != kind) {
            assert_eq!(
                keyring.hash_token(other, token.expose()),
                Err(MalformedToken)
            );
        }
    }
}

#[test]
fn malformed_texts_are_refused_before_hashing() {
    let keyring = keyring(71);
    let good = PlainToken::generate(TokenKind::AgentKey, &random(76));
    let good = good.expose();
    let bad = [
        String::new(),
        "ocv_".into(),
        good[4..].into(),
        good[..46].into(),
        format!("{good}A"),
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        good.replacen("ocv_", "OCV_", 1),
        format!("ocv_{}", "+".repeat(43)),
        format!("ocv_{}", "é".repeat(21) + "a"),
        "ocv_".to_owned() + &"A".repeat(1 << 20),
    ];
    for text in bad {
        assert_eq!(
            keyring.hash_token(TokenKind::AgentKey, &text),
            Err(MalformedToken),
            "{text:.60}"
        );
    }
}

/// 43 characters carry 258 bits; the last two must be zero.
#[test]
fn the_last_character_has_one_spelling() {
    let keyring = keyring(71);
    let accepted = (0..=127u8).map(char::from).filter(|last| {
        let text = format!("ocv_{}{last}", "A".repeat(42));
        keyring.hash_token(TokenKind::AgentKey, &text).is_ok()
    });
    assert_eq!(accepted.collect::<String>(), "048AEIMQUYcgkosw");
}

#[test]
fn api_keys_are_told_apart_by_prefix() {
    assert_eq!(TokenKind::of_api_key("ocv_x"), Some(TokenKind::AgentKey));
    assert_eq!(TokenKind::of_api_key("1ck_x"), Some(TokenKind::UserKey));
    assert_eq!(TokenKind::of_api_key("rft_x"), None);
    assert_eq!(TokenKind::of_api_key(""), None);
}

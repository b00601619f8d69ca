use oneclaw_core::id::SessionId;

use crate::{id, keyring};

#[test]
fn a_csrf_token_fits_one_session_and_one_action() {
    let keyring = keyring(60);
    let session: SessionId = id(1);
    let token = keyring.csrf_token(session, "enrollment.approve");
    assert!(keyring.csrf_token_matches(session, "enrollment.approve", &token));
    assert!(!keyring.csrf_token_matches(id(2), "enrollment.approve", &token));
    assert!(!keyring.csrf_token_matches(session, "enrollment.deny", &token));
    assert!(!keyring.csrf_token_matches(session, "enrollment.approve", ""));
    assert!(!keyring.csrf_token_matches(session, "enrollment.approve", &token[1..]));
    assert!(!crate::keyring(61).csrf_token_matches(session, "enrollment.approve", &token));
}

#[test]
fn digests_of_different_uses_have_nothing_in_common() {
    let keyring = keyring(60);
    let digest = keyring.keyed_digest("login-address", b"ada@example.com");
    assert_eq!(
        digest,
        keyring.keyed_digest("login-address", b"ada@example.com")
    );
    assert_ne!(
        digest,
        keyring.keyed_digest("login-address", b"ada@example.con")
    );
    assert_ne!(
        digest,
        keyring.keyed_digest("enroll-address", b"ada@example.com")
    );
    // Label and data cannot be cut differently.
    assert_ne!(
        keyring.keyed_digest("ab", b"c"),
        keyring.keyed_digest("a", b"bc")
    );
}

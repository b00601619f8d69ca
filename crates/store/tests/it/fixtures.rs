//! Rows with plausible contents, and small helpers that every test needs.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, SecretId, UserId, VaultId};
use oneclaw_store::agents::AgentRow;
use oneclaw_store::policies::PolicyRow;
use oneclaw_store::secrets::NewVersion;
use oneclaw_store::sessions::SessionRow;
use oneclaw_store::shares::ShareRow;
use oneclaw_store::users::UserRow;
use oneclaw_store::vaults::VaultRow;
use oneclaw_store::{Store, Tx};
use uuid::Uuid;

/// A moment to count from.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// `NOW` and some milliseconds.
pub(crate) fn at(offset: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + offset)
}

/// A fresh id of any kind.
#[expect(
    clippy::disallowed_methods,
    reason = "no test depends on the value of an id"
)]
pub(crate) fn id<T: From<Uuid>>() -> T {
    T::from(Uuid::now_v7())
}

/// Asserts that two rows agree in every field. The list of fields is checked by the compiler.
macro_rules! assert_same {
    ($kind:ident { $($field:ident),* $(,)? }, $found:expr, $expected:expr) => {{
        let $kind { $($field),* } = $found;
        let expected = $expected;
        $(assert_eq!($field, expected.$field, stringify!($field));)*
    }};
}
pub(crate) use assert_same;

/// Runs a body in a transaction that is committed.
macro_rules! in_write {
    ($store:expr, |$tx:ident| $body:expr) => {{
        let mut $tx = $store.begin_write().await.unwrap();
        let result = $body;
        $tx.commit().await.unwrap();
        result
    }};
}
pub(crate) use in_write;

/// Runs a body in a transaction that only reads.
macro_rules! in_read {
    ($store:expr, |$tx:ident| $body:expr) => {{
        let mut $tx = $store.begin_read().await.unwrap();
        let result = $body;
        $tx.rollback().await.unwrap();
        result
    }};
}
pub(crate) use in_read;

/// A stored organisation.
pub(crate) async fn organisation(tx: &mut Tx) -> OrgId {
    let org = id();
    tx.insert_organisation(org, "Acme", NOW).await.unwrap();
    org
}

/// An account that is not stored yet.
pub(crate) fn user_row(email: &str) -> UserRow {
    UserRow {
        id: id(),
        email: email.to_owned(),
        display_name: "Ada".to_owned(),
        password_hash: Some("$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA".to_owned()),
        email_verified_at: None,
        marketing_emails: true,
        token_epoch: 0,
        created_at: NOW,
    }
}

/// A stored account with an address of its own.
pub(crate) async fn user(tx: &mut Tx) -> UserId {
    let row = user_row(&format!("{}@example.com", id::<Uuid>().simple()));
    tx.insert_user(&row).await.unwrap();
    row.id
}

/// An agent that is not stored yet.
pub(crate) fn agent_row(org: OrgId) -> AgentRow {
    AgentRow {
        id: id(),
        org_id: org,
        name: "deploy".to_owned(),
        description: "Deploys the shop".to_owned(),
        auth_method: "api_key".to_owned(),
        scopes: "[\"prod/**\"]".to_owned(),
        vault_ids: "[]".to_owned(),
        is_active: true,
        settings: "{}".to_owned(),
        token_ttl_seconds: Some(900),
        token_epoch: 3,
        api_key_hash: Some(unique_hash()),
        api_key_expires_at: Some(at(1)),
        ssh_public_key: Some("c3No".to_owned()),
        ecdh_public_key: Some("ZWNkaA==".to_owned()),
        created_by: id(),
        created_at: NOW,
        expires_at: Some(at(2)),
        last_active_at: None,
    }
}

/// 32 bytes that nothing else has.
pub(crate) fn unique_hash() -> Vec<u8> {
    let half = id::<Uuid>();
    [half.into_bytes(), half.into_bytes()].concat()
}

/// A vault that is not stored yet.
pub(crate) fn vault_row(org: OrgId, name: &str) -> VaultRow {
    VaultRow {
        id: id(),
        org_id: org,
        name: name.to_owned(),
        description: "Keys of the shop".to_owned(),
        owner_type: "user".to_owned(),
        owner_id: id(),
        key_generation: 1,
        created_at: NOW,
        cmek_fingerprint: None,
    }
}

/// A stored vault with a name of its own.
pub(crate) async fn vault(tx: &mut Tx, org: OrgId) -> VaultId {
    let row = vault_row(org, &id::<Uuid>().to_string());
    tx.insert_vault(&row, b"wrapped").await.unwrap();
    row.id
}

/// The first version of a new path, not stored yet.
pub(crate) fn new_secret(org: OrgId, vault: VaultId, path: &str) -> NewVersion {
    NewVersion {
        secret: id(),
        org,
        vault,
        path: path.to_owned(),
        version: 1,
        rev: 1,
        kind: "api_key".to_owned(),
        metadata: "{\"team\":\"shop\"}".to_owned(),
        key_generation: 1,
        wrapped_key: vec![1, 2, 3],
        ciphertext: vec![0, 255, 128],
        created_by_type: "agent",
        created_by_id: id(),
        created_at: NOW,
        expires_at: Some(at(50)),
        max_access_count: Some(3),
        cmek_fingerprint: Some("ab".repeat(32)),
    }
}

/// The version after `previous`.
pub(crate) fn next_version(previous: &NewVersion) -> NewVersion {
    NewVersion {
        secret: previous.secret,
        version: previous.version + 1,
        rev: previous.rev + 1,
        ..new_secret(previous.org, previous.vault, &previous.path)
    }
}

/// A stored secret.
pub(crate) async fn secret(tx: &mut Tx, org: OrgId, vault: VaultId, path: &str) -> SecretId {
    let new = new_secret(org, vault, path);
    let written = tx.put_versions(&[&new]).await.unwrap();
    assert_eq!(written, vec![new.secret.as_uuid()]);
    new.secret
}

/// A policy that is not stored yet.
pub(crate) fn policy_row(org: OrgId, vault: VaultId, principal: Uuid) -> PolicyRow {
    PolicyRow {
        id: id(),
        org_id: org,
        vault_id: vault,
        path_pattern: "prod/**".to_owned(),
        principal_type: "agent".to_owned(),
        principal_id: principal,
        permissions: "[\"read\"]".to_owned(),
        effect: "allow".to_owned(),
        priority: -7,
        conditions: "{\"ip\":[]}".to_owned(),
        attribute_conditions: "{}".to_owned(),
        expires_at: Some(at(100)),
        created_by_type: "user".to_owned(),
        created_by_id: id(),
        created_at: NOW,
        uses_left: None,
    }
}

/// A session that is not stored yet.
pub(crate) fn session_row(org: OrgId, user: UserId) -> SessionRow {
    SessionRow {
        id: id(),
        user_id: user,
        org_id: org,
        kind: "api".to_owned(),
        secret_hash: unique_hash(),
        auth_method: "password".to_owned(),
        user_agent: "curl/8".to_owned(),
        ip: Some("203.0.113.9".to_owned()),
        created_at: NOW,
        expires_at: at(1_000),
        revoked_at: None,
    }
}

/// A share for anyone with the link, not stored yet.
pub(crate) fn share_row(org: OrgId, vault: VaultId, secret: SecretId, path: &str) -> ShareRow {
    ShareRow {
        id: id(),
        org_id: org,
        vault_id: vault,
        secret_id: secret,
        recipient_type: "anyone_with_link".to_owned(),
        recipient_user_id: None,
        recipient_agent_id: None,
        recipient_email: None,
        status: "pending".to_owned(),
        passphrase_hash: Some("$argon2id$".to_owned()),
        ip_allowlist: "[\"10.0.0.0/8\"]".to_owned(),
        max_access_count: 5,
        access_count: 0,
        created_by_type: "user".to_owned(),
        created_by_id: id(),
        created_at: NOW,
        expires_at: at(1_000),
        decided_at: None,
        path: path.to_owned(),
    }
}

/// An organisation with a vault.
pub(crate) async fn organisation_with_vault(store: &Store) -> (OrgId, VaultId) {
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        (org, vault(&mut tx, org).await)
    })
}

//! The checked-in vectors: what this release writes, and what every later one must still read.
//!
//! Each file holds records of `name: value` lines, separated by empty lines. They are reproducible
//! because all randomness in them counts upwards: 00, 01, 02, ... When a new format version is
//! added, its vectors go into new records and the old ones stay. To write the files again:
//! `UPDATE_VECTORS=1 cargo test -p oneclaw-crypto vectors`.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use data_encoding::HEXLOWER;
use oneclaw_core::audit::Checkpoint;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Random;
use oneclaw_core::id::{AgentId, MailId, OrgId, SecretId, SessionId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::envelope::{
    InternalPurpose, SealedRef, ValueContext, VaultKey, decrypt_value_internal, encrypt_value,
    open_mail, seal_mail,
};
use oneclaw_crypto::jwt::Claims;
use oneclaw_crypto::keyring::{InstanceKey, KeyPurpose};
use oneclaw_crypto::password::PasswordHasher;
use oneclaw_crypto::seal::{Context, Key, KeyId, Purpose, open, seal};
use oneclaw_crypto::sign::{VerifierKey, verify_checkpoint};
use oneclaw_crypto::token::{PlainToken, TokenKind};
use oneclaw_crypto::{Keyring, MasterKeys};

use crate::second::{self, Field};
use crate::{NOW, id};

/// Counts upwards from a start, wrapping after ff.
struct Counting(AtomicU8);

fn counting(start: u8) -> Counting {
    Counting(AtomicU8::new(start))
}

impl Random for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

const KEY_ID: KeyId = KeyId::from_bytes([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7]);

/// An instance whose keys are each 32 equal bytes: 01.., 02.., in the order of
/// [`KeyPurpose::ALL`].
fn keyring() -> Keyring {
    let key = |(number, purpose)| {
        let material = vec![number; 32].into();
        InstanceKey::from_material(purpose, KeyId::from_bytes([number; 8]), &material).unwrap()
    };
    Keyring::from_keys((1..).zip(KeyPurpose::ALL).map(key).collect()).unwrap()
}

/// The text of a vector file, under construction.
#[derive(Default)]
struct Text(String);

impl Text {
    fn comment(mut self, text: &str) -> Self {
        writeln!(self.0, "# {text}").unwrap();
        self
    }

    /// Starts a new record.
    fn record(mut self) -> Self {
        self.0.push('\n');
        self
    }

    fn line(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        writeln!(self.0, "{name}: {value}").unwrap();
        self
    }

    fn hex(self, name: &str, value: &[u8]) -> Self {
        self.line(name, HEXLOWER.encode(value))
    }
}

/// Compares with the checked-in file and gives its content.
#[expect(
    clippy::disallowed_methods,
    reason = "asked for by a person, on the command line"
)]
fn check(name: &str, Text(expected): Text) -> File {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(name);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert_eq!(found, expected, "{name} is not what this code writes");
    File(found)
}

/// A vector file as read.
struct File(String);

impl File {
    /// The value of `name` in record `index`, counted from 0.
    fn get(&self, index: usize, name: &str) -> &str {
        let record = self.0.split("\n\n").nth(index + 1).unwrap();
        let prefix = format!("{name}: ");
        record
            .lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .unwrap()
    }

    fn hex(&self, index: usize, name: &str) -> Vec<u8> {
        HEXLOWER.decode(self.get(index, name).as_bytes()).unwrap()
    }
}

#[test]
fn seal_1() {
    let key = || Key::from_material(KEY_ID, &[0x42; 32]).unwrap();
    let long = "a".repeat(300);
    let cases = [
        (
            Context::new(Purpose::Mail),
            second::context(&[Field::Text("mail")]),
            Vec::new(),
        ),
        (
            Context::new(Purpose::Value)
                .uuid(id(1))
                .text("prod/db")
                .integer(7),
            second::context(&[
                Field::Text("value"),
                Field::Uuid(id(1)),
                Field::Text("prod/db"),
                Field::Integer(7),
            ]),
            b"hunter2".to_vec(),
        ),
        (
            Context::new(Purpose::DataKey)
                .text(&long)
                .text("")
                .integer(u64::MAX),
            second::context(&[
                Field::Text("dek"),
                Field::Text(&long),
                Field::Text(""),
                Field::Integer(u64::MAX),
            ]),
            (0..=255).collect(),
        ),
    ];
    let mut text = Text::default()
        .comment("SEAL-1: blob = seal(key, context, plaintext); see docs/CRYPTO.md.")
        .comment("The salt counts upwards from 00.");
    for (context, context_bytes, plaintext) in &cases {
        text = text
            .record()
            .line("key id", KEY_ID)
            .hex("key", &[0x42; 32])
            .hex("context", context_bytes)
            .hex("plaintext", plaintext)
            .hex(
                "blob",
                &seal(&key(), context, plaintext, &counting(0)).unwrap(),
            );
    }
    let file = check("seal.txt", text);
    for (index, (context, ..)) in cases.iter().enumerate() {
        let (blob, plaintext) = (file.hex(index, "blob"), file.hex(index, "plaintext"));
        assert_eq!(open(&key(), context, &blob).unwrap().expose(), plaintext);
        let context = file.hex(index, "context");
        assert_eq!(
            second::open(&file.hex(index, "key"), &context, &blob),
            Some(plaintext)
        );
    }
}

const MASTER_LINE: &str = "1claw-master-key-v1 a0a1a2a3a4a5a6a7 \
    QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI= 2026-11-23T14:55:00.000Z";

fn master() -> MasterKeys {
    MasterKeys::parse(&SecretString::from(MASTER_LINE.to_owned())).unwrap()
}

#[test]
fn master_and_instance_keys() {
    let key = |start| InstanceKey::generate(KeyPurpose::TokenIndex, &counting(start));
    let blob = key(0x10).wrap(&master(), &counting(0)).unwrap();
    let text = Text::default()
        .comment("A line of the master key file, and an instance key wrapped under it.")
        .comment("The instance key's id counts from 10, its key from 18, the salt from 00.")
        .record()
        .line("master key line", MASTER_LINE)
        .line("purpose", KeyPurpose::TokenIndex)
        .line("instance key id", key(0x10).id())
        .hex("wrapped", &blob);
    let file = check("master.txt", text);
    let line = SecretString::from(file.get(0, "master key line").to_owned());
    let master = MasterKeys::parse(&line).unwrap();
    let purpose = file.get(0, "purpose").parse().unwrap();
    let key_id = file.get(0, "instance key id").parse().unwrap();
    assert!(InstanceKey::unwrap(&master, purpose, key_id, &file.hex(0, "wrapped")).is_ok());
    let context = second::context(&[
        Field::Text("instance-key"),
        Field::Text("token_index"),
        Field::Text(file.get(0, "instance key id")),
    ]);
    let material: Vec<u8> = (0x18..0x38).collect();
    let opened = second::open(&[0x42; 32], &context, &file.hex(0, "wrapped"));
    assert_eq!(opened, Some(material));
}

#[test]
fn envelope() {
    let (org, vault, secret): (OrgId, VaultId, SecretId) = (id(1), id(2), id(3));
    let vault_key = VaultKey::generate(org, vault, 1, &counting(0x20));
    let context = ValueContext {
        org,
        vault,
        secret,
        path: SecretPath::parse("prod/api-keys/openai").unwrap(),
        version: 7,
        secret_type: "api_key".into(),
    };
    let sealed = encrypt_value(&vault_key, &context, b"hunter2", &counting(0)).unwrap();
    let text = Text::default()
        .comment("A value, its data key and its vault key; the master key is that of master.txt.")
        .comment("The vault key's id counts from 20, the data key's from 00.")
        .record()
        .line("organisation", org)
        .line("vault", vault)
        .line("generation", 1)
        .line("secret", secret)
        .line("path", context.path.as_str())
        .line("version", context.version)
        .line("type", &context.secret_type)
        .hex("value", b"hunter2")
        .hex(
            "wrapped vault key",
            &vault_key.wrap(&master(), &counting(0)).unwrap(),
        )
        .hex("wrapped data key", &sealed.wrapped_key)
        .hex("ciphertext", &sealed.ciphertext);
    let file = check("envelope.txt", text);

    let (wrapped_key, ciphertext) = (file.hex(0, "wrapped data key"), file.hex(0, "ciphertext"));
    let vault_blob = file.hex(0, "wrapped vault key");
    let loaded = VaultKey::unwrap(&master(), org, vault, 1, &vault_blob).unwrap();
    let stored = SealedRef {
        wrapped_key: &wrapped_key,
        ciphertext: &ciphertext,
    };
    let value = decrypt_value_internal(InternalPurpose::Doctor, &loaded, &context, stored);
    assert_eq!(value.unwrap().expose(), file.hex(0, "value"));

    let opened = open_envelope_independently(&vault_blob, &wrapped_key, &ciphertext);
    assert_eq!(opened, b"hunter2");
}

/// The whole way down from the master key by the second implementation.
fn open_envelope_independently(vault_key: &[u8], data_key: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let (org, vault, secret) = (
        Field::Uuid(id(1)),
        || Field::Uuid(id(2)),
        || Field::Uuid(id(3)),
    );
    let kek = second::context(&[Field::Text("kek"), org, vault(), Field::Integer(1)]);
    let dek = second::context(&[
        Field::Text("dek"),
        Field::Uuid(id(1)),
        vault(),
        Field::Integer(1),
        Field::Text("prod/api-keys/openai"),
        secret(),
        Field::Integer(7),
    ]);
    let value = second::context(&[
        Field::Text("value"),
        Field::Uuid(id(1)),
        secret(),
        Field::Integer(7),
        Field::Text("api_key"),
    ]);
    let vault_key = second::open(&[0x42; 32], &kek, vault_key).unwrap();
    let data_key = second::open(&vault_key[8..], &dek, data_key).unwrap();
    let padded = second::open(&data_key[8..], &value, ciphertext).unwrap();
    let (body, length) = padded.split_at(padded.len() - 4);
    body[..u32::from_be_bytes(length.try_into().unwrap()) as usize].to_vec()
}

#[test]
fn mail() {
    let mail: MailId = id(8);
    let blob = seal_mail(&keyring(), mail, b"Subject: hello", &counting(0)).unwrap();
    let text = Text::default()
        .comment("A mail body in the outbox, under the mail key (32 times 03).")
        .record()
        .line("mail", mail)
        .hex("body", b"Subject: hello")
        .hex("blob", &blob);
    let file = check("mail.txt", text);
    let opened = open_mail(&keyring(), mail, &file.hex(0, "blob")).unwrap();
    assert_eq!(opened.expose(), file.hex(0, "body"));
    let context = second::context(&[Field::Text("mail"), Field::Uuid(id(8))]);
    assert_eq!(
        second::open(&[3; 32], &context, &file.hex(0, "blob")),
        Some(file.hex(0, "body"))
    );
}

#[test]
fn tokens() {
    let kinds = [TokenKind::AgentKey, TokenKind::UserKey, TokenKind::Refresh];
    let mut text = Text::default()
        .comment("Tokens of 32 bytes counting from 00, and their hashes.")
        .comment("The token index key is 32 times 01; the kind is hashed as one byte.");
    for kind in kinds {
        let token = PlainToken::generate(kind, &counting(0));
        text = text
            .record()
            .line("kind", kind as u8)
            .line("token", token.expose())
            .hex("hash", token.hash(&keyring()).as_bytes());
    }
    let file = check("token.txt", text);
    for (index, kind) in kinds.into_iter().enumerate() {
        let hash = keyring()
            .hash_token(kind, file.get(index, "token"))
            .unwrap();
        assert_eq!(hash.as_bytes().as_slice(), file.hex(index, "hash"));
    }
}

#[test]
fn links() {
    let session: SessionId = id(5);
    let text = Text::default()
        .comment("Keyed digests; the link key is 32 times 06.")
        .record()
        .line("session", session)
        .line("action", "enrollment.approve")
        .line(
            "csrf token",
            keyring().csrf_token(session, "enrollment.approve"),
        )
        .record()
        .line("label", "login-address")
        .line("data", "ada@example.com")
        .hex(
            "digest",
            &keyring().keyed_digest("login-address", b"ada@example.com"),
        );
    let file = check("link.txt", text);
    let presented = file.get(0, "csrf token");
    assert!(keyring().csrf_token_matches(session, file.get(0, "action"), presented));
}

#[test]
fn access_token() {
    let claims = Claims {
        iss: "https://vault.example.com".into(),
        sub: Principal::Agent(AgentId::from_uuid(id(1))),
        org: id(2),
        scopes: vec!["prod/**".into()],
        vault_ids: Some(vec![id(3)]),
        exp: NOW.plus(Duration::from_mins(15)),
        iat: NOW,
        jti: id(4),
        sid: None,
        key: None,
        amr: Vec::new(),
        epo: 5,
        oep: 7,
        intents_api_enabled: None,
        environment: None,
        cnf: None,
        aud: None,
        scope: None,
        client_id: None,
        grant: None,
    };
    let text = Text::default()
        .comment("An access token; the signing key's seed is 32 times 04.")
        .record()
        .line("public key", keyring().jwt_public_key())
        .line("claims", serde_json::to_string(&claims).unwrap())
        .line("token", keyring().sign_jwt(&claims).unwrap());
    let file = check("jwt.txt", text);
    let verified = keyring().verify_jwt(file.get(0, "token"), &claims.iss, NOW);
    assert_eq!(verified, Ok(claims));
}

#[test]
fn checkpoint() {
    let checkpoint = Checkpoint {
        origin: "vault.example.com/log/1".into(),
        size: 1000,
        root: *(0..32).collect::<Vec<_>>().first_chunk().unwrap(),
    };
    let key = keyring()
        .checkpoint_keys(&checkpoint.origin)
        .next()
        .unwrap();
    let note = keyring().sign_checkpoint(&checkpoint).unwrap();
    let text = Text::default()
        .comment("A signed checkpoint; the signing key's seed is 32 times 05.")
        .comment("The note is given in hex because it has lines of its own.")
        .record()
        .line("verifier key", &key)
        .hex("note", note.as_bytes());
    let file = check("checkpoint.txt", text);
    let key: VerifierKey = file.get(0, "verifier key").parse().unwrap();
    let note = String::from_utf8(file.hex(0, "note")).unwrap();
    assert_eq!(verify_checkpoint(&note, &key), Ok(checkpoint));
}

#[tokio::test]
async fn password() {
    let hasher = PasswordHasher::new(&keyring());
    let password = SecretString::from("D3mo!Passw0rd#x7".to_owned());
    let text = Text::default()
        .comment("A stored password; the pepper is 32 times 02, the salt counts from 00.")
        .record()
        .line("password", password.expose())
        .line(
            "stored",
            hasher.hash(&password, &counting(0)).await.unwrap(),
        );
    let file = check("password.txt", text);
    assert_eq!(
        hasher.verify(&password, Some(file.get(0, "stored"))).await,
        Ok(true)
    );
}

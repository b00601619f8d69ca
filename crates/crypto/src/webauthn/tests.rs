use super::*;
use crate::test_support::{Authenticator, SignedAssertion};
use data_encoding::HEXLOWER;
use oneclaw_core::clock::SeededRandom;
use uuid::Uuid;

/// Registrations and sign-ins of Web Authentication level 3, section 16, with the origin
/// `https://example.org`.
struct Vector {
    attestation_object: &'static str,
    client_data: &'static str,
    authenticator_data: &'static str,
    signature: &'static str,
    credential_id: &'static str,
    /// UV, BE and BS of the registration.
    flags: (bool, bool, bool),
}

const VECTORS: [Vector; 3] = [
    // 16.2, ES256 without attestation
    Vector {
        attestation_object: "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
        client_data: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        authenticator_data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        signature: "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87",
        credential_id: "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4",
        flags: (false, true, true),
    },
    // 16.3, ES256 with an attestation by itself
    Vector {
        attestation_object: "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2",
        client_data: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a225248696843784e534e493352594d45314f7731476d3132786e726b634a5f6666707637546e2d4a71386773222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a206754623533727a36456853576f6d58477a696d433151227d",
        authenticator_data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50900000000",
        signature: "304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3b99772b7efd95994a83ef584b3b6b825ea3550251b66",
        credential_id: "455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c",
        flags: (true, true, true),
    },
    // 16.11, Ed25519 with an attestation by a certificate
    Vector {
        attestation_object: "a363666d74667061636b65646761747453746d74a363616c67266373696758483046022100d83f60bd80269537583218858aefb03ac57d45fa06e42feaae332d187f62da9f022100a02bd3cb6f7e1d283c93bad1f3f4b5a4c0494463da7fdbf256949116754d1f17637835638159022730820223308201c8a003020102021100b2cfc9ea33c8643b0e1a760463eaf164300a06082a8648ce3d0403023062311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a060355040a0c0357334331253023060355040b0c1c41757468656e74696361746f72204174746573746174696f6e204341310b30090603550406130241413020170d3234303130313030303030305a180f33303234303130313030303030305a305f311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a060355040a0c0357334331223020060355040b0c1941757468656e74696361746f72204174746573746174696f6e310b30090603550406130241413059301306072a8648ce3d020106082a8648ce3d03010703420004dd2b7a564b73b8c0b81c4c62e521925c4d1198ec9f583dbf1eebe364b65cd9c29a9bdf346aaa81fb6b9507e5249a52fdaf8e39e26b0b7dc45992a7e233b70f70a360305e300c0603551d130101ff04023000300e0603551d0f0101ff040403020780301d0603551d0e041604140ae27546bc7eccb1b4b597bd354f0c0b1f1f8f8e301f0603551d2304183016801445aff715b0dd786741fee996ebc16547a3931b1e300a06082a8648ce3d0403020349003046022100a0d434ecb5fc3bfd7da5f41904517ad2836249f561bd834ba7a438a8ab7a4ce8022100fac845bb7a02513b58e9f319654dbe49b0f02b95835bac568c71f8a18cdde9ab6861757468446174615881bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b54100000000d5aa33581e8ca478e20fe713f5d32ff20020ce9f840ed96599580cd140fbc7bb3230633f50f61041aff73308ae71caa8a2bda401010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832",
        client_data: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a2269566c583442786a4f6d6d44534b4c596f7870557439736e364d48454f7943413135726947514a6e763949222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        authenticator_data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000",
        signature: "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097d6607525713223a0dc0d453993dae00b",
        credential_id: "ce9f840ed96599580cd140fbc7bb3230633f50f61041aff73308ae71caa8a2bd",
        flags: (false, false, false),
    },
];

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// The vectors bring challenges of their own and do not always verify their user, so they are checked
/// in parts.
#[test]
fn the_vectors_of_the_standard() {
    let published = RelyingParty {
        id: "example.org".to_owned(),
        origin: "https://example.org".to_owned(),
    };
    for vector in &VECTORS {
        let object = hex(vector.attestation_object);
        let (object, rest) = Value::read(&object).unwrap();
        assert!(rest.is_empty());
        let data = object.field("authData").unwrap().as_bytes().unwrap();
        let data = AuthenticatorData::read(data).unwrap();
        let (verified, eligible, backed_up) = vector.flags;
        let expected = if verified {
            Ok(())
        } else {
            Err(WebauthnError::NotVerified)
        };
        assert_eq!(data.check(&published), expected);
        assert_eq!(data.flags.backup_eligible(), eligible);
        assert_eq!(data.flags.backed_up(), backed_up);
        let credential = data.credential.unwrap();
        assert_eq!(credential.id, hex(vector.credential_id));

        let (client_data, authenticator_data) =
            (hex(vector.client_data), hex(vector.authenticator_data));
        let signature = hex(vector.signature);
        let assertion = |signature| Assertion {
            client_data: &client_data,
            authenticator_data: &authenticator_data,
            signature,
        };
        let key = credential.public_key;
        assert_eq!(is_signed(key, &assertion(&signature)), Ok(true));
        let mut damaged = signature.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(is_signed(key, &assertion(&damaged)), Ok(false));
        let data = AuthenticatorData::read(&authenticator_data).unwrap();
        assert_eq!(data.check(&published), Err(WebauthnError::NotVerified));
    }
}

const NOW: Timestamp = Timestamp::from_seconds(1_795_445_700);

struct World {
    keyring: Keyring,
    random: SeededRandom,
    party: RelyingParty,
}

impl World {
    fn new() -> Self {
        Self::seeded(11)
    }

    fn seeded(seed: u64) -> Self {
        let random = SeededRandom::new(seed);
        Self {
            keyring: Keyring::from_keys(Keyring::generate(&random)).unwrap(),
            random,
            party: RelyingParty {
                id: "vault.example.com".to_owned(),
                origin: "https://vault.example.com".to_owned(),
            },
        }
    }

    fn challenge(&self, ceremony: Ceremony) -> String {
        self.keyring.issue_challenge(ceremony, NOW, &self.random)
    }

    fn register(
        &self,
        user: UserId,
        passkey: &Authenticator,
        challenge: &str,
    ) -> Result<Registered, WebauthnError> {
        let made = passkey.register(&self.party, challenge);
        self.keyring.verify_registration(
            &self.party,
            user,
            &made.client_data,
            &made.attestation_object,
            NOW,
        )
    }

    fn verify(
        &self,
        key: &[u8],
        used: &SignedAssertion,
        now: Timestamp,
    ) -> Result<Asserted, WebauthnError> {
        let assertion = Assertion {
            client_data: &used.client_data,
            authenticator_data: &used.authenticator_data,
            signature: &used.signature,
        };
        self.keyring
            .verify_assertion(&self.party, key, &assertion, now)
    }

    fn registered(&self, passkey: &Authenticator) -> Registered {
        let challenge = self.challenge(Ceremony::Register(ALICE));
        self.register(ALICE, passkey, &challenge).unwrap()
    }
}

const ALICE: UserId = UserId::from_uuid(Uuid::from_u128(1));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

#[test]
fn a_passkey_is_made_and_used() {
    let world = World::new();
    for (mut passkey, synchronised) in [
        (Authenticator::es256(), false),
        (Authenticator::eddsa(), true),
    ] {
        let made = world.registered(&passkey);
        assert_eq!(made.credential_id, passkey.credential_id);
        assert_eq!(
            (made.backup_eligible, made.backed_up),
            (synchronised, synchronised)
        );
        let challenge = world.challenge(Ceremony::SignIn);
        let used = passkey.assert(&world.party, &challenge);
        let asserted = world.verify(&made.public_key, &used, NOW).unwrap();
        assert_eq!(asserted.sign_count, passkey.sign_count);
        assert_ne!(asserted.spent.id, made.spent.id);
        // The same challenge is the same thing to spend.
        let again = passkey.assert(&world.party, &challenge);
        let again = world.verify(&made.public_key, &again, NOW).unwrap();
        assert_eq!(again.spent, asserted.spent);
    }
}

#[test]
fn a_challenge_is_for_one_ceremony_one_account_and_five_minutes() {
    let world = World::new();
    let mut passkey = Authenticator::es256();
    let for_alice = world.challenge(Ceremony::Register(ALICE));
    assert_eq!(
        world.register(BOB, &passkey, &for_alice).err(),
        Some(WebauthnError::Challenge)
    );
    let for_sign_in = world.challenge(Ceremony::SignIn);
    assert_eq!(
        world.register(ALICE, &passkey, &for_sign_in).err(),
        Some(WebauthnError::Challenge)
    );
    let made = world.registered(&passkey);
    let used = passkey.assert(&world.party, &for_alice);
    assert_eq!(
        world.verify(&made.public_key, &used, NOW),
        Err(WebauthnError::Challenge)
    );
    let of_another_instance = World::seeded(12).challenge(Ceremony::SignIn);
    for foreign in ["", "AAAA", &of_another_instance] {
        let used = passkey.assert(&world.party, foreign);
        assert_eq!(
            world.verify(&made.public_key, &used, NOW),
            Err(WebauthnError::Challenge)
        );
    }
    let used = passkey.assert(&world.party, &for_sign_in);
    let just = NOW.plus(CHALLENGE_LIFE).minus(Duration::from_millis(1));
    assert!(world.verify(&made.public_key, &used, just).is_ok());
    assert_eq!(
        world.verify(&made.public_key, &used, NOW.plus(CHALLENGE_LIFE)),
        Err(WebauthnError::Expired)
    );
    // Its end is part of it: one that is moved is not ours.
    let mut bytes = BASE64URL_NOPAD.decode(for_sign_in.as_bytes()).unwrap();
    bytes[NONCE + 2] ^= 1;
    let used = passkey.assert(&world.party, &BASE64URL_NOPAD.encode(&bytes));
    assert_eq!(
        world.verify(&made.public_key, &used, NOW),
        Err(WebauthnError::Challenge)
    );
}

#[test]
fn other_sites_frames_and_absent_users_are_refused() {
    let world = World::new();
    let made = world.registered(&Authenticator::es256());
    let mut passkey = Authenticator::es256();
    let key = world.registered(&passkey).public_key;
    assert_ne!(made.public_key, key);
    let challenge = world.challenge(Ceremony::SignIn);
    let used = passkey.assert(&world.party, &challenge);
    assert_eq!(
        world.verify(&made.public_key, &used, NOW),
        Err(WebauthnError::Signature)
    );

    for origin in [
        "http://vault.example.com",
        "https://vault.example.com:8443",
        "https://vault.example.com.evil.test",
        "https://evil.test",
    ] {
        let elsewhere = RelyingParty {
            origin: origin.to_owned(),
            ..world.party.clone()
        };
        let used = passkey.assert(&elsewhere, &challenge);
        assert_eq!(
            world.verify(&key, &used, NOW),
            Err(WebauthnError::Origin),
            "{origin}"
        );
    }
    let other_id = RelyingParty {
        id: "example.com".to_owned(),
        ..world.party.clone()
    };
    let used = passkey.assert(&other_id, &challenge);
    assert_eq!(
        world.verify(&key, &used, NOW),
        Err(WebauthnError::RelyingParty)
    );

    for (flags, error) in [
        (0x00, WebauthnError::NotPresent),
        (0x04, WebauthnError::NotPresent),
        (0x01, WebauthnError::NotVerified),
        (0x15, WebauthnError::Data),
    ] {
        passkey.flags = flags;
        let used = passkey.assert(&world.party, &challenge);
        assert_eq!(world.verify(&key, &used, NOW), Err(error), "{flags:#x}");
        let challenge = world.challenge(Ceremony::Register(ALICE));
        assert_eq!(
            world.register(ALICE, &passkey, &challenge).err(),
            Some(error),
            "{flags:#x}"
        );
    }
    passkey.flags = 0x05;
    let mut framed = passkey.assert(&world.party, &challenge);
    let text = String::from_utf8(framed.client_data).unwrap();
    framed.client_data = text.replace("false", "true").into_bytes();
    assert_eq!(world.verify(&key, &framed, NOW), Err(WebauthnError::Origin));
}

#[test]
fn every_changed_bit_is_noticed() {
    let world = World::new();
    let mut passkey = Authenticator::es256();
    let key = world.registered(&passkey).public_key;
    let used = passkey.assert(&world.party, &world.challenge(Ceremony::SignIn));
    let flip = |bytes: &mut Vec<u8>, index: usize| bytes[index / 8] ^= 1 << (index % 8);
    for index in 0..used.authenticator_data.len() * 8 {
        let mut bytes = used.authenticator_data.clone();
        flip(&mut bytes, index);
        let changed = SignedAssertion {
            client_data: used.client_data.clone(),
            authenticator_data: bytes,
            signature: used.signature.clone(),
        };
        assert!(world.verify(&key, &changed, NOW).is_err(), "bit {index}");
    }
    for index in 0..used.client_data.len() * 8 {
        let mut bytes = used.client_data.clone();
        flip(&mut bytes, index);
        let changed = SignedAssertion {
            client_data: bytes,
            authenticator_data: used.authenticator_data.clone(),
            signature: used.signature.clone(),
        };
        assert!(world.verify(&key, &changed, NOW).is_err(), "bit {index}");
    }
}

#[test]
fn keys_that_were_not_asked_for_are_refused() {
    for cose in [
        // P-384
        "a3010203382220022158200000",
        // ES256 on another curve
        "a5010203262002215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
        // half a point
        "a4010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61",
        // a symmetric key
        "a201040305",
    ] {
        let error = public_key(&hex(cose)).unwrap_err();
        assert!(
            matches!(error, WebauthnError::Key | WebauthnError::Data),
            "{cose}"
        );
    }
}

#[test]
fn whatever_is_cut_short_is_refused_and_nothing_panics() {
    let world = World::new();
    let passkey = Authenticator::es256();
    let challenge = world.challenge(Ceremony::Register(ALICE));
    let made = passkey.register(&world.party, &challenge);
    for length in 0..made.attestation_object.len() {
        let cut = &made.attestation_object[..length];
        let verified =
            world
                .keyring
                .verify_registration(&world.party, ALICE, &made.client_data, cut, NOW);
        assert_eq!(verified, Err(WebauthnError::Data), "{length}");
    }
    let longer = [&made.attestation_object[..], &[0]].concat();
    let verified =
        world
            .keyring
            .verify_registration(&world.party, ALICE, &made.client_data, &longer, NOW);
    assert_eq!(verified, Err(WebauthnError::Data));
}

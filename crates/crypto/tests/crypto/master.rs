use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use oneclaw_core::secret::SecretString;
use oneclaw_crypto::MasterKeys;
use oneclaw_crypto::master::{MasterKeyError, wrapped_by};
use oneclaw_crypto::seal::{Context, OpenError, Purpose};
use tempfile::TempDir;

use crate::{NOW, random};

struct Folder {
    _folder: TempDir,
    path: PathBuf,
}

/// A fresh folder, and the path of a key file in it that does not exist yet.
fn folder() -> Folder {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("master.key");
    Folder {
        _folder: folder,
        path,
    }
}

fn context() -> Context {
    Context::new(Purpose::InstanceKey).text("test")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn files(path: &Path) -> usize {
    fs::read_dir(path.parent().unwrap()).unwrap().count()
}

fn parse(text: &str) -> Result<MasterKeys, MasterKeyError> {
    MasterKeys::parse(&SecretString::from(text.to_owned()))
}

#[test]
fn the_file_is_created_once_and_read_afterwards() {
    let folder = folder();
    let created = MasterKeys::load_or_create(&folder.path, &random(100), NOW).unwrap();
    assert_eq!(mode(&folder.path), 0o600);
    assert_eq!(files(&folder.path), 1, "no other file is left behind");
    let read = MasterKeys::load_or_create(&folder.path, &random(101), NOW).unwrap();
    assert_eq!(read.newest(), created.newest());
    assert_eq!(read.ids().collect::<Vec<_>>(), [(created.newest(), NOW)]);
    let blob = created.wrap(&context(), b"material", &random(102)).unwrap();
    assert_eq!(
        read.unwrap(&context(), &blob).unwrap().expose(),
        b"material"
    );
}

#[test]
fn processes_starting_together_get_the_same_key() {
    let folder = folder();
    let start = std::sync::Barrier::new(8);
    let keys: Vec<_> = std::thread::scope(|scope| {
        let start_one = |seed| {
            let (start, path) = (&start, &folder.path);
            scope.spawn(move || {
                start.wait();
                MasterKeys::load_or_create(path, &random(seed), NOW)
                    .unwrap()
                    .newest()
            })
        };
        let threads: Vec<_> = (110..118).map(start_one).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(files(&folder.path), 1);
}

#[test]
fn rotations_at_the_same_time_lose_no_key() {
    let folder = folder();
    let first = MasterKeys::load_or_create(&folder.path, &random(100), NOW).unwrap();
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for seed in 110..118 {
            let (start, path) = (&start, &folder.path);
            scope.spawn(move || {
                start.wait();
                MasterKeys::add_new(path, &random(seed), NOW).unwrap();
            });
        }
    });
    let keys = MasterKeys::load(&folder.path).unwrap();
    assert_eq!(keys.ids().count(), 9);
    assert_eq!(keys.ids().last().unwrap().0, first.newest());
}

#[test]
fn a_file_others_can_reach_is_refused_with_the_remedy() {
    let folder = folder();
    MasterKeys::load_or_create(&folder.path, &random(100), NOW).unwrap();
    for wide in [
        0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777,
    ] {
        fs::set_permissions(&folder.path, fs::Permissions::from_mode(wide)).unwrap();
        let message = MasterKeys::load(&folder.path).err().unwrap().to_string();
        assert!(message.contains(&format!("mode {wide:04o}")), "{message}");
        assert!(
            message.contains(&format!("chmod 600 {}", folder.path.display())),
            "{message}"
        );
        assert!(MasterKeys::load_or_create(&folder.path, &random(1), NOW).is_err());
        assert!(MasterKeys::add_new(&folder.path, &random(1), NOW).is_err());
    }
    for narrow in [0o600, 0o400] {
        fs::set_permissions(&folder.path, fs::Permissions::from_mode(narrow)).unwrap();
        assert!(MasterKeys::load(&folder.path).is_ok());
    }
}

#[test]
fn a_link_is_judged_by_the_file_it_leads_to() {
    let folder = folder();
    MasterKeys::load_or_create(&folder.path, &random(100), NOW).unwrap();
    let link = folder.path.with_file_name("link");
    symlink(&folder.path, &link).unwrap();
    assert!(MasterKeys::load(&link).is_ok());
    fs::set_permissions(&folder.path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        MasterKeys::load(&link),
        Err(MasterKeyError::TooOpen { .. })
    ));
}

#[test]
fn rotation_keeps_the_old_key_until_it_is_retired() {
    let folder = folder();
    let first = MasterKeys::load_or_create(&folder.path, &random(120), NOW).unwrap();
    let old_blob = first.wrap(&context(), b"old", &random(121)).unwrap();
    let old_key = first.newest();
    assert_eq!(wrapped_by(&old_blob), Some(old_key));

    let both = MasterKeys::add_new(&folder.path, &random(122), NOW).unwrap();
    let new_key = both.newest();
    assert_eq!(
        both.ids().map(|(key, _)| key).collect::<Vec<_>>(),
        [new_key, old_key]
    );
    let new_blob = both.wrap(&context(), b"new", &random(123)).unwrap();
    assert_eq!(wrapped_by(&new_blob), Some(new_key));
    for keys in [&both, &MasterKeys::load(&folder.path).unwrap()] {
        assert_eq!(keys.unwrap(&context(), &old_blob).unwrap().expose(), b"old");
        assert_eq!(keys.unwrap(&context(), &new_blob).unwrap().expose(), b"new");
    }
    // A process that has not read the file again is told which key it lacks.
    let error = first.unwrap(&context(), &new_blob).err();
    assert_eq!(error, Some(OpenError::UnknownKey(new_key)));

    let one = MasterKeys::retire(&folder.path, new_key).unwrap();
    assert_eq!(one.ids().count(), 1);
    assert_eq!(one.unwrap(&context(), &new_blob).unwrap().expose(), b"new");
    let error = one.unwrap(&context(), &old_blob).err();
    assert_eq!(error, Some(OpenError::UnknownKey(old_key)));
    assert_eq!((mode(&folder.path), files(&folder.path)), (0o600, 1));

    let error = MasterKeys::retire(&folder.path, old_key).err().unwrap();
    assert!(matches!(error, MasterKeyError::NoSuchKey(key) if key == old_key));
    assert_eq!(MasterKeys::load(&folder.path).unwrap().newest(), new_key);
}

#[test]
fn keys_stay_in_the_order_of_their_making() {
    let folder = folder();
    let first = MasterKeys::load_or_create(&folder.path, &random(124), NOW).unwrap();
    let second = MasterKeys::add_new(&folder.path, &random(125), NOW).unwrap();
    let third = MasterKeys::add_new(&folder.path, &random(126), NOW).unwrap();
    let order = [third.newest(), second.newest(), first.newest()];
    for keys in [&third, &MasterKeys::load(&folder.path).unwrap()] {
        assert_eq!(keys.ids().map(|(key, _)| key).collect::<Vec<_>>(), order);
    }
}

#[test]
fn no_change_is_made_where_none_can_be_made() {
    let missing = folder();
    assert!(matches!(
        MasterKeys::add_new(&missing.path, &random(1), NOW)
            .err()
            .unwrap(),
        MasterKeyError::Io { .. }
    ));
    let nowhere = missing.path.join("no/such/folder/master.key");
    assert!(MasterKeys::load_or_create(&nowhere, &random(1), NOW).is_err());
    assert_eq!(files(&missing.path), 0);
}

#[test]
fn a_file_that_cannot_be_a_key_file_is_not_read() {
    let folder = folder();
    MasterKeys::load_or_create(&folder.path, &random(100), NOW).unwrap();
    let mut text = fs::read_to_string(&folder.path).unwrap();
    text.push_str(&"#\n".repeat(40_000));
    fs::write(&folder.path, text).unwrap();
    assert!(matches!(
        MasterKeys::load(&folder.path),
        Err(MasterKeyError::Io { .. })
    ));
}

const LINE: &str = "1claw-master-key-v1 0001020304050607 \
    AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= 2026-11-23T14:55:00Z";

#[test]
fn comments_blank_lines_and_line_endings_do_not_matter() {
    let text = format!("# a comment\r\n\r\n  {LINE}  \r\n# another\n");
    let keys = parse(&text).unwrap();
    assert_eq!(keys.newest().to_string(), "0001020304050607");
    assert_eq!(keys.ids().next().unwrap().1, NOW);
}

#[test]
fn a_bad_line_is_named_and_never_quoted() {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let bad = [
        LINE.replace("v1", "v2"),
        LINE.replace("0001020304050607", "000102030405060"),
        LINE.replace("0001020304050607", "000102030405060G"),
        LINE.replace(key, &key[..40]),
        LINE.replace(key, &key.replace("Hh8=", "Hh9=")),
        LINE.replace(key, &format!("{key}{key}")),
        LINE.replace("2026-11-23T14:55:00Z", "yesterday"),
        LINE.replace(" 2026-11-23T14:55:00Z", ""),
        format!("{LINE} extra"),
        key.to_owned(),
    ];
    for line in bad {
        let error = parse(&format!("# comment\n\n{line}\n")).err().unwrap();
        assert!(
            matches!(error, MasterKeyError::BadLine { line: 3 }),
            "{line}: {error:?}"
        );
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("AAECAwQF"), "{printed}");
    }
}

#[test]
fn an_empty_or_ambiguous_file_is_refused() {
    for text in ["", "\n\n", "# only a comment\n"] {
        assert!(matches!(parse(text).err().unwrap(), MasterKeyError::Empty));
    }
    let repeated = format!("{LINE}\n{LINE}\n");
    assert!(matches!(
        parse(&repeated).err().unwrap(),
        MasterKeyError::RepeatedId { line: 2 }
    ));
}

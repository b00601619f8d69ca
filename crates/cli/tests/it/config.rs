//! Wrong settings: the server does not start, says why in at most three lines, and ends with a documented code.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::harness::{Folder, Start, command, run, stderr, stdout};

/// Runs a server that must not start.
#[track_caller]
fn refused(arguments: &[&str], code: i32, expected: &[&str]) {
    let output = run(&[&["server"], arguments].concat());
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(
        said.starts_with("error: ") && said.lines().count() <= 3,
        "{said}"
    );
    for part in expected {
        assert!(said.contains(part), "no {part:?} in: {said}");
    }
    assert_eq!(stdout(&output), "", "nothing on stdout");
}

#[test]
fn settings_that_make_no_sense_are_refused_with_advice() {
    let folder = Folder::new();
    let data = folder.data();
    let data = data.to_str().unwrap();
    let misspelt = folder.write(
        "misspelt.toml",
        b"listen = \"127.0.0.1:0\"\nmail_ulr = \"smtp://x\"\n",
    );
    let wrong = folder.write(
        "wrong.toml",
        b"listen = \"127.0.0.1:0\"\nkey_delivery = \"pigeon\"\n",
    );
    for (arguments, expected) in [
        (
            vec!["--config", &misspelt],
            vec!["misspelt.toml", "`mail_ulr`", "`mail_url`"],
        ),
        (
            vec!["--config", &wrong],
            vec!["wrong.toml", "line 2", "pigeon"],
        ),
        (
            vec!["--config", "/nowhere/1claw.toml"],
            vec!["/nowhere/1claw.toml", "No such file"],
        ),
        (
            vec!["--dev", "--listen", "0.0.0.0:0"],
            vec!["--dev", "0.0.0.0:0", "published password"],
        ),
        (
            vec!["--dev", "--public-url", "https://vault.example.org"],
            vec!["--dev", "public URL"],
        ),
        (
            vec!["--public-url", "vault.example.org"],
            vec!["public URL", "https://vault.example.org"],
        ),
        (
            vec![
                "--data-dir",
                data,
                "--listen=127.0.0.1:0",
                "--mail-url",
                "ftp://x",
            ],
            vec!["mail", "ftp"],
        ),
        (
            vec!["--mail-url", "smtp://vault:hunter2@mail"],
            vec!["--mail-url", "password", "ONECLAW_MAIL_URL"],
        ),
        (
            vec!["--database-url", "postgres://vault:hunter2@db/vault"],
            vec!["--database-url", "password"],
        ),
        (
            vec!["--database-url", "mysql://db/vault"],
            vec!["database URL", "sqlite:PATH"],
        ),
    ] {
        refused(&arguments, 2, &expected);
        let output = run(&[&["server"], &arguments[..]].concat());
        assert!(
            !stderr(&output).contains("hunter2"),
            "a password was repeated"
        );
    }
}

#[test]
fn a_port_in_use_is_said_so_before_anything_is_made() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let address = format!("127.0.0.1:{}", server.port());
    let second = folder.path("second");
    refused(
        &["--listen", &address, "--data-dir", second.to_str().unwrap()],
        9,
        &[&server.port().to_string(), "in use", "--listen 127.0.0.1:"],
    );
    assert!(!second.exists(), "the failed start left a folder behind");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    let file = folder.write("file", b"");
    refused(
        &[
            "--listen=127.0.0.1:0",
            "--data-dir",
            &format!("{file}/data"),
        ],
        1,
        &["/file/data", "--data-dir"],
    );
}

#[tokio::test]
async fn a_master_key_that_does_not_fit_stops_the_start() {
    let folder = Folder::new();
    let data = folder.data();
    folder.start_dev().stop().await;
    let key = data.join("master.key");
    let arguments = [
        "--dev",
        "--listen=127.0.0.1:0",
        "--data-dir",
        data.to_str().unwrap(),
    ];

    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    refused(&arguments, 1, &["mode 0640", "chmod 600"]);

    let other = Folder::new();
    other.start_dev().stop().await;
    let original = fs::read(&key).unwrap();
    fs::copy(other.data().join("master.key"), &key).unwrap();
    refused(
        &arguments,
        1,
        &["not the master key of this database", "restore"],
    );

    fs::remove_file(&key).unwrap();
    refused(&arguments, 1, &["missing", "restore"]);
    assert!(
        !key.exists(),
        "a new key would open nothing and hide the loss"
    );

    fs::write(&key, original).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    folder.start_dev().stop().await;
}

#[tokio::test]
async fn a_real_vault_and_a_demonstration_are_never_the_same_folder() {
    let demonstration = Folder::new();
    demonstration.start_dev().stop().await;
    let path = demonstration.data();
    let arguments = ["--listen=127.0.0.1:0", "--data-dir", path.to_str().unwrap()];
    refused(&arguments, 2, &["holds a demonstration", "--dev"]);

    let real = Folder::new();
    Start::new(&real.data()).start().stop().await;
    let path = real.data();
    let arguments = [
        "--dev",
        "--listen=127.0.0.1:0",
        "--data-dir",
        path.to_str().unwrap(),
    ];
    refused(&arguments, 2, &["holds a real vault", "published password"]);
    // Not even when its key is missing, as after a restore that forgot it.
    fs::remove_file(path.join("master.key")).unwrap();
    refused(&arguments, 2, &["holds a real vault"]);
}

#[tokio::test]
async fn flag_beats_environment_beats_file_beats_default() {
    let folder = Folder::new();
    fs::create_dir(folder.data()).unwrap();
    let file = "public_url = \"http://file.localhost\"\nkey_delivery = \"link\"\n";
    fs::write(folder.data().join("1claw.toml"), file).unwrap();
    let public_url = |start: Start| {
        let server = start.start();
        server.notice()["public_url"].as_str().unwrap().to_owned()
    };
    let start = || Start::new(&folder.data());
    let variable = "ONECLAW_PUBLIC_URL";
    assert_eq!(public_url(start()), "http://file.localhost");
    assert_eq!(
        public_url(start().environment(variable, "http://env.localhost")),
        "http://env.localhost"
    );
    let both = start()
        .environment(variable, "http://env.localhost")
        .flag("--public-url=http://flag.localhost/");
    assert_eq!(public_url(both), "http://flag.localhost");
    fs::remove_file(folder.data().join("1claw.toml")).unwrap();
    assert!(public_url(start()).starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn what_the_server_makes_is_for_its_user_alone() {
    let folder = Folder::new();
    // As under a careless umask.
    let mut shell = std::process::Command::new("/bin/sh");
    shell
        .args(["-c", "umask 000; exec \"$0\" \"$@\""])
        .arg(crate::harness::binary())
        .env_clear();
    let server = Start::with(shell, &folder.data())
        .dev()
        .flag(&format!(
            "--mail-url=file://{}",
            folder.path("mails").display()
        ))
        .start();
    server.api().populate("alice@example.com").await;
    server.stop().await;
    let mut found = 0;
    for path in [folder.data(), folder.path("mails")] {
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700,
            "{}",
            path.display()
        );
        for entry in fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o077,
                0,
                "{}",
                entry.path().display()
            );
            found += 1;
        }
    }
    assert!(found >= 3, "database, key and mark are there");
}

#[test]
fn help_names_exit_codes_and_hides_passwords_of_the_environment() {
    let help = stdout(&run(&["--help"]));
    assert!(
        help.contains("Exit codes:") && !help.contains("bench"),
        "{help}"
    );
    let output = command(&["server", "--help"])
        .env("ONECLAW_MAIL_URL", "smtp://vault:hunter2@mail")
        .env("ONECLAW_DATABASE_URL", "postgres://vault:hunter2@db/vault")
        .output()
        .unwrap();
    let help = stdout(&output);
    assert!(
        help.contains("ONECLAW_MAIL_URL") && !help.contains("hunter2"),
        "{help}"
    );
}

//! `1claw secret edit`.
//!
//! Invariant: the value lies in a file of its owner alone, in memory where the system has such a folder, and the file
//! is gone when the editor is, whatever it did.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use oneclaw_client::Client;
use oneclaw_client::secrets::PutSecretRequest;
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;

use super::WRITTEN;
use crate::commands::client::wants_records;
use crate::output::{Exit, Failure, Printer};
use crate::settings;

/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";

pub(super) async fn edit(
    path: &SecretPath,
    vault: VaultId,
    client: &Client,
    printer: Printer,
) -> Result<(), Failure> {
    let editor = settings::variable("VISUAL").or_else(|| settings::variable("EDITOR"));
    let editor = editor.ok_or_else(|| {
        Failure::new(Exit::Usage, "no editor is known").next("set VISUAL or EDITOR")
    })?;
    let secret = client.get_secret(vault, path).await?;
    if secret.cmek_encrypted {
        let what =
            format!("{path} is encrypted with a key of yours, which this command does not have");
        return Err(Failure::new(Exit::Forbidden, what));
    }
    let edited = in_editor(&editor, secret.value.expose())?;
    if edited.expose() == secret.value.expose() {
        printer.say("unchanged; nothing was written");
        return Ok(());
    }
    if edited.is_empty() {
        return Err(Failure::new(Exit::Usage, "the value is empty").next("nothing was written"));
    }
    // The editor was open for a while.
    let newest = client.list_secret_versions(vault, path).await?;
    if newest
        .versions
        .first()
        .is_some_and(|newest| newest.version != secret.version)
    {
        return Err(Failure::new(
            Exit::Conflict,
            format!("somebody else wrote {path} meanwhile"),
        )
        .because("nothing was written, what you typed is gone")
        .next(format!("1claw secret edit {path}")));
    }
    let mut request = PutSecretRequest::new(edited.into());
    request.secret_type = Some(secret.secret_type);
    request.metadata = Some(secret.metadata);
    request.expires_at = secret.expires_at;
    let written = client.put_secret(vault, path, &request).await?;
    if wants_records(printer) {
        return printer.one(&written, &WRITTEN);
    }
    printer.say(format_args!("wrote version {} of {path}", written.version));
    Ok(())
}

fn in_editor(editor: &str, value: &str) -> Result<SecretString, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, "the editor cannot be given the value").because(error)
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix("1claw-");
    // Its own folder, so that what editors write beside a file is gone with it.
    let folder = if Path::new(IN_MEMORY).is_dir() {
        builder.tempdir_in(IN_MEMORY).or_else(|_| builder.tempdir())
    } else {
        builder.tempdir()
    };
    let folder = folder.map_err(failed)?;
    let file = folder.path().join("value");
    let mut handle = std::fs::File::create(&file).map_err(failed)?;
    handle.write_all(value.as_bytes()).map_err(failed)?;
    drop(handle);
    // The setting is the user's own and may have options, as git takes it.
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(&file)
        .status()
        .map_err(failed)?;
    if !status.success() {
        return Err(Failure::new(Exit::Declined, "the editor did not end well")
            .because(status)
            .next("nothing was written"));
    }
    let edited = SecretString::from(std::fs::read_to_string(&file).map_err(failed)?);
    // Editors end the last line; that newline is theirs unless the value had one.
    match edited.expose().strip_suffix('\n') {
        Some(without) if !value.ends_with('\n') => Ok(without.to_owned().into()),
        _ => Ok(edited),
    }
}

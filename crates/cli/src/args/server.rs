//! What an operator does to a server, beside running it.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    /// Replace the master key; works while servers run
    #[command(long_about = "\
Replace the master key: make a new one and wrap every key again under it. Works while servers run and can be run again \
after an interruption.

The old key leaves the key file at the end. Backups of the database made before the rotation need it: keep a copy of \
the key file beside each of them.")]
    RotateKey,
    /// Read the mails that this vault wrote
    Outbox {
        #[command(subcommand)]
        command: Option<OutboxCommand>,
    },
    /// Look for risky settings and other trouble, each with the next step
    Doctor,
    /// Copy the embedded database while the server runs
    #[command(long_about = "\
Copy the embedded database into a new folder while the server runs: everything as it was at one moment, checked before \
the folder gets its name.

The copy lacks the master key, on purpose: whoever has both can read every secret. Keep a copy of the key somewhere \
else; without it the backup opens nothing. PostgreSQL has tools of its own for this: the command says which.")]
    Backup {
        /// The folder to make
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Put a backup into a data folder that has no database
    #[command(long_about = "\
Put a backup into a data folder that has no database yet. The master key of its time must be in place first, as \
--master-key-file says. The copy is checked before it counts: its digest, its structure, and that the key opens it.")]
    Restore {
        /// The folder that `backup` made
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Bring the database up to date, as the next start would do
    Migrate {
        /// Only say what would be done; fails when there is something
        #[arg(long)]
        check: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum OutboxCommand {
    /// List the newest mails
    List {
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Print the text of a mail. It may hold a link or a key: mind who is looking
    Show {
        /// The id, as `list` shows it
        id: String,
    },
}

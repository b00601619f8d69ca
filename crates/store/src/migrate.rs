//! The schema: numbered files, the same names in both folders, embedded in the binary.

use crate::error::Result;
use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use sqlx::{PgConnection, SqliteConnection};
use std::borrow::Cow;

macro_rules! migrations {
    ($folder:literal, [$($version:literal $name:literal),* $(,)?]) => {
        vec![$(($version, $name, include_str!(concat!("../migrations/", $folder, "/", $name, ".sql")))),*]
    };
}

macro_rules! list {
    ($folder:literal) => {
        migrations!(
            $folder,
            [
                1 "0001_identity",
                2 "0002_agents",
                3 "0003_vaults",
                4 "0004_audit",
                5 "0005_shares",
                6 "0006_outbox",
                7 "0007_people",
                10 "0010_outbound",
                9 "0009_data",
                8 "0008_factors",
                11 "0011_organisation",
                12 "0012_pairing",
                13 "0013_oauth",
                14 "0014_bindings",
                16 "0016_operations",
                17 "0017_exposure",
                19 "0019_honeytokens",
            ]
        )
    };
}

pub(crate) async fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    run(list!("sqlite"), connection).await
}

pub(crate) async fn migrate_postgres(connection: &mut PgConnection) -> Result<()> {
    run(list!("postgres"), connection).await
}

/// Number and name of every step, in their order.
pub(crate) fn names() -> Vec<(i64, &'static str)> {
    let mut names: Vec<_> = list!("sqlite")
        .into_iter()
        .map(|(version, name, _)| (version, name))
        .collect();
    names.sort_unstable();
    names
}

/// `run_direct` is what `run` calls; only its future can move between threads, so that only with
/// it a store can be opened in a task.
async fn run(
    files: Vec<(i64, &'static str, &'static str)>,
    connection: &mut impl Migrate,
) -> Result<()> {
    migrator(files).run_direct(None, connection, false).await?;
    Ok(())
}

fn migrator(files: Vec<(i64, &'static str, &'static str)>) -> Migrator {
    let migrations = files
        .into_iter()
        .map(|(version, name, text)| {
            Migration::new(
                version,
                Cow::Borrowed(name),
                MigrationType::Simple,
                sqlx::SqlStr::from_static(text),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
}

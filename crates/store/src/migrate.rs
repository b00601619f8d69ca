//! The schema: numbered files, the same names in both folders, embedded in the binary.

use crate::error::Result;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlitePool};
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
            ]
        )
    };
}

pub(crate) async fn migrate_sqlite(pool: &SqlitePool) -> Result<()> {
    migrator(list!("sqlite")).run(pool).await?;
    Ok(())
}

pub(crate) async fn migrate_postgres(pool: &PgPool) -> Result<()> {
    migrator(list!("postgres")).run(pool).await?;
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

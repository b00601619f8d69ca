//! Databases for tests: a fresh SQLite file, or a fresh PostgreSQL database when
//! `TEST_POSTGRES_URL` names a server on which databases may be made.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only tests use this: they say what went wrong by panicking, are told by the environment \
              where the server is, and name databases of their own"
)]

use crate::{Config, Store};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use std::collections::BTreeMap;
use std::str::FromStr as _;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one.
    Sqlite,
    /// A server.
    Postgres,
}

/// A database of its own for one test. Dropping it removes the SQLite file.
pub struct TestDatabase {
    /// How to open it (again).
    pub config: Config,
    /// Where the SQLite file is; kept so that the folder lives as long as the test.
    pub folder: tempfile::TempDir,
}

impl TestDatabase {
    /// Makes a fresh database, or `None` when no PostgreSQL server was named.
    ///
    /// # Panics
    /// When the database cannot be made: a test cannot go on without it.
    pub async fn create(backend: Backend) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let config = match backend {
            Backend::Sqlite => Config::Sqlite(folder.path().join("1claw.db")),
            Backend::Postgres => Config::Postgres(create_postgres_database().await?),
        };
        Some(Self { config, folder })
    }

    /// Opens it.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open(&self) -> Store {
        Store::open(&self.config)
            .await
            .expect("the test database opens")
    }
}

impl TestDatabase {
    /// Every row of every table as text, by table: two of these tell whether anything changed.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn rows(&self) -> BTreeMap<String, Vec<String>> {
        let mut dump = BTreeMap::new();
        match &self.config {
            Config::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut connection = options.connect().await.expect("the database opens");
                let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' \
                              AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlx%'";
                let tables: Vec<String> = sqlx::query_scalar(tables)
                    .fetch_all(&mut connection)
                    .await
                    .expect("tables");
                for table in tables {
                    let columns: Vec<String> =
                        sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
                            .bind(&table)
                            .fetch_all(&mut connection)
                            .await
                            .expect("columns");
                    let quoted: Vec<String> = columns
                        .iter()
                        .map(|column| format!("quote(\"{column}\")"))
                        .collect();
                    let query = format!(
                        "SELECT {} AS row FROM \"{table}\" ORDER BY row",
                        quoted.join(" || ',' || ")
                    );
                    let rows = sqlx::query_scalar(AssertSqlSafe(query))
                        .fetch_all(&mut connection)
                        .await;
                    dump.insert(table, rows.expect("rows"));
                }
            }
            Config::Postgres(url) => {
                let mut connection = sqlx::PgConnection::connect(url)
                    .await
                    .expect("the database opens");
                let tables = "SELECT tablename::text FROM pg_tables \
                              WHERE schemaname = current_schema() AND tablename NOT LIKE '\\_sqlx%'";
                let tables: Vec<String> = sqlx::query_scalar(tables)
                    .fetch_all(&mut connection)
                    .await
                    .expect("tables");
                for table in tables {
                    let query = format!("SELECT t::text AS row FROM \"{table}\" t ORDER BY row");
                    let rows = sqlx::query_scalar(AssertSqlSafe(query))
                        .fetch_all(&mut connection)
                        .await;
                    dump.insert(table, rows.expect("rows"));
                }
            }
        }
        dump
    }
}

async fn create_postgres_database() -> Option<String> {
    let server = std::env::var("TEST_POSTGRES_URL").ok()?;
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    let mut connection = sqlx::postgres::PgConnectOptions::from_str(&server)
        .expect("TEST_POSTGRES_URL is a URL")
        .database("postgres")
        .connect()
        .await
        .expect("the PostgreSQL server answers");
    let statement = format!("CREATE DATABASE {name}");
    connection
        .execute(AssertSqlSafe(statement))
        .await
        .expect("a database can be made");
    connection.close().await.expect("the connection closes");
    Some(format!("{}/{name}", server.trim_end_matches('/')))
}

/// Makes two tests of each `async fn name(database: TestDatabase)`: `name::sqlite` always, and
/// `name::postgres` when a server is named. Takes the names of such functions, or one with its body.
#[macro_export]
macro_rules! each_backend {
    ($(#[$meta:meta])* async fn $name:ident($database:ident: TestDatabase) $body:block) => {
        $(#[$meta])*
        async fn $name($database: $crate::test_support::TestDatabase) $body
        $crate::each_backend!($name);
    };
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                let database = $crate::test_support::TestDatabase::create($crate::test_support::Backend::Sqlite).await;
                super::$name(database.expect("SQLite is always there")).await;
            }

            #[tokio::test]
            async fn postgres() {
                match $crate::test_support::TestDatabase::create($crate::test_support::Backend::Postgres).await {
                    Some(database) => super::$name(database).await,
                    None => eprintln!("no TEST_POSTGRES_URL: the PostgreSQL half of this test did not run"),
                }
            }
        }
    )+};
}

/// Makes every further audit entry impossible to write, in a way that only a test would: renames the
/// table. Gives what mends it again.
///
/// # Panics
/// When the database cannot be reached.
pub async fn break_audit_log(config: &Config) -> impl Future<Output = ()> + use<> {
    rename(
        config,
        "ALTER TABLE audit_events RENAME TO audit_events_hidden",
    )
    .await;
    let config = config.clone();
    async move {
        rename(
            &config,
            "ALTER TABLE audit_events_hidden RENAME TO audit_events",
        )
        .await;
    }
}

async fn rename(config: &Config, statement: &'static str) {
    let store = Store::open(config).await.expect("the database opens");
    let mut tx = store.begin_write().await.expect("a transaction begins");
    match &mut tx {
        crate::Tx::Sqlite(tx) => tx.execute(statement).await.map(|_| ()),
        crate::Tx::Postgres(tx) => tx.execute(statement).await.map(|_| ()),
    }
    .expect("the table is renamed");
    tx.commit().await.expect("the transaction commits");
    store.close().await;
}

//! Every SQL text of the crate, read from its sources so that none can be left out, and the test
//! that both databases accept them all.

#![expect(
    clippy::disallowed_types,
    reason = "what is run here was read from our own sources"
)]

use oneclaw_store::Store;
use oneclaw_store::test_support::{Backend, TestDatabase};
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};
use std::path::Path;

/// One statement.
pub(crate) struct Statement {
    /// Module and constant, for example `secrets::FIND_CURRENT`.
    pub(crate) name: String,
    /// The text; with two rows when it takes any number of them.
    pub(crate) sql: String,
    /// False for texts that PostgreSQL alone gets.
    pub(crate) on_sqlite: bool,
    /// Types of the parameters where PostgreSQL cannot infer them.
    pub(crate) types: &'static str,
}

impl Statement {
    /// How many parameters it has.
    pub(crate) fn parameters(&self) -> usize {
        let numbers = self.sql.split('$').skip(1);
        let digits = numbers.map(|rest| {
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        });
        digits
            .map(|digits| digits.parse().unwrap())
            .max()
            .unwrap_or(0)
    }
}

/// Makes text that is not a constant acceptable to sqlx.
pub(crate) fn trusted(sql: impl Into<String>) -> sqlx::SqlStr {
    AssertSqlSafe(sql.into()).into_sql_str()
}

/// The value of the string literal that `source` begins with, and what follows it.
fn literal(source: &str) -> (String, &str) {
    let body = source.trim_start().strip_prefix('"').unwrap();
    let (text, rest) = body.split_once('"').unwrap();
    // A backslash at the end of a line swallows the indentation of the next one.
    let mut parts = text.split("\\\n");
    let mut value = parts.next().unwrap().to_owned();
    parts.for_each(|part| value.push_str(part.trim_start()));
    (value, rest)
}

/// All statements of the crate.
pub(crate) fn all() -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort_unstable();
    let mut statements = Vec::new();
    for file in files {
        let module = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let source = std::fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        let source = source.replace("\npub(crate) ", "\n");
        for declaration in source.split("\nconst ").skip(1) {
            let Some((name, value)) = declaration.split_once(": &str =") else {
                continue;
            };
            // The constant is of another type, and a text inside a function follows.
            if name.contains(':') {
                continue;
            }
            statements.push(Statement {
                name: format!("{module}::{name}"),
                sql: literal(value).0,
                on_sqlite: !name.ends_with("_POSTGRES"),
                types: "",
            });
        }
        for declaration in source.split("\nstatic ").skip(1) {
            let (name, value) = declaration.split_once(": Rows = Rows::new(").unwrap();
            let (head, rest) = literal(value);
            let (columns, tail) = rest.trim_start_matches(',').split_once(',').unwrap();
            let columns: usize = columns.trim().parse().unwrap();
            let row = |first: usize| {
                let numbers: Vec<_> = (first..first + columns)
                    .map(|number| format!("${number}"))
                    .collect();
                format!("({})", numbers.join(", "))
            };
            statements.push(Statement {
                name: format!("{module}::{name}"),
                sql: format!(
                    "{head} {}, {} {}",
                    row(1),
                    row(1 + columns),
                    literal(tail).0
                ),
                on_sqlite: true,
                types: if head.starts_with("WITH want") {
                    "(uuid, bigint, uuid, bigint)"
                } else {
                    ""
                },
            });
        }
    }
    assert!(
        statements.len() > 110,
        "{} statements were found",
        statements.len()
    );
    statements
}

#[tokio::test]
async fn sqlite_accepts_every_statement() {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let Store::Sqlite { writer, .. } = database.open().await else {
        panic!("not the embedded one")
    };
    for statement in all().iter().filter(|statement| statement.on_sqlite) {
        let prepared = writer.prepare(trusted(&statement.sql)).await;
        assert!(prepared.is_ok(), "{}: {:?}", statement.name, prepared.err());
    }
}

#[tokio::test]
async fn postgres_accepts_every_statement_and_knows_its_types() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let Store::Postgres(pool) = database.open().await else {
        panic!("not a server")
    };
    for (index, statement) in all().iter().enumerate() {
        let prepare = format!("PREPARE s{index} {} AS {}", statement.types, statement.sql);
        let prepared = pool.execute(trusted(prepare)).await;
        assert!(prepared.is_ok(), "{}: {:?}", statement.name, prepared.err());
    }
}

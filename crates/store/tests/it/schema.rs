//! Both databases get the same schema.

use crate::statements::trusted;
use oneclaw_store::test_support::{Backend, TestDatabase};
use oneclaw_store::{Store, Tx};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const TABLES_SQLITE: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' \
    AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations' ORDER BY name";
const TABLES_POSTGRES: &str = "SELECT CAST(tablename AS TEXT) FROM pg_tables \
    WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' ORDER BY tablename";

/// How many rows every table has.
pub(crate) async fn count_rows(tx: &mut Tx) -> BTreeMap<String, i64> {
    let tables: Vec<(String,)> = match tx {
        Tx::Sqlite(tx) => sqlx::query_as(TABLES_SQLITE)
            .fetch_all(&mut **tx)
            .await
            .unwrap(),
        Tx::Postgres(tx) => sqlx::query_as(TABLES_POSTGRES)
            .fetch_all(&mut **tx)
            .await
            .unwrap(),
    };
    let mut counts = BTreeMap::new();
    for (table,) in tables {
        let sql = trusted(format!("SELECT COUNT(*) FROM {table}"));
        let (count,): (i64,) = match tx {
            Tx::Sqlite(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
        };
        counts.insert(table, count);
    }
    counts
}

/// What both databases must agree on about a table.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name, kind of type, and whether it may be NULL, in order.
    columns: Vec<(String, &'static str, bool)>,
    /// Columns of the primary key and of each UNIQUE.
    keys: BTreeSet<Vec<String>>,
    /// Named indexes: columns, and whether only some rows are in it.
    indexes: BTreeMap<String, (Vec<String>, bool)>,
    /// Columns, table and columns they refer to, and what deleting that does.
    references: BTreeSet<(Vec<String>, String, Vec<String>, String)>,
    /// How many CHECKs there are.
    checks: usize,
}

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

async fn sqlite_schema() -> BTreeMap<String, Table> {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let Store::Sqlite { writer, .. } = database.open().await else {
        panic!("not the embedded one")
    };
    let mut schema: BTreeMap<String, Table> = BTreeMap::new();
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 FROM pragma_table_list t, pragma_table_info(t.name) c \
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' \
         AND t.name <> '_sqlx_migrations' AND t.strict ORDER BY t.name, c.cid",
    ).fetch_all(&writer).await.unwrap();
    for (table, name, kind, nullable) in columns {
        let kind = match kind.as_str() {
            "BLOB" => "bytes",
            "INTEGER" => "number",
            "TEXT" => "text",
            other => panic!("{table}.{name} is {other}"),
        };
        schema
            .entry(table)
            .or_default()
            .columns
            .push((name, kind, nullable));
    }
    let tables: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&writer)
            .await
            .unwrap();
    for (table, sql) in tables {
        if let Some(table) = schema.get_mut(&table) {
            table.checks = sql.matches("CHECK (").count();
        }
    }
    let indexes: Vec<(String, String, String, bool, String)> = sqlx::query_as(
        "SELECT t.name, i.name, i.origin, i.partial, group_concat(c.name ORDER BY c.seqno) \
         FROM pragma_table_list t, pragma_index_list(t.name) i, pragma_index_info(i.name) c \
         WHERE t.schema = 'main' AND t.name <> '_sqlx_migrations' GROUP BY t.name, i.name",
    )
    .fetch_all(&writer)
    .await
    .unwrap();
    for (table, name, origin, partial, columns) in indexes {
        let table = schema.get_mut(&table).unwrap();
        if origin == "c" {
            table.indexes.insert(name, (words(&columns), partial));
        } else {
            table.keys.insert(words(&columns));
        }
    }
    let references: Vec<(String, String, String, Option<String>, String)> = sqlx::query_as(
        "SELECT t.name, group_concat(f.\"from\" ORDER BY f.seq), f.\"table\", group_concat(f.\"to\" ORDER BY f.seq), \
         f.on_delete FROM pragma_table_list t, pragma_foreign_key_list(t.name) f WHERE t.schema = 'main' \
         GROUP BY t.name, f.id",
    ).fetch_all(&writer).await.unwrap();
    for (table, from, target, to, on_delete) in references {
        let reference = (words(&from), target, words(&to.unwrap()), on_delete);
        schema.get_mut(&table).unwrap().references.insert(reference);
    }
    schema
}

/// Table, kind, table it refers to, columns, columns it refers to, and what deleting those does.
type Constraint = (
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
);

async fn postgres_schema() -> Option<BTreeMap<String, Table>> {
    let database = TestDatabase::create(Backend::Postgres).await?;
    let Store::Postgres(pool) = database.open().await else {
        panic!("not a server")
    };
    let mut schema: BTreeMap<String, Table> = BTreeMap::new();
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT), is_nullable = 'YES' \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' \
         ORDER BY table_name, ordinal_position",
    ).fetch_all(&pool).await.unwrap();
    for (table, name, kind, nullable) in columns {
        let kind = match kind.as_str() {
            "uuid" | "bytea" => "bytes",
            "bigint" | "boolean" => "number",
            "text" => "text",
            other => panic!("{table}.{name} is {other}"),
        };
        schema
            .entry(table)
            .or_default()
            .columns
            .push((name, kind, nullable));
    }
    let indexes: Vec<(String, String, bool, bool, String)> = sqlx::query_as(
        "SELECT CAST(t.relname AS TEXT), CAST(i.relname AS TEXT), x.indisunique, x.indpred IS NOT NULL, \
         string_agg(a.attname, ',' ORDER BY k.place) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
         JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace, \
         unnest(CAST(x.indkey AS int2[])) WITH ORDINALITY AS k (number, place), pg_attribute a \
         WHERE n.nspname = 'public' AND t.relname <> '_sqlx_migrations' AND a.attrelid = t.oid AND a.attnum = k.number \
         GROUP BY 1, 2, 3, 4",
    ).fetch_all(&pool).await.unwrap();
    for (table, name, unique, partial, columns) in indexes {
        let table = schema.get_mut(&table).unwrap();
        if unique {
            table.keys.insert(words(&columns));
        } else {
            table.indexes.insert(name, (words(&columns), partial));
        }
    }
    let constraints: Vec<Constraint> = sqlx::query_as(
        "SELECT CAST(t.relname AS TEXT), CAST(c.contype AS TEXT), CAST(r.relname AS TEXT), \
         (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place) \
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number), \
         (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place) \
          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number), \
         CAST(c.confdeltype AS TEXT) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid \
         JOIN pg_namespace n ON n.oid = t.relnamespace LEFT JOIN pg_class r ON r.oid = c.confrelid \
         WHERE n.nspname = 'public' AND c.contype IN ('f', 'c') AND t.relname <> '_sqlx_migrations'",
    ).fetch_all(&pool).await.unwrap();
    for (table, kind, target, from, to, on_delete) in constraints {
        let table = schema.get_mut(&table).unwrap();
        if kind == "c" {
            table.checks += 1;
            continue;
        }
        let on_delete = match on_delete.as_str() {
            "c" => "CASCADE",
            other => panic!("deleting does {other}"),
        };
        table.references.insert((
            words(&from.unwrap()),
            target.unwrap(),
            words(&to.unwrap()),
            on_delete.to_owned(),
        ));
    }
    Some(schema)
}

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_keys_and_indexes() {
    let sqlite = sqlite_schema().await;
    assert!(sqlite.len() > 20);
    let Some(postgres) = postgres_schema().await else {
        return;
    };
    for (name, table) in &sqlite {
        assert_eq!(postgres.get(name), Some(table), "{name}");
    }
    assert_eq!(postgres.len(), sqlite.len());
}

#[tokio::test]
async fn a_cascade_finds_its_rows_by_an_index() {
    for (name, table) in sqlite_schema().await {
        for (from, target, _, _) in &table.references {
            let led_by_it = |columns: &Vec<String>| columns.first() == from.first();
            let found = table.keys.iter().any(led_by_it)
                || table
                    .indexes
                    .values()
                    .any(|(columns, _)| led_by_it(columns));
            // Nothing deletes an organisation.
            assert!(
                found || target == "organisations",
                "{name} has no index on {from:?}"
            );
        }
    }
}

#[test]
fn migrations_pair_up_and_none_is_forgotten() {
    let files = |backend: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(backend);
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(files("sqlite"), files("postgres"));
    let embedded =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/migrate.rs"))
            .unwrap();
    let mut numbers = BTreeSet::new();
    for file in files("sqlite") {
        let name = file.strip_suffix(".sql").unwrap();
        let number: u32 = name.split('_').next().unwrap().parse().unwrap();
        assert!(numbers.insert(number), "{name} has the number of another");
        assert!(
            embedded.contains(&format!("{number} \"{name}\"")),
            "{name} is not embedded"
        );
    }
}

#[tokio::test]
async fn every_table_is_strict() {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let Store::Sqlite { writer, .. } = database.open().await else {
        panic!("not the embedded one")
    };
    let loose: Vec<(String,)> = sqlx::query_as(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict \
         AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&writer)
    .await
    .unwrap();
    assert!(loose.is_empty(), "{loose:?}");
}

/// Listing by prefix is a range of bytes; the default order of a server would be a language's.
#[tokio::test]
async fn paths_sort_by_byte_on_postgres() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let Store::Postgres(pool) = database.open().await else {
        panic!("not a server")
    };
    let (collation,): (Option<String>,) = sqlx::query_as(
        "SELECT CAST(collation_name AS TEXT) FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = 'secrets' AND column_name = 'path'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(collation.as_deref(), Some("C"));
}

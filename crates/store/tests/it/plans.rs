//! How the databases run our statements: by an index, so that no cost grows with the number of
//! other rows. SQLite plans without looking at the rows; its plans are a snapshot. PostgreSQL plans
//! by statistics, so it is asked with some thousand rows in the tables, for plans that hold for any
//! value of the parameters; it may read a whole table only where nothing else is possible.

use crate::statements::{Statement, all, trusted};
use oneclaw_store::Store;
use oneclaw_store::test_support::{Backend, TestDatabase};
use sqlx::Executor as _;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Statements that may read a whole table, and why that is right.
const SCANS: [(&str, &str); 6] = [
    (
        "honeytokens::LIST_UNTOLD",
        "walks the index of what nobody was told of, which is short",
    ),
    (
        "exposure::LIST_BEHIND",
        "compares the end of every log with how far it is folded, once a minute",
    ),
    ("keyring::LIST", "a handful of keys, once at the start"),
    ("users::COUNT", "asked when the instance is set up"),
    (
        "outbox::LIST",
        "walks the index on the time and stops at its limit",
    ),
    (
        "federation_keys::FIND_OLDEST",
        "walks the index on the age and stops at the first",
    ),
];

fn may_scan(name: &str) -> bool {
    SCANS.iter().any(|(scan, _)| *scan == name)
}

/// Which statements every request or job runs, and by what PostgreSQL must find the rows.
const HOT: [(&str, &[&str]); 21] = [
    (
        "secrets::FIND_CURRENT",
        &[
            "secrets_vault_id_path_key",
            "(path = $3)",
            "secret_versions_pkey",
        ],
    ),
    (
        "secrets::FIND_VERSION",
        &[
            "secrets_vault_id_path_key",
            "(path = $3)",
            "secret_versions_pkey",
        ],
    ),
    (
        "secrets::FIND_HEAD",
        &["secrets_vault_id_path_key", "(path = $3)"],
    ),
    (
        "secrets::LIST_METADATA_RANGE",
        &["secrets_vault_id_path_key", "(path >= $3) AND (path < $4)"],
    ),
    ("secrets::STALE", &["Nested Loop Left Join", "secrets_pkey"]),
    ("secrets::COUNT_READ", &["secrets_pkey", "(id = $1)"]),
    (
        "secrets::DISABLE_ALL_VERSIONS",
        &["secret_versions_pkey", "secrets_vault_id_path_key"],
    ),
    ("epochs::STALE", &["Nested Loop Left Join", "epochs_pkey"]),
    ("epochs::PURGE", &["epochs_by_expiry"]),
    (
        "policies::LIST_FOR",
        &[
            "policies_by_vault",
            "(vault_id = $2) AND (principal_id = $3)",
        ],
    ),
    (
        "agents::FIND_BY_KEY",
        &["agents_api_key_hash_key", "(api_key_hash = $1)"],
    ),
    ("agents::FIND", &["agents_pkey", "(id = $2)"]),
    ("audit::LIST", &["audit_events_pkey", "(org_id = $1)"]),
    (
        "audit::RANGE",
        &["audit_events_pkey", "(seq >= $2) AND (seq < $3)"],
    ),
    (
        "sessions::FIND_BY_SECRET",
        &["sessions_secret_hash_key", "(secret_hash = $1)"],
    ),
    ("shares::FIND", &["shares_pkey", "secrets_pkey"]),
    (
        "shares::LIST_INBOUND",
        &["BitmapOr", "shares_by_user", "shares_by_agent"],
    ),
    ("shares::LIST_OUTBOUND", &["shares_by_creator"]),
    (
        "enrollments::COUNT_PENDING_OF_IP",
        &["enrollments_open_by_ip", "(ip = $1)", "(expires_at > $2)"],
    ),
    (
        "enrollments::COUNT_PENDING_OF_EMAIL",
        &[
            "enrollments_open_by_email",
            "(human_email = $1)",
            "(expires_at > $2)",
        ],
    ),
    (
        "outbox::DUE",
        &[
            "outbox_due",
            "(status = 'queued'::text) AND (next_attempt_at <= $1)",
        ],
    ),
];

/// The steps of SQLite's plan, indented by their depth.
async fn sqlite_plan(pool: &sqlx::SqlitePool, statement: &Statement) -> String {
    let explain = trusted(format!("EXPLAIN QUERY PLAN {}", statement.sql));
    let steps: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(explain).fetch_all(pool).await.unwrap();
    let mut depths: BTreeMap<i64, usize> = BTreeMap::new();
    let mut plan = String::new();
    for (id, parent, _, step) in steps {
        let depth = depths.get(&parent).map_or(1, |depth| depth + 1);
        depths.insert(id, depth);
        writeln!(plan, "{:width$}{step}", "", width = depth * 2).unwrap();
    }
    plan
}

#[tokio::test]
async fn sqlite_finds_rows_by_an_index() {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let Store::Sqlite { writer, .. } = database.open().await else {
        panic!("not the embedded one")
    };
    let mut plans = String::new();
    for statement in all().iter().filter(|statement| statement.on_sqlite) {
        let plan = sqlite_plan(&writer, statement).await;
        // The rows that a statement brings along are walked, of course.
        let scans = plan.lines().any(|step| {
            let step = step.trim_start();
            step.starts_with("SCAN ") && !step.contains("ROW") && step != "SCAN want"
        });
        assert_eq!(
            scans,
            may_scan(&statement.name),
            "{}\n{plan}",
            statement.name
        );
        if !plan.is_empty() {
            writeln!(plans, "{}\n{plan}", statement.name).unwrap();
        }
    }
    insta::assert_snapshot!(plans);
}

#[tokio::test]
async fn postgres_finds_rows_by_an_index() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let Store::Postgres(pool) = database.open().await else {
        panic!("not a server")
    };
    let mut connection = pool.acquire().await.unwrap();
    connection
        .execute(include_str!("populate.sql"))
        .await
        .unwrap();
    connection
        .execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
        .await
        .unwrap();
    let mut plans = BTreeMap::new();
    for (index, statement) in all().iter().enumerate() {
        let prepare = format!("PREPARE s{index} {} AS {}", statement.types, statement.sql);
        connection.execute(trusted(prepare)).await.unwrap();
        let parameters = vec!["NULL"; statement.parameters()].join(", ");
        let parameters = if parameters.is_empty() {
            parameters
        } else {
            format!("({parameters})")
        };
        let plan = explain(&mut connection, &format!("s{index} {parameters}")).await;
        let scans = plan.contains("Seq Scan");
        assert!(
            !scans || may_scan(&statement.name),
            "{}\n{plan}",
            statement.name
        );
        plans.insert(statement.name.clone(), plan);
    }
    for (name, expected) in HOT {
        let plan = &plans[name];
        for part in expected {
            assert!(plan.contains(part), "{name} without {part}\n{plan}");
        }
    }
    // Any filter may be left out, so this plan is made for the values at hand: it walks the log
    // from its end and stops at the limit.
    let list = all()
        .into_iter()
        .find(|statement| statement.name == "audit::LIST")
        .unwrap();
    let page =
        "('018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d', NULL, NULL, NULL, 0, 9999999999999, 50, 0)";
    connection
        .execute("SET plan_cache_mode = force_custom_plan")
        .await
        .unwrap();
    connection
        .execute(trusted(format!("PREPARE page AS {}", list.sql)))
        .await
        .unwrap();
    let plan = explain(&mut connection, &format!("page {page}")).await;
    assert!(
        plan.contains("Index Scan Backward using audit_events_pkey"),
        "{plan}"
    );
    assert!(!plan.contains("Sort"), "{plan}");
}

/// PostgreSQL's plan for a prepared statement with its values.
async fn explain(connection: &mut sqlx::PgConnection, execution: &str) -> String {
    let explain = trusted(format!("EXPLAIN (COSTS OFF) EXECUTE {execution}"));
    let steps: Vec<(String,)> = sqlx::query_as(explain).fetch_all(connection).await.unwrap();
    steps
        .into_iter()
        .map(|(step,)| step)
        .collect::<Vec<_>>()
        .join("\n")
}

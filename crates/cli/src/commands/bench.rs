//! What the benchmark of this project starts: a filled vault, and the bare server it is compared with. Hidden.

pub(crate) mod revocation;

use std::fs;
use std::sync::Arc;

use oneclaw_app::users::{SessionKind, sign_in};
use oneclaw_app::{App, Caller, Origin, agents, policies, secrets, vaults};
use oneclaw_core::caller::Principal;
use oneclaw_core::id::{AgentId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::args::{BenchSeedArgs, BenchStaticArgs, ServerArgs, ServerSettings};
use crate::commands::server::{DEMO_OWNER, DEMO_PASSWORD, Instance};
use crate::config::{Config, FILE_NAME};
use crate::output::{Exit, Failure, Printer};
use crate::process;

/// Settings for measuring: no limits per client, and the server's own numbers about its commits.
const SETTINGS: &str = "dev = true\nflood_limits = false\n";
/// Writes at the same time, so that they share commits.
const AT_ONCE: usize = 256;
/// Small enough for the defaults of any client, large enough to be typical of a key.
const VALUE: &str = "sk-bench-0123456789abcdef0123456789abcdef";

/// Fills an empty folder with one vault, one agent and what it may read, and prints how to reach them.
pub(crate) fn seed(args: BenchSeedArgs, printer: Printer) -> Result<(), Failure> {
    fs::create_dir_all(&args.data_dir)
        .and_then(|()| fs::write(args.data_dir.join(FILE_NAME), SETTINGS))
        .map_err(|error| {
            Failure::new(Exit::Failed, "the folder cannot be prepared").because(error)
        })?;
    let settings = ServerSettings {
        data_dir: Some(args.data_dir),
        database_url: args.database_url,
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..ServerSettings::default()
    };
    let config = Config::load(ServerArgs {
        settings,
        config: None,
        command: None,
    })?;
    process::start_log(config.log_format, "warn");
    process::start_runtime()?.block_on(async {
        let instance = Instance::start(&config).await?;
        let filled = fill(instance.app(), args.secrets, args.policies).await;
        let filled = filled.map_err(|error| {
            Failure::new(Exit::Failed, "the folder cannot be filled").caused_by(&error)
        });
        instance.stop().await?;
        printer.json(&filled?)
    })
}

async fn fill(app: &App, count: usize, rules: usize) -> oneclaw_app::Result<serde_json::Value> {
    let password = SecretString::from(DEMO_PASSWORD.to_owned());
    let owner = sign_in(
        app,
        DEMO_OWNER,
        &password,
        SessionKind::Api,
        &Origin::default(),
    )
    .await?;
    let owner = owner.done().ok_or_else(oneclaw_app::Error::unavailable)?;
    let owner = app.verify_token(owner.token.access_token.expose(), None)?;
    let vault = vaults::create(app, &owner, "bench", "").await?.id;
    let request = agents::CreateRequest {
        name: "bench".to_owned(),
        ..agents::CreateRequest::default()
    };
    let (agent, api_key) = agents::create(app, &owner, request).await?;
    let owner = Arc::new(owner);
    create_policies(app, &owner, vault, agent.id, rules).await?;
    create_secrets(app, &owner, vault, count).await?;
    Ok(json!({
        "agent_id": agent.id,
        "api_key": api_key.expose(),
        "vault_id": vault,
        "path_prefix": "bench/s",
        "secrets": count,
        "policies": rules,
    }))
}

/// One policy for the secrets, the others about different paths of the same agent and vault.
async fn create_policies(
    app: &App,
    owner: &Arc<Caller>,
    vault: VaultId,
    agent: AgentId,
    count: usize,
) -> oneclaw_app::Result<()> {
    let mut tasks = JoinSet::new();
    for number in 0..count.max(1) {
        let (app, owner) = (app.clone(), Arc::clone(owner));
        let pattern = match number {
            0 => "bench/**".to_owned(),
            number => format!("other/p{number}/**"),
        };
        let request = policies::CreateRequest {
            pattern,
            principal: Principal::Agent(agent),
            permissions: vec!["read".to_owned(), "write".to_owned()],
            effect: None,
            priority: None,
            conditions: None,
            attribute_conditions: None,
            expires_at: None,
        };
        room(&mut tasks).await?;
        tasks.spawn(async move {
            policies::create(&app, &owner, vault, request)
                .await
                .map(drop)
        });
    }
    finish(tasks).await
}

async fn create_secrets(
    app: &App,
    owner: &Arc<Caller>,
    vault: VaultId,
    count: usize,
) -> oneclaw_app::Result<()> {
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (app, owner) = (app.clone(), Arc::clone(owner));
        let path =
            SecretPath::parse(&format!("bench/s{number}")).map_err(oneclaw_app::Error::internal)?;
        let request = secrets::PutRequest {
            value: SecretString::from(VALUE.to_owned()),
            kind: None,
            metadata: None,
            expires_at: None,
            max_access_count: None,
        };
        room(&mut tasks).await?;
        tasks.spawn(async move {
            secrets::put(&app, &owner, vault, &path, request)
                .await
                .map(drop)
        });
    }
    finish(tasks).await
}

type Tasks = JoinSet<oneclaw_app::Result<()>>;

/// Waits until one more task may run.
async fn room(tasks: &mut Tasks) -> oneclaw_app::Result<()> {
    while tasks.len() >= AT_ONCE {
        if let Some(done) = tasks.join_next().await {
            done.map_err(oneclaw_app::Error::internal)??;
        }
    }
    Ok(())
}

async fn finish(mut tasks: Tasks) -> oneclaw_app::Result<()> {
    while let Some(done) = tasks.join_next().await {
        done.map_err(oneclaw_app::Error::internal)??;
    }
    Ok(())
}

/// Serves the bare constant that the vault is compared with.
pub(crate) fn serve_static(args: &BenchStaticArgs) -> Result<(), Failure> {
    process::start_runtime()?.block_on(async {
        let listener = TcpListener::bind(args.listen).await;
        let served = async { oneclaw_server::bench_static(listener?).await };
        served
            .await
            .map_err(|error| Failure::new(Exit::Failed, "the bare server ended").because(error))
    })
}

//! What still works after a right was taken away: readers that never stop, on every node, and an act in between.
//!
//! A request counts as *after* when it was sent after the answer to the act had arrived. Anything that such a request
//! gets but a refusal is a failure of the measurement (nothing answered) or of the product (a value did).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use oneclaw_client::agents::{CreateAgentRequest, UpdateAgentRequest};
use oneclaw_client::auth::{AgentTokenRequest, LoginRequest};
use oneclaw_client::policies::CreatePolicyRequest;
use oneclaw_client::secrets::PutSecretRequest;
use oneclaw_client::vaults::CreateVaultRequest;
use oneclaw_client::wire::{PrincipalType, SecretText};
use oneclaw_client::{Client, Credential, Error};
use oneclaw_core::id::{AgentId, PolicyId, VaultId};
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Permission, PermissionSet};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::args::BenchRevokeArgs;
use crate::commands::server::{DEMO_OWNER, DEMO_PASSWORD};
use crate::output::{Exit, Failure, Printer};
use crate::process;

/// Requests at the same time.
const READERS: usize = 16;
/// Requests that must have gone through before the act, so that everything is remembered everywhere.
const WARM: usize = 200;

/// A way to take a right away.
#[derive(Clone, Copy)]
enum Act {
    Deactivate,
    DeletePolicy,
    RotateKey,
    DeleteAgent,
    Freeze,
}

impl Act {
    const ALL: [Self; 5] = [
        Self::Deactivate,
        Self::DeletePolicy,
        Self::RotateKey,
        Self::DeleteAgent,
        Self::Freeze,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Deactivate => "switch an agent off",
            Self::DeletePolicy => "delete a policy",
            Self::RotateKey => "replace a key",
            Self::DeleteAgent => "delete an agent",
            Self::Freeze => "freeze all agents",
        }
    }
}

/// What was found about one act.
#[derive(Serialize)]
struct Row {
    act: &'static str,
    /// How often it was done.
    rounds: usize,
    /// Requests that went through before.
    before: usize,
    /// Requests that were sent after its answer.
    after: usize,
    /// Those of them that went through.
    successes: usize,
    /// How long the act took: median and longest.
    median_ms: f64,
    longest_ms: f64,
}

/// Where it is measured: the nodes, and somebody who may take rights away on the first.
struct Place {
    nodes: Vec<Client>,
    human: Client,
    vault: VaultId,
    path: SecretPath,
}

/// An agent that reads.
struct Subject {
    agent: AgentId,
    policy: PolicyId,
    token: SecretText,
}

fn failed(error: Error) -> Failure {
    Failure::new(Exit::Failed, "the measurement could not go on").because(error)
}

/// Measures, and prints a row for each act as JSON.
pub(crate) fn measure(args: &BenchRevokeArgs, printer: Printer) -> Result<(), Failure> {
    process::start_runtime()?.block_on(async {
        let place = Place::prepare(&args.url).await?;
        let mut rows = Vec::new();
        for act in Act::ALL {
            rows.push(place.measure(act, args.rounds, args.requests).await?);
        }
        printer.json(&rows)
    })
}

impl Place {
    async fn prepare(urls: &[String]) -> Result<Self, Failure> {
        let nodes: Vec<Client> = urls
            .iter()
            .map(|url| Client::new(url))
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        let first = nodes.first().cloned();
        let first = first.ok_or_else(|| Failure::new(Exit::Usage, "no server is named"))?;
        let login = LoginRequest {
            email: DEMO_OWNER.to_owned(),
            password: SecretText::from(DEMO_PASSWORD.to_owned()),
        };
        let signed_in = first.login(&login).await.map_err(failed)?;
        let token = signed_in.access_token.into_secret();
        let human = first.with_credential(Credential::Bearer(token));
        let human = human.map_err(failed)?;
        let request = CreateVaultRequest {
            name: "revocation".to_owned(),
            description: None,
        };
        let vault = human.create_vault(&request).await.map_err(failed)?.id;
        let wrong = |error| Failure::new(Exit::Failed, "a path is wrong").because(error);
        let path = SecretPath::parse("db/url").map_err(wrong)?;
        let request = PutSecretRequest::new(SecretText::from("value".to_owned()));
        human
            .put_secret(vault, &path, &request)
            .await
            .map_err(failed)?;
        Ok(Self {
            nodes,
            human,
            vault,
            path,
        })
    }

    async fn subject(&self) -> Result<Subject, Failure> {
        let request = CreateAgentRequest {
            name: "reader".to_owned(),
            ..CreateAgentRequest::default()
        };
        let made = self.human.create_agent(&request).await.map_err(failed)?;
        let agent = made.agent.id;
        let pattern = PathPattern::exactly(&self.path);
        let request = CreatePolicyRequest {
            secret_path_pattern: pattern,
            principal_type: PrincipalType::Agent,
            principal_id: agent.as_uuid(),
            permissions: PermissionSet::from_iter([Permission::Read]),
            conditions: None,
            expires_at: None,
            effect: None,
            priority: None,
            attribute_conditions: None,
        };
        let policy = self.human.create_policy(self.vault, &request).await;
        let request = AgentTokenRequest {
            agent_id: Some(agent),
            api_key: made.api_key,
            client_assertion_type: None,
            client_assertion: None,
            dpop_jwk: None,
        };
        let node = self.nodes.last().unwrap_or(&self.human);
        let token = node.agent_token(&request).await.map_err(failed)?;
        Ok(Subject {
            agent,
            policy: policy.map_err(failed)?.id,
            token: token.access_token,
        })
    }

    async fn carry_out(&self, act: Act, subject: &Subject) -> Result<(), Error> {
        let human = &self.human;
        match act {
            Act::Deactivate => {
                let off = UpdateAgentRequest {
                    is_active: Some(false),
                    ..UpdateAgentRequest::default()
                };
                human.update_agent(subject.agent, &off).await.map(drop)
            }
            Act::DeletePolicy => human.delete_policy(self.vault, subject.policy).await,
            Act::RotateKey => human.rotate_agent_key(subject.agent).await.map(drop),
            Act::DeleteAgent => human.delete_agent(subject.agent).await,
            Act::Freeze => human.freeze_agents().await.map(drop),
        }
    }

    async fn measure(&self, act: Act, rounds: usize, requests: usize) -> Result<Row, Failure> {
        let mut row = Row {
            act: act.name(),
            rounds,
            before: 0,
            after: 0,
            successes: 0,
            median_ms: 0.0,
            longest_ms: 0.0,
        };
        let mut times = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let subject = self.subject().await?;
            let (took, tally) = self.round(act, &subject, requests).await?;
            times.push(took);
            row.before += tally.before.load(Ordering::SeqCst);
            row.after +=
                tally.refused.load(Ordering::SeqCst) + tally.successes.load(Ordering::SeqCst);
            row.successes += tally.successes.load(Ordering::SeqCst);
            if matches!(act, Act::Freeze) {
                self.human.unfreeze_agents().await.map_err(failed)?;
            }
        }
        times.sort_unstable();
        let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        row.median_ms = ms(times.get(times.len() / 2));
        row.longest_ms = ms(times.last());
        Ok(row)
    }

    /// One act, with readers that go on until enough of them were answered after it.
    async fn round(
        &self,
        act: Act,
        subject: &Subject,
        requests: usize,
    ) -> Result<(Duration, Arc<Tally>), Failure> {
        let tally = Arc::new(Tally::default());
        let mut readers = JoinSet::new();
        for node in self.nodes.iter().cycle().take(READERS) {
            let token = subject.token.expose().to_owned();
            let client = node
                .clone()
                .with_credential(Credential::Bearer(token.into()))
                .map_err(failed)?;
            let (tally, path, vault) = (Arc::clone(&tally), self.path.clone(), self.vault);
            readers.spawn(async move { read_on(&client, vault, &path, requests, &tally).await });
        }
        while tally.before.load(Ordering::SeqCst) < WARM && !readers.is_empty() {
            // A reader that ends this early has failed, and says why below.
            tokio::select! {
                () = tokio::task::yield_now() => {}
                Some(ended) = readers.join_next() => finished(ended)?,
            }
        }
        let began = Instant::now();
        self.carry_out(act, subject).await.map_err(failed)?;
        let took = began.elapsed();
        tally.is_over.store(true, Ordering::SeqCst);
        while let Some(ended) = readers.join_next().await {
            finished(ended)?;
        }
        Ok((took, tally))
    }
}

fn finished(ended: Result<Result<(), Error>, tokio::task::JoinError>) -> Result<(), Failure> {
    match ended {
        Ok(result) => result.map_err(failed),
        Err(error) => Err(Failure::new(Exit::Failed, "a reader broke off").because(error)),
    }
}

/// What the readers of one round saw.
#[derive(Default)]
struct Tally {
    is_over: AtomicBool,
    before: AtomicUsize,
    refused: AtomicUsize,
    successes: AtomicUsize,
}

/// Reads until enough was refused after the act. An answer that is neither the value nor a refusal ends it: a server
/// that does not answer refuses nothing.
async fn read_on(
    client: &Client,
    vault: VaultId,
    path: &SecretPath,
    requests: usize,
    tally: &Tally,
) -> Result<(), Error> {
    let answered = |counter: &AtomicUsize| {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    while tally.refused.load(Ordering::SeqCst) + tally.successes.load(Ordering::SeqCst) < requests {
        let is_after = tally.is_over.load(Ordering::SeqCst);
        match client.get_secret(vault, path).await {
            Ok(_) if is_after => answered(&tally.successes),
            Ok(_) => answered(&tally.before),
            Err(error) if matches!(error.status(), Some(401 | 403)) => {
                if is_after {
                    answered(&tally.refused);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

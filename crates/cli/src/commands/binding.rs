//! `1claw binding`: credentials that an agent uses without seeing them.
//!
//! Invariant: the credential of a binding comes from a secret of the vault, a prompt, a pipe or a file, never from an
//! argument, and nothing prints it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use oneclaw_client::bindings::{
    CreateBindingRequest, CredentialJson, CredentialSource, ExecuteRequest,
    RotateBindingCredentialRequest, TestBindingRequest, UpdateBindingRequest,
};
use oneclaw_client::webhooks::PageQuery;
use oneclaw_client::wire::JsonObject;
use oneclaw_core::id::{AgentId, BindingId};
use oneclaw_core::path::SecretPath;
use serde_json::{Map, Value, json};

use super::client::wants_records;
use crate::input;
use crate::output::{Column, Exit, Failure, Printer, harmless};
use crate::remote::{Remote, pick};

const COLUMNS: [Column; 5] = [
    ("NAME", "name"),
    ("ID", "id"),
    ("SERVER", "config.base_url"),
    ("ACTIVE", "is_active"),
    ("CREDENTIAL", "credential_source_type"),
];
const DETAILS: [Column; 9] = [
    ("NAME", "name"),
    ("ID", "id"),
    ("AGENT", "agent_id"),
    ("SERVER", "config.base_url"),
    ("METHODS", "guardrails.methods"),
    ("PATHS", "guardrails.allowed_paths"),
    ("ACTIVE", "is_active"),
    ("CREDENTIAL", "credential_source_type"),
    ("SECRET", "credential_path"),
];
const CALLS: [Column; 7] = [
    ("WHEN", "created_at"),
    ("STATUS", "status"),
    ("METHOD", "request_summary.method"),
    ("HOST", "request_summary.host"),
    ("PATH", "request_summary.path"),
    ("ANSWER", "result_summary.status"),
    ("ERROR", "error_message"),
];

#[derive(Subcommand)]
pub(crate) enum BindingCommand {
    /// List the bindings of an agent
    #[command(alias = "ls")]
    List(Of),
    /// Show a binding
    Get {
        /// Name or id
        binding: String,
        #[command(flatten)]
        of: Of,
    },
    /// Let an agent make calls with a credential that it never sees
    Create(CreateArgs),
    /// Change what may be called, or switch a binding on or off
    Update(UpdateArgs),
    /// Replace the credential that is kept in a binding
    Rotate {
        /// Name or id
        binding: String,
        #[command(flatten)]
        of: Of,
        /// Read the credential from a file; `-` is stdin
        #[arg(long, value_name = "FILE")]
        credential_file: Option<PathBuf>,
    },
    /// Delete a binding
    #[command(alias = "rm")]
    Delete {
        /// Name or id
        binding: String,
        #[command(flatten)]
        of: Of,
    },
    /// Ask the server of a binding whether it answers
    Test {
        /// Name or id
        binding: String,
        #[command(flatten)]
        of: Of,
    },
    /// Make a call with a binding and print the body of the answer
    Call(CallArgs),
    /// List the calls that were made, newest first
    Calls(Of),
}

/// Whose bindings.
#[derive(Args)]
pub(crate) struct Of {
    /// The agent, by name or id; the agent that is signed in when absent
    #[arg(long)]
    agent: Option<String>,
}

/// What may be called.
#[derive(Args)]
struct Fences {
    /// Methods that may be used [default: GET,HEAD]
    #[arg(long, value_delimiter = ',', value_name = "METHODS")]
    methods: Vec<String>,
    /// Paths that may be called; `*` is within a segment, `**` any number
    #[arg(long, value_delimiter = ',', value_name = "PATTERNS")]
    paths: Vec<String>,
}

impl Fences {
    fn guardrails(&self) -> Map<String, Value> {
        let mut fences = Map::new();
        if !self.methods.is_empty() {
            fences.insert("methods".to_owned(), json!(self.methods));
        }
        if !self.paths.is_empty() {
            fences.insert("allowed_paths".to_owned(), json!(self.paths));
        }
        fences
    }
}

#[derive(Args)]
pub(crate) struct CreateArgs {
    /// What the agent calls it
    name: String,
    #[command(flatten)]
    of: Of,
    /// The server, with the beginning of every path
    #[arg(long, value_name = "URL")]
    url: String,
    /// Use this secret of the vault, in its newest version at every call
    #[arg(long, value_name = "PATH", conflicts_with = "credential_file")]
    secret: Option<SecretPath>,
    /// Keep a credential in the binding, read from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    credential_file: Option<PathBuf>,
    /// Where the credential stands: `bearer`, `basic:USER`, `header:NAME` or `query:NAME` [default: bearer]
    #[arg(long, value_name = "PLACE", value_parser = place)]
    auth: Option<Value>,
    #[command(flatten)]
    fences: Fences,
}

#[derive(Args)]
pub(crate) struct UpdateArgs {
    /// Name or id
    binding: String,
    #[command(flatten)]
    of: Of,
    #[command(flatten)]
    fences: Fences,
    #[arg(long, value_name = "BOOL")]
    active: Option<bool>,
}

#[derive(Args)]
pub(crate) struct CallArgs {
    /// Name or id
    binding: String,
    /// Path and query below the server's address
    path: String,
    #[command(flatten)]
    of: Of,
    /// The method
    #[arg(long, short = 'X', default_value = "GET")]
    method: String,
    /// A header, as NAME:VALUE; may be repeated
    #[arg(long, short = 'H', value_parser = header, value_name = "HEADER")]
    header: Vec<(String, String)>,
    /// The body, from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

fn place(text: &str) -> Result<Value, String> {
    match text.split_once(':') {
        None if text == "bearer" => Ok(json!({ "type": "bearer" })),
        Some(("basic", user)) => Ok(json!({ "type": "basic", "username": user })),
        Some((kind @ ("header" | "query"), name)) => Ok(json!({ "type": kind, "name": name })),
        _ => Err("expected bearer, basic:USER, header:NAME or query:NAME".to_owned()),
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected NAME:VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn object(fields: Map<String, Value>) -> Result<JsonObject, Failure> {
    JsonObject::from_text(Value::Object(fields).to_string())
        .map_err(|error| Failure::new(Exit::Failed, "the request cannot be written").because(error))
}

async fn agent(of: &Of, remote: &Remote) -> Result<AgentId, Failure> {
    if let Some(named) = &of.agent {
        return remote.agent_named(named).await;
    }
    match remote.client.get_agent_self().await {
        Ok(me) => Ok(me.id),
        Err(error) if matches!(error.status(), Some(403 | 404)) => {
            Err(Failure::new(Exit::Usage, "whose bindings?").next("--agent NAME"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn binding_named(agent: AgentId, named: &str, remote: &Remote) -> Result<BindingId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let bindings = remote.client.list_bindings(agent).await?.bindings;
    let named_things = bindings.into_iter().map(|one| (one.id, one.name));
    pick("binding", named, named_things)
}

async fn create(args: CreateArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let agent = agent(&args.of, remote).await?;
    let (credential, credential_source) = match args.secret {
        Some(path) => {
            let source = CredentialSource {
                kind: "vault_ref".to_owned(),
                value: None,
                vault_id: Some(remote.vault().await?),
                path: Some(path),
            };
            (None, Some(source))
        }
        None => (
            Some(credential(args.credential_file.as_deref(), printer)?),
            None,
        ),
    };
    let mut config = Map::new();
    config.insert("base_url".to_owned(), args.url.into());
    if let Some(auth) = args.auth {
        config.insert("auth".to_owned(), auth);
    }
    let request = CreateBindingRequest {
        name: args.name,
        binding_type: "http".to_owned(),
        config: Some(object(config)?),
        guardrails: Some(object(args.fences.guardrails())?),
        credential,
        credential_source,
    };
    printer.one(
        &remote.client.create_binding(agent, &request).await?,
        &DETAILS,
    )
}

fn credential(file: Option<&Path>, printer: Printer) -> Result<CredentialJson, Failure> {
    let credential = input::secret(file, false, "credential", printer)?;
    let credential = credential
        .expose()
        .trim_end_matches(['\r', '\n'])
        .to_owned();
    CredentialJson::from_value(&credential.into())
        .map_err(|error| Failure::new(Exit::Failed, "the credential cannot be sent").because(error))
}

async fn update(args: UpdateArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let agent = agent(&args.of, remote).await?;
    let id = binding_named(agent, &args.binding, remote).await?;
    let changed = args.fences.guardrails();
    let guardrails = if changed.is_empty() {
        None
    } else {
        // What is not named stays as it is; the API replaces all of them.
        let now = remote.client.get_binding(agent, id).await?.guardrails;
        let now = serde_json::to_value(now).unwrap_or_default();
        let mut fences = now.as_object().cloned().unwrap_or_default();
        fences.extend(changed);
        Some(object(fences)?)
    };
    let request = UpdateBindingRequest {
        guardrails,
        is_active: args.active,
        ..UpdateBindingRequest::default()
    };
    printer.one(
        &remote.client.update_binding(agent, id, &request).await?,
        &DETAILS,
    )
}

async fn call(args: CallArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let agent = agent(&args.of, remote).await?;
    let (path, query) = args.path.split_once('?').unwrap_or((&args.path, ""));
    let mut params = Map::new();
    params.insert("method".to_owned(), args.method.to_uppercase().into());
    params.insert("path".to_owned(), path.into());
    if !query.is_empty() {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let query: Map<String, Value> = pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
            .collect();
        params.insert("query".to_owned(), query.into());
    }
    if !args.header.is_empty() {
        let headers: Map<String, Value> = args
            .header
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        params.insert("headers".to_owned(), headers.into());
    }
    if let Some(file) = args.input {
        params.insert("body".to_owned(), input::text(&file)?.into());
    }
    let request = ExecuteRequest {
        binding: args.binding,
        intent_type: "http".to_owned(),
        execution_mode: None,
        params: object(params)?,
    };
    let answer = remote.client.execute_intent(agent, &request).await?;
    let failure = match &answer.result {
        None => Some(
            Failure::new(
                Exit::Unavailable,
                "the server behind the binding gave no answer",
            )
            .because(answer.error.as_deref().unwrap_or("no reason is known")),
        ),
        Some(result) if result.status >= 400 => Some(Failure::new(
            Exit::Failed,
            format!("the server behind the binding answered {}", result.status),
        )),
        Some(_) => None,
    };
    if wants_records(printer) {
        printer.json(&answer)?;
    } else if let Some(result) = &answer.result {
        printer.data(harmless_lines(&result.body))?;
    }
    match failure {
        Some(failure) => Err(failure),
        None => {
            printer.say(format_args!(
                "took {} ms; places where the credential was taken out: {}",
                answer.duration_ms, answer.redactions_applied
            ));
            Ok(())
        }
    }
}

/// Text of a stranger, with its lines.
fn harmless_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().split('\n').map(harmless).collect();
    lines.join("\n")
}

pub(crate) async fn run(
    command: BindingCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        BindingCommand::List(of) => {
            let agent = agent(&of, remote).await?;
            printer.list(&client.list_bindings(agent).await?, "bindings", &COLUMNS)
        }
        BindingCommand::Get { binding, of } => {
            let agent = agent(&of, remote).await?;
            let id = binding_named(agent, &binding, remote).await?;
            printer.one(&client.get_binding(agent, id).await?, &DETAILS)
        }
        BindingCommand::Create(args) => create(args, remote, printer).await,
        BindingCommand::Update(args) => update(args, remote, printer).await,
        BindingCommand::Rotate {
            binding,
            of,
            credential_file,
        } => {
            let agent = agent(&of, remote).await?;
            let id = binding_named(agent, &binding, remote).await?;
            let credential = credential(credential_file.as_deref(), printer)?;
            let request = RotateBindingCredentialRequest { credential };
            let changed = client
                .rotate_binding_credential(agent, id, &request)
                .await?;
            printer.done(
                format_args!("{:?} has a new credential", changed.name),
                &changed,
            )
        }
        BindingCommand::Delete { binding, of } => {
            let agent = agent(&of, remote).await?;
            let id = binding_named(agent, &binding, remote).await?;
            input::confirm(&format!("delete the binding {binding:?}?"), printer)?;
            client.delete_binding(agent, id).await?;
            printer.done(
                format_args!("deleted the binding {binding:?}"),
                &json!({ "deleted": id }),
            )
        }
        BindingCommand::Test { binding, of } => {
            let agent = agent(&of, remote).await?;
            let id = binding_named(agent, &binding, remote).await?;
            let answer = client
                .test_binding(agent, id, &TestBindingRequest::default())
                .await?;
            if answer.success {
                return printer.done(
                    format_args!("it answers, after {} ms", answer.latency_ms),
                    &answer,
                );
            }
            Err(
                Failure::new(Exit::Unavailable, "it does not answer as it should")
                    .because(answer.error.as_deref().unwrap_or("no reason is known")),
            )
        }
        BindingCommand::Call(args) => call(args, remote, printer).await,
        BindingCommand::Calls(of) => {
            let agent = agent(&of, remote).await?;
            let listed = client.list_executions(agent, &PageQuery::default()).await?;
            printer.list(&listed, "events", &CALLS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_a_credential() {
        assert_eq!(place("bearer").unwrap(), json!({ "type": "bearer" }));
        assert_eq!(
            place("header:X-Key").unwrap(),
            json!({ "type": "header", "name": "X-Key" })
        );
        for wrong in ["", "bearer:x", "cookie:a", "header"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_body_keeps_its_lines_and_nothing_that_steers() {
        assert_eq!(harmless_lines("a\nb\u{1b}[2J\n"), "a\nb\u{fffd}[2J");
    }
}

//! Variables and environments that the vault keeps as such, beside its secrets.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use oneclaw_client::env_vars::{
    CreateEnvVarRequest, CreateEnvironmentRequest, EnvVarQuery, UpdateEnvVarRequest,
};
use oneclaw_core::id::VaultId;
use serde_json::json;

use super::Selection;
use super::fetch::{missing_values, without};
use crate::dotenv::Variable;
use crate::input;
use crate::output::{Column, Exit, Failure, Printer, counted, harmless};
use crate::remote::Remote;

/// What is shown of an environment.
const ENVIRONMENT_COLUMNS: [Column; 4] = [
    ("NAME", "slug"),
    ("BUILT IN", "is_builtin"),
    ("COPIED FROM", "copied_from"),
    ("DESCRIPTION", "description"),
];

const COLUMNS: [Column; 6] = [
    ("NAME", "key"),
    ("ENVIRONMENTS", "environments"),
    ("BRANCH", "git_branch"),
    ("SENSITIVE", "sensitive"),
    ("VERSION", "version"),
    ("COMMENT", "comment"),
];

#[derive(Args)]
pub(crate) struct LsArgs {
    /// Only those that hold in this environment
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
}

#[derive(Args)]
pub(crate) struct AddArgs {
    /// Capital letters, digits and underscores
    key: String,
    /// Where it holds: production, preview, development, or one of your own; several with commas
    environments: String,
    /// Taken to be refused with advice.
    #[arg(hide = true, value_name = "VALUE", allow_hyphen_values = true)]
    refused: Option<String>,
    /// People cannot read it back, only agents can
    #[arg(long)]
    sensitive: bool,
    /// What it is for
    #[arg(long)]
    comment: Option<String>,
    /// Only for this branch
    #[arg(long, value_name = "BRANCH")]
    git_branch: Option<String>,
    /// Read the value from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    value_file: Option<PathBuf>,
}

impl AddArgs {
    pub(crate) fn refuse_argument(&self) -> Result<(), Failure> {
        if self.refused.is_none() {
            return Ok(());
        }
        Err(Failure::new(Exit::Usage, "a value must not be an argument")
            .because(
                "other processes see arguments, and shells keep them; treat this value as seen",
            )
            .next(format!(
                "1claw env add {} {}   (asks for the value, or reads it from a pipe)",
                self.key, self.environments
            )))
    }
}

#[derive(Args)]
pub(crate) struct RmArgs {
    key: String,
    /// The one that holds in this environment
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
    /// The one for this branch
    #[arg(long, value_name = "BRANCH")]
    git_branch: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum EnvironmentsCommand {
    /// List them
    #[command(alias = "list")]
    Ls,
    /// Add one
    Add {
        /// 2 to 30 small letters, digits and hyphens
        name: String,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
        /// Begin with copies of the variables of this one
        #[arg(long, value_name = "NAME")]
        copy_from: Option<String>,
    },
    /// Remove one with its variables
    #[command(alias = "delete")]
    Rm { name: String },
}

fn of(environment: &str) -> EnvVarQuery {
    EnvVarQuery {
        environment: Some(environment.to_owned()),
        git_branch: None,
    }
}

/// The variables of an environment with their values.
pub(super) async fn resolved(
    environment: &str,
    selection: &Selection,
    remote: &Remote,
    printer: Printer,
) -> Result<Vec<Variable>, Failure> {
    let vault = remote.vault().await?;
    let answer = remote
        .client
        .resolve_env_vars(vault, &of(environment))
        .await?;
    let wanted = |name: &String| selection.only.is_empty() || selection.only.contains(name);
    let withheld: Vec<_> = answer.withheld.into_iter().filter(wanted).collect();
    without(
        &withheld,
        "they are sensitive: only agents get them",
        selection,
        printer,
    )?;
    let unknown: Vec<_> = selection
        .only
        .iter()
        .filter(|name| !answer.vars.contains_key(*name) && !withheld.contains(name))
        .cloned()
        .collect();
    if !unknown.is_empty() && !selection.allow_missing {
        return Err(missing_values(&unknown, "there are no such variables"));
    }
    let variables = answer.vars.into_iter().filter(|(name, _)| wanted(name));
    Ok(variables
        .map(|(name, value)| (name, value.expose().to_owned()))
        .collect())
}

/// The names of an environment's variables, also of those that people cannot read.
pub(super) async fn names(environment: &str, remote: &Remote) -> Result<Vec<String>, Failure> {
    let vault = remote.vault().await?;
    let listed = remote.client.list_env_vars(vault, &of(environment)).await?;
    Ok(listed
        .env_vars
        .into_iter()
        .map(|variable| variable.key)
        .collect())
}

pub(super) async fn ls(args: LsArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let query = EnvVarQuery {
        environment: args.environment,
        git_branch: None,
    };
    let vault = remote.vault().await?;
    let listed = remote.client.list_env_vars(vault, &query).await?;
    // Values of the list are for `env pull` and `env export`, which say that they print them.
    let rows: Vec<_> = listed
        .env_vars
        .iter()
        .map(|variable| {
            json!({
                "id": variable.id, "key": variable.key, "environments": variable.environments,
                "git_branch": variable.git_branch, "sensitive": variable.sensitive, "version": variable.version,
                "comment": variable.comment, "created_at": variable.created_at, "updated_at": variable.updated_at,
            })
        })
        .collect();
    printer.list(&json!({ "env_vars": rows }), "env_vars", &COLUMNS)
}

/// Makes a variable, or gives the one that holds there a new value. Says whether it was made, and where it
/// holds: one variable can hold in several environments, and then changes in all of them.
async fn write(
    vault: VaultId,
    request: CreateEnvVarRequest,
    remote: &Remote,
) -> Result<(bool, Vec<String>), Failure> {
    let client = &remote.client;
    match client.create_env_var(vault, &request).await {
        Ok(made) => return Ok((true, made.environments)),
        Err(error) if error.status() == Some(409) => {}
        Err(error) => return Err(error.into()),
    }
    let query = EnvVarQuery {
        environment: request
            .environments
            .as_ref()
            .and_then(|all| all.first().cloned()),
        git_branch: request.git_branch,
    };
    let change = UpdateEnvVarRequest {
        value: Some(request.value),
        sensitive: request.sensitive,
        ..UpdateEnvVarRequest::default()
    };
    let changed = client
        .update_env_var(vault, &request.key, &query, &change)
        .await?;
    Ok((false, changed.environments))
}

pub(super) async fn add(args: AddArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let vault = remote.vault().await?;
    let prompt = format!("value of {}", args.key);
    let value = input::secret(args.value_file.as_deref(), false, &prompt, printer)?;
    let key = args.key;
    let request = CreateEnvVarRequest {
        key: key.clone(),
        value: value.into(),
        environments: Some(args.environments.split(',').map(str::to_owned).collect()),
        git_branch: args.git_branch,
        sensitive: args.sensitive.then_some(true),
        comment: args.comment,
    };
    let (is_new, holds_in) = write(vault, request, remote).await?;
    let word = if is_new { "added" } else { "changed" };
    printer.done(
        format_args!("{word} {key} in {}", harmless(&holds_in.join(","))),
        &json!({ "key": key, "created": is_new, "environments": holds_in }),
    )
}

pub(super) async fn rm(args: RmArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let vault = remote.vault().await?;
    input::confirm(&format!("delete the variable {}?", args.key), printer)?;
    let query = EnvVarQuery {
        environment: args.environment,
        git_branch: args.git_branch,
    };
    remote
        .client
        .delete_env_var(vault, &args.key, &query)
        .await?;
    printer.done(
        format_args!("deleted {}", args.key),
        &json!({ "deleted": args.key }),
    )
}

/// Writes the variables of a file, after the plan was shown and agreed to.
pub(super) async fn push(
    environment: &str,
    variables: Vec<Variable>,
    dry_run: bool,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let names: Vec<_> = variables.iter().map(|(name, _)| name.clone()).collect();
    let vault = remote.vault().await?;
    let there = remote.client.list_env_vars(vault, &of(environment)).await?;
    for name in &names {
        // What holds in several environments changes in all of them, so all are named.
        let held = there.env_vars.iter().find(|held| held.key == *name);
        let places = held.map(|held| held.environments.join(","));
        let places = places.as_deref().unwrap_or(environment);
        printer.say(format_args!("  write      {name} in {}", harmless(places)));
    }
    if dry_run {
        return printer.done("nothing was written", &json!({ "would_write": names }));
    }
    input::confirm(
        &format!(
            "write {} of {environment}?",
            counted(names.len(), "variable")
        ),
        printer,
    )?;
    for (written, (key, value)) in variables.into_iter().enumerate() {
        let request = CreateEnvVarRequest {
            key: key.clone(),
            value: value.into(),
            environments: Some(vec![environment.to_owned()]),
            git_branch: None,
            sensitive: None,
            comment: None,
        };
        if let Err(failure) = write(vault, request, remote).await {
            printer.say(format_args!(
                "{written} were written before this one: {key}"
            ));
            return Err(failure);
        }
    }
    printer.done(
        format_args!("wrote {}", counted(names.len(), "variable")),
        &json!({ "written": names }),
    )
}

pub(super) async fn environments(
    command: EnvironmentsCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    let vault = remote.vault().await?;
    match command {
        EnvironmentsCommand::Ls => {
            let listed = client.list_vault_environments(vault).await?;
            printer.list(&listed, "environments", &ENVIRONMENT_COLUMNS)
        }
        EnvironmentsCommand::Add {
            name,
            description,
            copy_from,
        } => {
            let request = CreateEnvironmentRequest {
                slug: name,
                description,
                copy_from,
            };
            let made = client.create_vault_environment(vault, &request).await?;
            printer.one(&made, &ENVIRONMENT_COLUMNS)
        }
        EnvironmentsCommand::Rm { name } => {
            input::confirm(
                &format!("remove the environment {name:?} with its variables?"),
                printer,
            )?;
            client.delete_vault_environment(vault, &name).await?;
            printer.done(
                format_args!("removed the environment {name:?}"),
                &json!({ "removed": name }),
            )
        }
    }
}

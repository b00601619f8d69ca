//! `1claw api`: any request, for what has no command.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use http::Method;

use crate::input;
use crate::output::{Exit, Failure, Printer, harmless};
use crate::remote::Remote;

#[derive(Args)]
#[command(after_help = "Example: 1claw api GET /v1/vaults")]
pub(crate) struct ApiArgs {
    /// GET, POST, PUT, PATCH or DELETE
    #[arg(value_parser = method)]
    method: Method,
    /// Path and query, such as /v1/audit/events?limit=5
    path: String,
    /// The body, from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

fn method(text: &str) -> Result<Method, String> {
    match text.to_uppercase().as_str() {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        _ => Err("expected GET, POST, PUT, PATCH or DELETE".to_owned()),
    }
}

pub(crate) async fn run(args: ApiArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    if args.path.contains("://") {
        return Err(Failure::new(
            Exit::Usage,
            "the path begins with /, without the server's address",
        )
        .next("the server is chosen with --api-url"));
    }
    let body = args.input.map(|file| input::text(&file)).transpose()?;
    let answer = remote
        .client
        .request(args.method, &args.path, body.map(Into::into))
        .await?;
    let body = answer.into_body();
    if body.is_empty() {
        printer.say("done; the answer is empty");
        return Ok(());
    }
    let mut stdout = io::stdout();
    if stdout.is_terminal() {
        return match serde_json::from_slice::<serde_json::Value>(&body) {
            Ok(document) => printer.json(&document),
            Err(_) => printer.data(harmless(&String::from_utf8_lossy(&body))),
        };
    }
    stdout
        .write_all(&body)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::new(Exit::Failed, "the answer cannot be written").because(error))
}

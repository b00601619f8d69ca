//! `1claw webhook`.

use clap::Subcommand;
use oneclaw_client::webhooks::{CreateWebhookRequest, PageQuery, UpdateWebhookRequest};
use oneclaw_core::id::WebhookId;
use serde_json::json;

use crate::input;
use crate::output::{Column, Failure, Printer};
use crate::remote::Remote;

const COLUMNS: [Column; 5] = [
    ("ID", "id"),
    ("URL", "url"),
    ("EVENTS", "events"),
    ("ACTIVE", "is_active"),
    ("FAILING SINCE", "failing_since"),
];
const DELIVERIES: [Column; 6] = [
    ("ID", "id"),
    ("EVENT", "event"),
    ("STATUS", "status"),
    ("ATTEMPTS", "attempts"),
    ("ANSWER", "response_status"),
    ("ERROR", "last_error"),
];

#[derive(Subcommand)]
pub(crate) enum WebhookCommand {
    /// List webhooks
    #[command(alias = "ls")]
    List,
    /// Make a webhook and print the secret that its calls are signed with, this once
    Create {
        #[arg(long)]
        url: String,
        /// Which events
        #[arg(long, value_delimiter = ',', required = true)]
        events: Vec<String>,
        #[arg(long)]
        description: Option<String>,
    },
    /// Show a webhook
    Get { id: WebhookId },
    /// Change a webhook
    Update {
        id: WebhookId,
        #[arg(long, value_name = "BOOL")]
        active: Option<bool>,
        #[arg(long, value_delimiter = ',')]
        events: Option<Vec<String>>,
    },
    /// Delete a webhook
    #[command(alias = "rm")]
    Delete { id: WebhookId },
    /// Send a test event
    Test { id: WebhookId },
    /// Replace the secret and print the new one, this once
    Rotate { id: WebhookId },
    /// List what was sent, newest first
    Deliveries { id: WebhookId },
}

pub(crate) async fn run(
    command: WebhookCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        WebhookCommand::List => printer.list(&client.list_webhooks().await?, "webhooks", &COLUMNS),
        WebhookCommand::Create {
            url,
            events,
            description,
        } => {
            let request = CreateWebhookRequest {
                url,
                events,
                description,
                secret: None,
            };
            let made = client.create_webhook(&request).await?;
            if printer.json {
                return printer.json(&made);
            }
            printer.data(made.secret.expose())?;
            printer.say(format_args!(
                "made the webhook {}; its secret above is not shown again",
                made.id
            ));
            Ok(())
        }
        WebhookCommand::Get { id } => printer.one(&client.get_webhook(id).await?, &COLUMNS),
        WebhookCommand::Update { id, active, events } => {
            let change = UpdateWebhookRequest {
                is_active: active,
                events,
                ..UpdateWebhookRequest::default()
            };
            printer.one(&client.update_webhook(id, &change).await?, &COLUMNS)
        }
        WebhookCommand::Delete { id } => {
            input::confirm(&format!("delete the webhook {id}?"), printer)?;
            client.delete_webhook(id).await?;
            printer.done(
                format_args!("deleted the webhook {id}"),
                &json!({ "deleted": id }),
            )
        }
        WebhookCommand::Test { id } => printer.one(&client.test_webhook(id).await?, &DELIVERIES),
        WebhookCommand::Rotate { id } => {
            let rotated = client.rotate_webhook_secret(id).await?;
            if printer.json {
                return printer.json(&rotated);
            }
            printer.data(rotated.secret.expose())
        }
        WebhookCommand::Deliveries { id } => printer.list(
            &client
                .list_webhook_deliveries(id, &PageQuery::default())
                .await?,
            "deliveries",
            &DELIVERIES,
        ),
    }
}

//! Assistants: those that describe themselves, those that an admin registered, and, where the operator allows it, those
//! that registered themselves.

use super::document::{self, MOST_REDIRECTS};
use super::grants;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::Caller;
use crate::op::entry;
use crate::users::Origin;
use crate::{App, limits};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OauthClientId, OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::parse_name;
use oneclaw_core::oauth::{RedirectUri, Vouched};
use oneclaw_store::oauth::OauthClientRow;

/// Most assistants that an organisation registers.
const MAXIMUM: usize = 100;
/// Most assistants that have registered themselves at one time. Those that nobody lets in are forgotten.
const MAXIMUM_BY_ITSELF: i64 = 5_000;

/// Who says what an assistant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The document at its address, on this host.
    Document(String),
    /// An admin of the organisation.
    Admin,
    /// Itself, when it registered.
    Itself,
}

/// An assistant that asks.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it calls itself to the server.
    pub id: String,
    /// What it calls itself to people.
    pub name: String,
    /// Who says so.
    pub source: Source,
    /// Where codes may go.
    pub(super) redirect_uris: Vec<RedirectUri>,
}

/// An assistant that was registered.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its id.
    pub id: OauthClientId,
    /// Its name.
    pub name: String,
    /// Where codes may go.
    pub redirect_uris: Vec<String>,
    /// Who registered it; nobody when it did so itself.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// What is registered.
#[derive(Clone, Debug)]
pub struct RegisterRequest {
    /// Its name.
    pub name: String,
    /// Where codes may go.
    pub redirect_uris: Vec<String>,
}

fn missing() -> Error {
    Error::not_found("There is no such assistant in your organisation.")
}

/// Finds out what an assistant is. For somebody who is signed in, because it may mean asking another server.
pub(super) async fn find(app: &App, caller: &Caller, id: &str) -> Result<Client> {
    if let Ok(registered) = id.parse::<OauthClientId>() {
        let mut view = app.view(caller).await?;
        let row = view.tx.find_oauth_client(caller.org(), registered).await?;
        let row = row.ok_or_else(|| {
            Error::invalid(
                "client_id",
                "No assistant is registered here under this id.",
            )
        })?;
        return client_of(&row);
    }
    count_fetch(app, caller).await?;
    let described = document::fetch(app, id).await?;
    Ok(Client {
        id: id.to_owned(),
        name: described.name,
        source: Source::Document(described.host),
        redirect_uris: described.redirect_uris,
    })
}

/// One person cannot make the server ask others without end.
async fn count_fetch(app: &App, caller: &Caller) -> Result<()> {
    let counter = app.counter(Limit::OauthDocument, &caller.principal().uuid().to_string());
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            limits::count(op, &counter, Limit::OauthDocument).await
        })
    })
    .await
}

fn client_of(row: &OauthClientRow) -> Result<Client> {
    let (source, vouched) = match row.org_id {
        Some(_) => (Source::Admin, Vouched::ByAdmin),
        None => (Source::Itself, Vouched::ByItself),
    };
    let uris: Vec<String> = serde_json::from_str(&row.redirect_uris)?;
    let uris = uris.iter().map(|uri| RedirectUri::parse(uri, vouched));
    Ok(Client {
        id: row.id.to_string(),
        name: row.name.clone(),
        source,
        redirect_uris: uris
            .collect::<std::result::Result<_, _>>()
            .map_err(Error::internal)?,
    })
}

fn registered_of(row: OauthClientRow) -> Result<Registered> {
    Ok(Registered {
        id: row.id,
        name: row.name,
        redirect_uris: serde_json::from_str(&row.redirect_uris)?,
        created_by: row.created_by,
        created_at: row.created_at,
    })
}

fn parse(request: &RegisterRequest, vouched: Vouched) -> Result<(String, String)> {
    let name = parse_name(&request.name)
        .map_err(|error| Error::invalid("client_name", error.to_string()))?;
    if !(1..=MOST_REDIRECTS).contains(&request.redirect_uris.len()) {
        return Err(Error::invalid(
            "redirect_uris",
            format!("Name between 1 and {MOST_REDIRECTS} addresses for the answer."),
        ));
    }
    for uri in &request.redirect_uris {
        RedirectUri::parse(uri, vouched)
            .map_err(|error| Error::invalid("redirect_uris", error.to_string()))?;
    }
    Ok((name, serde_json::to_string(&request.redirect_uris)?))
}

/// Registers an assistant for the organisation.
pub async fn create_client(
    app: &App,
    caller: &Caller,
    request: RegisterRequest,
) -> Result<Registered> {
    let user = caller.user()?;
    let (name, redirect_uris) = parse(&request, Vouched::ByAdmin)?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            live.require_admin()?;
            if op.tx().list_oauth_clients(live.org).await?.len() >= MAXIMUM {
                return Err(Error::conflict(format!(
                    "An organisation registers at most {MAXIMUM} assistants. Remove one first."
                )));
            }
            let now = op.now();
            let row = OauthClientRow {
                id: op.new_id(),
                org_id: Some(live.org),
                name,
                redirect_uris,
                created_by: Some(user),
                created_at: now,
                used_at: now,
            };
            op.tx().insert_oauth_client(&row).await?;
            let details = Details::new().text("name", &row.name);
            let resource = ("oauth_client", row.id.to_string());
            op.log(entry_of(&caller, "oauth.client_create", resource, details));
            registered_of(row)
        })
    })
    .await
}

/// The assistants that the organisation registered, oldest first.
pub async fn list_clients(app: &App, caller: &Caller) -> Result<Vec<Registered>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    view.live.require_admin()?;
    let rows = view.tx.list_oauth_clients(caller.org()).await?;
    rows.into_iter().map(registered_of).collect()
}

/// Removes an assistant that the organisation registered, and ends what it was allowed.
pub async fn delete_client(app: &App, caller: &Caller, id: OauthClientId) -> Result<()> {
    caller.user()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            live.require_admin()?;
            if !op.tx().delete_oauth_client(live.org, id).await? {
                return Err(missing());
            }
            let id = id.to_string();
            let ended =
                grants::end_where(op, &caller, live.org, |grant| grant.client_id == id).await?;
            let details = Details::new().int("grants", ended);
            op.log(entry_of(
                &caller,
                "oauth.client_delete",
                ("oauth_client", id),
                details,
            ));
            Ok(())
        })
    })
    .await
}

/// Registers an assistant that asks for it itself (RFC 7591), where the operator allows that.
pub async fn register_itself(
    app: &App,
    request: RegisterRequest,
    origin: &Origin,
) -> Result<Registered> {
    if !app.settings().oauth_registration {
        return Err(Error::not_found(
            "Assistants do not register themselves here. Publish a client ID metadata document, or ask an admin to register the assistant.",
        ));
    }
    let (name, redirect_uris) = parse(&request, Vouched::ByItself)?;
    let ip = origin.ip;
    app.run(move |op| {
        Box::pin(async move {
            if op.tx().count_self_registered_oauth_clients().await? >= MAXIMUM_BY_ITSELF {
                return Err(Error::conflict(
                    "Too many assistants have registered themselves here. Ask an admin to register this one.",
                ));
            }
            let now = op.now();
            let row = OauthClientRow {
                id: op.new_id(),
                org_id: None,
                name,
                redirect_uris,
                created_by: None,
                created_at: now,
                used_at: now,
            };
            op.tx().insert_oauth_client(&row).await?;
            op.log(entry(
                OrgId::NIL,
                Actor::System,
                ip,
                "oauth.client_register",
                ("oauth_client", row.id.to_string()),
                Details::new().text("name", &row.name),
            ));
            registered_of(row)
        })
    })
    .await
}

//! A human's answer.

use super::request::{Question, answer_to};
use crate::App;
use crate::agents::{self, CreateRequest};
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::Caller;
use crate::op::Op;
use oneclaw_core::audit::Details;
use oneclaw_core::id::{AgentId, OauthClientId, UserId};
use oneclaw_core::oauth::Scope;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenKind};
use oneclaw_store::oauth::OauthGrantRow;
use std::time::Duration;

/// How long a code is good for.
const CODE_LIFE: Duration = Duration::from_mins(1);
/// For how many days an assistant can be let in.
pub const LIFETIMES: [u32; 4] = [1, 7, 30, 90];

/// Which agent the assistant acts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A new one of this name, which may do nothing yet.
    New(String),
    /// One that is there.
    Existing(AgentId),
}

/// What a human allows.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Which of the tools.
    pub scopes: Vec<Scope>,
    /// As whom.
    pub agent: Choice,
    /// For how many days.
    pub days: u32,
}

/// Lets the assistant in. Gives the address that the human's browser is to be sent to, with the code.
///
/// # Errors
/// Invalid when nothing was chosen, or something that was not asked for; whatever choosing the agent says.
pub async fn allow(
    app: &App,
    caller: &Caller,
    question: &Question,
    consent: Consent,
) -> Result<SecretString> {
    let (user, _) = caller.signed_in()?;
    check(question, &consent)?;
    let code = PlainToken::generate(TokenKind::AuthorizationCode, app.random());
    let code_hash = code.hash(app.keyring());
    let asked = Asked::of(question);
    let (app_in, by) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let agent = agent_for(&app_in, op, &by, user, &asked, consent.agent).await?;
            let now = op.now();
            let life = Duration::from_hours(24).saturating_mul(consent.days);
            let row = OauthGrantRow {
                id: op.new_id(),
                org_id: by.org(),
                agent_id: agent,
                user_id: user,
                client_id: asked.client_id,
                client_name: asked.client_name,
                redirect_uri: asked.redirect_uri,
                resource: asked.resource,
                scopes: Scope::list(&consent.scopes),
                code_challenge: asked.code_challenge,
                code_expires_at: now.plus(CODE_LIFE),
                created_at: now,
                expires_at: now.plus(life),
                used_at: None,
                ended_at: None,
            };
            op.tx()
                .insert_oauth_grant(&row, code_hash.as_bytes())
                .await?;
            if let Ok(registered) = row.client_id.parse::<OauthClientId>() {
                op.tx().touch_oauth_client(registered, now).await?;
            }
            let details = Details::new()
                .uuid("agent_id", agent)
                .text("client_id", &row.client_id)
                .text("client_name", &row.client_name)
                .text("sent_to", &asked.receiver)
                .text("scopes", &row.scopes)
                .int("days", consent.days);
            let resource = ("oauth_grant", row.id.to_string());
            op.log(entry_of(&by, "oauth.consent", resource, details));
            Ok(())
        })
    })
    .await?;
    let parameters = [("code", code.expose())];
    let state = question.state.as_deref();
    Ok(SecretString::from(answer_to(
        app,
        &question.redirect_uri,
        state,
        &parameters,
    )))
}

/// What of a question outlives it.
struct Asked {
    client_id: String,
    client_name: String,
    redirect_uri: String,
    receiver: String,
    resource: String,
    code_challenge: String,
}

impl Asked {
    fn of(question: &Question) -> Self {
        Self {
            client_id: question.client.id.clone(),
            client_name: question.client.name.clone(),
            redirect_uri: question.redirect_uri.as_str().to_owned(),
            receiver: question.redirect_uri.receiver(),
            resource: question.resource.clone(),
            code_challenge: question.code_challenge.clone(),
        }
    }
}

fn check(question: &Question, consent: &Consent) -> Result<()> {
    if consent.scopes.is_empty() {
        return Err(Error::invalid(
            "scopes",
            "Tick at least one thing, or deny.",
        ));
    }
    if !consent
        .scopes
        .iter()
        .all(|scope| question.scopes.contains(scope))
    {
        return Err(Error::invalid(
            "scopes",
            "The assistant did not ask for all of this.",
        ));
    }
    if !LIFETIMES.contains(&consent.days) {
        return Err(Error::invalid("days", "Choose one of the times offered."));
    }
    Ok(())
}

async fn agent_for(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    user: UserId,
    asked: &Asked,
    choice: Choice,
) -> Result<AgentId> {
    match choice {
        Choice::New(name) => {
            op.authenticate(caller).await?;
            let request = CreateRequest {
                name,
                description: format!("An assistant that connects by OAuth ({}).", asked.receiver),
                ..CreateRequest::default()
            };
            let made = agents::insert(app, op, caller, user, request, None, None).await?;
            Ok(made.id)
        }
        Choice::Existing(id) => {
            let (_, row) = agents::managed(op, caller, id).await?;
            if crate::live::check_agent(&row, op.now()).is_err() {
                return Err(Error::invalid(
                    "agent",
                    "This agent is paused or past its end. Choose another one.",
                ));
            }
            Ok(id)
        }
    }
}

/// Refuses. Gives the address that the human's browser is to be sent to.
pub async fn deny(app: &App, caller: &Caller, question: &Question) -> Result<String> {
    caller.signed_in()?;
    let by = caller.clone();
    let (client_id, name) = (question.client.id.clone(), question.client.name.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&by).await?;
            let details = Details::new().text("client_name", &name);
            let resource = ("oauth_client", client_id);
            op.log(entry_of(&by, "oauth.deny", resource, details));
            Ok(())
        })
    })
    .await?;
    let parameters = [
        ("error", "access_denied"),
        ("error_description", "The human said no."),
    ];
    let state = question.state.as_deref();
    Ok(answer_to(app, &question.redirect_uri, state, &parameters))
}

//! Letting an assistant in: the page that an assistant sends its human to.
//!
//! Invariants:
//! - Opening the page decides nothing, makes nothing and sends nobody anywhere. Only the form does, which carries a token
//!   for this session.
//! - When it is not certain who asks or where the answer goes, nobody but the human is told.
//! - Even where the assistant may be told of an error, going there is a link that a person follows: a page of ours that
//!   sends its visitors on by itself could be pointed anywhere.
//! - The answer names what the human has seen. If the assistant describes itself otherwise meanwhile, they are asked anew.

use super::form::{Fields, Form, FormToken};
use super::page::{Message, PageResult, Step, page};
use super::session::{Signed, SignedForm};
use super::view::filters;
use crate::ServerState;
use crate::extract::Query;
use crate::web::FormTargets;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::agents;
use oneclaw_app::oauth::{
    self, AuthorizationRequest, Choice, Consent, LIFETIMES, Question, Source, Unanswerable,
};
use oneclaw_app::{Kind, organisations};
use oneclaw_core::caller::Role;
use oneclaw_core::id::AgentId;
use oneclaw_core::oauth::Scope;
use serde::Deserialize;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route(crate::oauth::AUTHORIZE, get(show))
        .route(ALLOW, post(allow))
        .route(DENY, post(deny))
}

const ALLOW: &str = "/oauth/consent";
const DENY: &str = "/oauth/consent/deny";
/// What is ticked to begin with: what shows no value and changes nothing.
const TICKED: [Scope; 2] = [Scope::NamesRead, Scope::AccessRequest];
/// For how many days, to begin with.
const DAYS: u32 = 30;

/// The parameters of the address. Others are ignored; one that comes twice is refused.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: Option<String>,
    code_challenge: String,
    code_challenge_method: String,
    resource: String,
}

impl Asked {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        let had_state = !fields.all("state").is_empty();
        Self {
            response_type: text("response_type"),
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            scope: text("scope"),
            state: had_state.then(|| text("state")),
            code_challenge: text("code_challenge"),
            code_challenge_method: text("code_challenge_method"),
            resource: text("resource"),
        }
    }

    fn request(self) -> AuthorizationRequest {
        AuthorizationRequest {
            response_type: self.response_type,
            client_id: self.client_id,
            redirect_uri: self.redirect_uri,
            scope: self.scope,
            state: self.state,
            code_challenge: self.code_challenge,
            code_challenge_method: self.code_challenge_method,
            resource: self.resource,
        }
    }

    /// The same for the form, which brings it back.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("response_type", self.response_type.clone()),
            ("client_id", self.client_id.clone()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("scope", self.scope.clone()),
            ("code_challenge", self.code_challenge.clone()),
            ("code_challenge_method", self.code_challenge_method.clone()),
            ("resource", self.resource.clone()),
        ];
        pairs.extend(self.state.clone().map(|state| ("state", state)));
        pairs
    }
}

/// Something to tick.
struct Wish {
    scope: Scope,
    words: &'static str,
    is_ticked: bool,
}

/// What a scope lets an assistant do, for the human who allows it.
pub(super) const fn words(scope: Scope) -> &'static str {
    match scope {
        Scope::NamesRead => "See names, types and versions of secrets – never values",
        Scope::ValuesRead => {
            "Read values and use credentials; what it reads is in its conversation from then on"
        }
        Scope::ValuesWrite => "Store, generate and delete secrets",
        Scope::AccessRequest => "Ask you for access",
        Scope::ShareCreate => "Share secrets with people and agents",
        Scope::VaultAdmin => "Create vaults, and let others into those that it owns",
    }
}

/// Asks for the decision. Deny has the focus.
#[derive(Template)]
#[template(path = "oauth_consent.html")]
struct ConsentPage {
    email: String,
    organisation: String,
    name: String,
    source: Source,
    receiver: String,
    is_own_computer: bool,
    asked: Vec<(&'static str, String)>,
    wishes: Vec<Wish>,
    agents: Vec<(AgentId, String)>,
    is_new: bool,
    chosen_agent: String,
    proposed: String,
    days: u32,
    form: Form,
    allow_token: FormToken,
    deny_token: FormToken,
}

impl ConsentPage {
    fn is_chosen(&self, agent: &AgentId) -> bool {
        agent.to_string() == self.chosen_agent
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass every argument by reference"
    )]
    fn lasts(&self, days: &u32) -> bool {
        *days == self.days
    }
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> PageResult {
    match oauth::examine(state.app(), &signed.caller, asked.clone().request()).await {
        Ok(question) => ask(&state, &signed, &question, &asked, Form::default()).await,
        Err(unanswerable) => explain(unanswerable),
    }
}

async fn ask(
    state: &ServerState,
    signed: &Signed,
    question: &Question,
    asked: &Asked,
    form: Form,
) -> PageResult {
    let app = state.app();
    let profile = &signed.profile;
    let agents = manageable(state, signed).await?;
    // A form that comes back shows what was chosen in it.
    let is_again = form.status() != StatusCode::OK;
    let wish = |scope: &Scope| Wish {
        scope: *scope,
        words: words(*scope),
        is_ticked: if is_again {
            form.has("scopes", scope.as_str())
        } else {
            TICKED.contains(scope)
        },
    };
    let organisation = organisations::list_memberships(app, &signed.caller).await?;
    let organisation = organisation
        .into_iter()
        .find(|membership| membership.org == signed.caller.org())
        .map_or_else(String::new, |membership| membership.name);
    let template = ConsentPage {
        email: profile.email.clone(),
        organisation,
        name: question.client.name.clone(),
        source: question.client.source.clone(),
        receiver: question.redirect_uri.receiver(),
        is_own_computer: question.redirect_uri.is_on_own_computer(),
        asked: asked.pairs(),
        wishes: question.scopes.iter().map(wish).collect(),
        agents,
        is_new: form.value("act_as") != "existing",
        chosen_agent: form.value("agent").to_owned(),
        proposed: if is_again {
            form.value("name").to_owned()
        } else {
            question.client.name.clone()
        },
        days: form.value("days").parse().unwrap_or(DAYS),
        form,
        allow_token: signed.form_token(state, ALLOW),
        deny_token: signed.form_token(state, DENY),
    };
    let mut response = page(template.form.status(), &template)?;
    // Browsers apply the rule for forms to where an answer sends them on.
    let target = FormTargets(question.redirect_uri.as_policy_source());
    response.extensions_mut().insert(target);
    Ok(response)
}

/// The agents that the human may let an assistant act as.
async fn manageable(
    state: &ServerState,
    signed: &Signed,
) -> Result<Vec<(AgentId, String)>, oneclaw_app::Error> {
    let (app, caller) = (state.app(), &signed.caller);
    let agents = agents::list(app, caller).await?;
    let is_admin = matches!(signed.profile.role, Role::Owner | Role::Admin);
    let is_own = |agent: &agents::Agent| caller.user().is_ok_and(|user| agent.created_by == user);
    Ok(agents
        .into_iter()
        .filter(|agent| agent.is_active && (is_admin || is_own(agent)))
        .map(|agent| (agent.id, agent.name))
        .collect())
}

fn explain(unanswerable: Unanswerable) -> PageResult {
    match unanswerable {
        Unanswerable::Shown(error) if matches!(error.kind(), Kind::Invalid(_)) => {
            let message = Message::new("This assistant cannot be let in")
                .say(error.sentence().to_owned())
                .say("Nothing was decided, and nobody was told. If you came here from a program you trust, tell whoever makes it.")
                .then(Step::link("/", "Go to the home page"));
            page(StatusCode::BAD_REQUEST, &message)
        }
        Unanswerable::Shown(error) => Err(error.into()),
        Unanswerable::Told {
            sentence,
            address,
            receiver,
        } => {
            let message = Message::new("This assistant asks in a way that has no answer")
                .say(sentence)
                .say(format!("Going back tells {receiver} what is wrong."))
                .then(Step::link(address, "Go back to the assistant"));
            page(StatusCode::BAD_REQUEST, &message)
        }
    }
}

/// Sends the browser on, once a person has decided.
fn leave(address: &str) -> Response {
    Redirect::to(address).into_response()
}

async fn allow(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let asked = Asked::of(&fields);
    let question = match oauth::examine(state.app(), &signed.caller, asked.clone().request()).await
    {
        Ok(question) => question,
        Err(unanswerable) => return explain(unanswerable),
    };
    if fields.text("seen_name") != question.client.name {
        return ask(&state, &signed, &question, &asked, Form::default()).await;
    }
    let consent = match consent(&fields) {
        Ok(consent) => consent,
        Err(error) => {
            return ask(&state, &signed, &question, &asked, fields.refused(error)?).await;
        }
    };
    match oauth::allow(state.app(), &signed.caller, &question, consent).await {
        Ok(address) => Ok(leave(address.expose())),
        Err(error) => ask(&state, &signed, &question, &asked, fields.refused(error)?).await,
    }
}

fn consent(fields: &Fields) -> Result<Consent, oneclaw_app::Error> {
    let agent = if fields.text("act_as") == "existing" {
        let id = fields.text("agent").parse();
        Choice::Existing(id.map_err(|_| oneclaw_app::Error::invalid("agent", "Choose an agent."))?)
    } else {
        Choice::New(fields.text("name").to_owned())
    };
    Ok(Consent {
        scopes: Scope::parse_list(&fields.all("scopes").join(" ")),
        agent,
        days: fields.text("days").parse().unwrap_or(0),
    })
}

async fn deny(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let asked = Asked::of(&fields);
    match oauth::examine(state.app(), &signed.caller, asked.request()).await {
        Ok(question) => {
            let address = oauth::deny(state.app(), &signed.caller, &question).await?;
            Ok(leave(&address))
        }
        Err(unanswerable) => explain(unanswerable),
    }
}

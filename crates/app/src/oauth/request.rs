//! What an assistant asks of a human: reading it, and refusing what cannot be asked.

use super::clients::{self, Client};
use crate::App;
use crate::error::Error;
use crate::live::Caller;
use oneclaw_core::oauth::{RedirectUri, Scope, Vouched, is_code_challenge};

/// Longest `state`. Ours is to give it back, not to store it.
const LONGEST_STATE: usize = 2048;

/// The parameters as they came (RFC 6749, section 4.1.1; RFC 7636; RFC 8707).
#[derive(Clone, Debug, Default)]
pub struct AuthorizationRequest {
    /// `code`.
    pub response_type: String,
    /// Who asks.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What for, with spaces in between.
    pub scope: String,
    /// For the client alone.
    pub state: Option<String>,
    /// What the verifier has to answer.
    pub code_challenge: String,
    /// `S256`.
    pub code_challenge_method: String,
    /// Where the tokens shall be good.
    pub resource: String,
}

/// A question that a human can answer.
pub struct Question {
    /// Who asks.
    pub client: Client,
    /// Where the answer goes.
    pub redirect_uri: RedirectUri,
    /// What for.
    pub scopes: Vec<Scope>,
    /// For the client alone.
    pub state: Option<String>,
    pub(super) code_challenge: String,
    pub(super) resource: String,
}

/// Why there is nothing to answer.
pub enum Unanswerable {
    /// Nobody but the human is told: who asks, or where the answer goes, is not certain.
    Shown(Error),
    /// The client may be told too, at this address.
    Told {
        /// For the human.
        sentence: &'static str,
        /// The redirect URI with the error.
        address: String,
        /// Who is there.
        receiver: String,
    },
}

impl From<Error> for Unanswerable {
    fn from(error: Error) -> Self {
        Self::Shown(error)
    }
}

/// Reads a request. Everything is checked before anything is asked.
///
/// # Errors
/// [`Unanswerable`].
pub async fn examine(
    app: &App,
    caller: &Caller,
    request: AuthorizationRequest,
) -> Result<Question, Unanswerable> {
    caller.signed_in()?;
    let client = clients::find(app, caller, &request.client_id).await?;
    let redirect_uri = redirect_of(&client, &request.redirect_uri)?;
    if request
        .state
        .as_ref()
        .is_some_and(|state| state.len() > LONGEST_STATE)
    {
        return Err(Error::invalid("state", "is too long").into());
    }
    let told = |error: &str, sentence: &'static str| {
        let parameters = [("error", error), ("error_description", sentence)];
        Unanswerable::Told {
            sentence,
            address: answer_to(app, &redirect_uri, request.state.as_deref(), &parameters),
            receiver: redirect_uri.receiver(),
        }
    };
    if request.response_type != "code" {
        return Err(told(
            "unsupported_response_type",
            "The assistant must ask for a code (response_type=code).",
        ));
    }
    if request.code_challenge_method != "S256" || !is_code_challenge(&request.code_challenge) {
        return Err(told(
            "invalid_request",
            "The assistant must send a code challenge (PKCE) with the method S256.",
        ));
    }
    // Without it nobody could tell a token that was asked for at another server's behest.
    if request.resource != app.tools_url() {
        return Err(told(
            "invalid_target",
            "The assistant must name the tools of this vault as the resource.",
        ));
    }
    let scopes = match request.scope.trim() {
        "" => Scope::USUAL.to_vec(),
        asked => Scope::parse_list(asked),
    };
    if scopes.is_empty() {
        return Err(told(
            "invalid_scope",
            "The assistant asks for nothing that exists here.",
        ));
    }
    Ok(Question {
        client,
        redirect_uri,
        scopes,
        state: request.state,
        code_challenge: request.code_challenge,
        resource: request.resource,
    })
}

fn redirect_of(client: &Client, presented: &str) -> Result<RedirectUri, Error> {
    // What an admin wrote down is compared with below, so nothing else gets a scheme of its own.
    let uri = RedirectUri::parse(presented, Vouched::ByAdmin)
        .map_err(|error| Error::invalid("redirect_uri", format!("The redirect URI {error}.")))?;
    if client.redirect_uris.iter().any(|ours| ours.accepts(&uri)) {
        return Ok(uri);
    }
    Err(Error::invalid(
        "redirect_uri",
        "The redirect URI is none of those that this assistant is described with.",
    ))
}

/// The address of an answer: the redirect URI with it, the state, and who answers (RFC 9207).
pub(super) fn answer_to(
    app: &App,
    redirect_uri: &RedirectUri,
    state: Option<&str>,
    parameters: &[(&str, &str)],
) -> String {
    let mut all = parameters.to_vec();
    all.extend(state.map(|state| ("state", state)));
    all.push(("iss", app.settings().public_url.as_str()));
    redirect_uri.with(&all)
}

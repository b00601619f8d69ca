//! Making a call with a credential that the caller never sees.
//!
//! Invariants:
//! - Who may, what may be called, and that it was called are decided and durable in one unit of work before anything
//!   leaves. The caller must be allowed to use the secret, and so must the person who vouches for the binding, now.
//! - The credential exists only between the decryption and the answer, and goes only to the server that the binding
//!   names: redirects are told, never followed.
//! - Nothing of an answer reaches the caller that was not searched for the credential; what cannot be searched
//!   (compressed, too large) is not handed on, and neither are cookies, which are credentials of their own.

use super::{missing, no_agent, require_manager, require_self};
use crate::App;
use crate::error::{Error, Kind, Result};
use crate::lane::{entry_of, load_vault_view, with_basis};
use crate::live::{self, Caller, Live};
use crate::op::Op;
use crate::outbound::{Answer, Request};
use crate::secrets::check_readable;
use data_encoding::BASE64;
use oneclaw_core::audit::Details;
use oneclaw_core::binding::{Auth, Call, Config, Credential, Guardrails, Params, Refused};
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, BindingId, ExecutionId, OrgId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{self, Action, Granted};
use oneclaw_core::scrub::Scrubber;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::records::Record;
use oneclaw_store::bindings::{BindingRow, Ending, ExecutionRow};
use oneclaw_store::secrets::SealedRow;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

/// Largest answer.
const LARGEST_ANSWER: usize = 1024 * 1024;
/// Headers that are credentials of their own.
const COOKIES: [&str; 2] = ["set-cookie", "set-cookie2"];

/// What became of a call.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Its id in the list of calls.
    pub id: ExecutionId,
    /// What the server answered; absent when it did not.
    pub result: Option<CallResult>,
    /// Why there is no answer.
    pub error: Option<String>,
    /// How long it took.
    pub duration_ms: i64,
    /// How often the credential was taken out of the answer.
    pub redactions: i64,
}

/// An answer without the credential.
#[derive(Clone, Debug)]
pub struct CallResult {
    /// HTTP status.
    pub status: u16,
    /// Headers in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body: text, or Base64 when it is none.
    pub body: String,
    /// Whether the body is Base64.
    pub is_base64: bool,
}

/// A call that may be made and is on record.
struct Plan {
    id: ExecutionId,
    org: OrgId,
    call: Call,
    auth: Option<Auth>,
    source: Found,
    started: Timestamp,
}

/// The credential, still sealed.
enum Found {
    Inline(BindingId, Vec<u8>),
    Vault(Box<SealedRow>, Granted),
}

/// Makes a call with a binding, named by its id or name.
pub async fn execute(
    app: &App,
    caller: &Caller,
    agent: AgentId,
    binding: String,
    params: Params,
) -> Result<Execution> {
    let by = caller.clone();
    let plan = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&by).await?;
                let row = usable(op, &by, &live, agent, &binding).await?;
                plan(op, &by, &live, row, params).await
            })
        })
        .await?;
    // On its own, so that its end is noted even when nobody waits for the answer any more.
    let (app, caller) = (app.clone(), caller.clone());
    let call = tokio::spawn(async move { carry_out(&app, &caller, plan).await });
    call.await.map_err(Error::internal)?
}

/// Calls the base URL of a binding, to see whether its server is there and takes the credential.
pub async fn test(
    app: &App,
    caller: &Caller,
    agent: AgentId,
    id: BindingId,
    timeout_ms: Option<u64>,
) -> Result<Execution> {
    let params = Params {
        timeout_ms,
        ..Params::default()
    };
    execute(app, caller, agent, id.to_string(), params).await
}

/// The binding, if it works at all and is the caller's to use.
async fn usable(
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    agent: AgentId,
    wanted: &str,
) -> Result<BindingRow> {
    let now = op.now();
    let row = match caller.principal() {
        Principal::Agent(_) => {
            require_self(caller, agent)?;
            op.tx()
                .find_agent(live.org, agent)
                .await?
                .ok_or_else(no_agent)?
        }
        Principal::User(_) => {
            let row = op.tx().find_agent(live.org, agent).await?;
            require_manager(live, caller, row.as_ref())?;
            row.ok_or_else(no_agent)?
        }
    };
    live::check_agent(&row, now).map_err(|_| Error::conflict("This agent is switched off."))?;
    let settings: Settings = serde_json::from_str(&row.settings)?;
    if !settings.execution_intents_enabled {
        return Err(Error::forbidden(
            "This agent makes no calls yet. A human can allow it: set execution_intents_enabled of the agent.",
        ));
    }
    let found = match wanted.parse() {
        Ok(id) => op.tx().find_binding(live.org, agent, id).await?,
        Err(_) => {
            op.tx()
                .find_binding_by_name(live.org, agent, wanted)
                .await?
        }
    };
    let Some(binding) = found else {
        let all = op.tx().list_bindings(live.org, agent).await?;
        if all.is_empty() {
            return Err(missing());
        }
        let names: Vec<_> = all.into_iter().map(|binding| binding.name).collect();
        let names = names.join(", ");
        return Err(Error::not_found(format!(
            "This agent has no such binding; it has {names}."
        )));
    };
    if !binding.is_active {
        return Err(Error::conflict("This binding is switched off."));
    }
    Ok(binding)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Settings {
    execution_intents_enabled: bool,
}

/// Decides, and puts the call on record.
async fn plan(
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    binding: BindingRow,
    params: Params,
) -> Result<Plan> {
    let config = Config::parse(&binding.config)?;
    let guardrails = Guardrails::parse(&binding.guardrails)?;
    let call = Call::prepare(&config, &guardrails, params).map_err(|refused| {
        let is_forbidden = matches!(refused, Refused::Forbidden(_));
        let error = Error::from(refused);
        if is_forbidden {
            error.logged(denied(caller, &binding, "guardrail"))
        } else {
            error
        }
    })?;
    let id: ExecutionId = op.new_id();
    let host = call.url.host_str().unwrap_or_default();
    let host = match call.url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let about = Details::new()
        .uuid("agent_id", binding.agent_id)
        .uuid("binding_id", binding.id)
        .uuid("execution_id", id)
        .text("method", call.method)
        .text("host", &host)
        .text("url_path", call.url.path());
    let person = voucher(op, caller, &binding).await?;
    let (source, resource, details) = match (binding.vault_id, &binding.path) {
        (Some(vault), Some(path)) => {
            let path = SecretPath::parse(path).map_err(Error::internal)?;
            voucher_may_use(op, caller, &person, &binding, vault, &path).await?;
            let granted = op.decide(live, caller, vault, Action::Use, &path).await?;
            let row = find_usable(op, caller.org(), vault, &path).await?;
            let details = about.uuid("vault_id", vault).text("path", path.as_str());
            let details = with_basis(details.int("version", row.version), granted.basis());
            let resource = ("secret", row.id.to_string());
            (Found::Vault(Box::new(row), granted), resource, details)
        }
        _ => {
            let sealed = binding
                .sealed_credential
                .ok_or_else(|| Error::conflict("This binding has no credential."))?;
            (
                Found::Inline(binding.id, sealed),
                ("binding", binding.id.to_string()),
                about,
            )
        }
    };
    let started = op.now();
    op.tx()
        .start_execution(&ExecutionRow {
            id,
            org_id: live.org,
            agent_id: binding.agent_id,
            binding_id: binding.id,
            status: "started".to_owned(),
            method: call.method.to_owned(),
            host,
            path: call.url.path().to_owned(),
            answer_status: None,
            error: None,
            duration_ms: 0,
            redactions: 0,
            created_at: started,
        })
        .await?;
    op.log(entry_of(caller, "secret.use", resource, details));
    Ok(Plan {
        id,
        org: live.org,
        call,
        auth: config.auth,
        source,
        started,
    })
}

fn denied(caller: &Caller, binding: &BindingRow, reason: &str) -> oneclaw_core::audit::Draft {
    let details = Details::new()
        .text("attempted", "use")
        .uuid("agent_id", binding.agent_id)
        .text("reason", reason);
    let resource = ("binding", binding.id.to_string());
    entry_of(caller, "access.denied", resource, details)
}

/// The person who vouches for the binding, as they are now.
async fn voucher(op: &mut Op, caller: &Caller, binding: &BindingRow) -> Result<Live> {
    let (org, now) = (binding.org_id, op.now());
    let person = Principal::User(binding.vouched_by);
    let loaded = live::load_principal(op.tx(), person, org, AuthMethod::Password, now).await;
    match loaded {
        Ok(loaded) => Ok(loaded.live),
        Err(error) if *error.kind() == Kind::Unauthenticated => Err(Error::forbidden(
            "The person who set this binding up has left. Somebody else must set it up again.",
        )
        .logged(denied(caller, binding, "voucher_left"))),
        Err(error) => Err(error),
    }
}

/// Asks the one evaluator about that person. Where they are is not known, so conditions on addresses are not met;
/// policies that are used up by being used are not spent on others.
async fn voucher_may_use(
    op: &mut Op,
    caller: &Caller,
    person: &Live,
    binding: &BindingRow,
    vault: VaultId,
    path: &SecretPath,
) -> Result<()> {
    let now = op.now();
    let view = load_vault_view(op.tx(), person, vault).await?;
    let request = policy::Request {
        ip: None,
        ..view.request(person, caller, Action::Use, path, now)
    };
    let lasting = view
        .rules
        .candidates(path)
        .filter(|rule| !view.limited.contains(&rule.id));
    policy::evaluate(&request, lasting).map(|_| ()).map_err(|_| {
        Error::forbidden(
            "The person who set this binding up may not use its secret any more. Somebody who may must set it up again.",
        )
        .logged(denied(caller, binding, "voucher_denied"))
    })
}

/// The newest version, if the server can use it.
async fn find_usable(
    op: &mut Op,
    org: OrgId,
    vault: VaultId,
    path: &SecretPath,
) -> Result<SealedRow> {
    let now = op.now();
    let row = op.tx().find_sealed(org, vault, path.as_str()).await?;
    let row = row.ok_or_else(|| Error::not_found("There is no secret at this path."))?;
    check_readable(&row, now)?;
    if row.cmek_fingerprint.is_some() {
        return Err(Error::conflict(
            "This secret was encrypted with a key that the server does not have, so it cannot be used in a call.",
        ));
    }
    if row.max_access_count.is_some() && !op.tx().count_secret_read(row.id, row.rev).await? {
        return Err(Error::gone(
            "All reads that this secret allows are used up.",
        ));
    }
    Ok(row)
}

/// Makes the call and notes how it ended.
async fn carry_out(app: &App, caller: &Caller, plan: Plan) -> Result<Execution> {
    let (id, org, started) = (plan.id, plan.org, plan.started);
    let outcome = call(app, caller, plan).await;
    let duration = app.now().since(started).as_millis();
    let duration_ms = i64::try_from(duration).unwrap_or(i64::MAX);
    let (result, error, redactions) = match outcome {
        Ok((result, redactions)) => (Some(result), None, redactions),
        Err(Failed::Told(sentence)) => (None, Some(sentence), 0),
        Err(Failed::Fault(error)) => {
            let sentence = error.sentence().to_owned();
            note_end(app, org, id, None, Some(sentence), duration_ms, 0).await?;
            return Err(error);
        }
    };
    let status = result.as_ref().map(|result| i64::from(result.status));
    note_end(app, org, id, status, error.clone(), duration_ms, redactions).await?;
    Ok(Execution {
        id,
        result,
        error,
        duration_ms,
        redactions,
    })
}

async fn note_end(
    app: &App,
    org: OrgId,
    id: ExecutionId,
    answer_status: Option<i64>,
    error: Option<String>,
    duration_ms: i64,
    redactions: i64,
) -> Result<()> {
    app.run(move |op| {
        Box::pin(async move {
            let ending = Ending {
                status: if error.is_none() { "success" } else { "error" },
                answer_status,
                error: error.as_deref(),
                duration_ms,
                redactions,
            };
            Ok(op.tx().end_execution(org, id, &ending).await?)
        })
    })
    .await
}

/// Why there is no answer.
enum Failed {
    /// For the caller.
    Told(String),
    /// Ours.
    Fault(Error),
}

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

async fn call(
    app: &App,
    caller: &Caller,
    plan: Plan,
) -> std::result::Result<(CallResult, i64), Failed> {
    let (secret, usual) = open(app, caller, plan.org, plan.source).await?;
    let told = |sentence: &dyn std::fmt::Display| Failed::Told(sentence.to_string());
    let scrubber = Scrubber::new(secret.expose()).map_err(|error| told(&error))?;
    let auth = plan.auth.unwrap_or(usual);
    let call = plan
        .call
        .with_credential(&auth, &secret)
        .map_err(|error| told(&error))?;
    let target = app
        .outbound()
        .target(call.url.as_str())
        .map_err(|refusal| Failed::Told(format!("the address {refusal}")))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(Error::internal)?;
        let mut value = HeaderValue::from_str(value).map_err(Error::internal)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let request = Request {
        method: reqwest::Method::from_bytes(call.method.as_bytes()).map_err(Error::internal)?,
        target,
        headers,
        body: call.body,
        timeout: Duration::from_millis(call.timeout_millis),
        maximum_answer: LARGEST_ANSWER,
    };
    let answer = app
        .outbound()
        .send(request)
        .await
        .map_err(|error| told(&error))?;
    let is_coded = answer
        .headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if is_coded {
        let sentence = "the answer is compressed, so the credential cannot be looked for in it";
        return Err(Failed::Told(sentence.to_owned()));
    }
    // A large answer takes a while to look through.
    let cleaned = tokio::task::spawn_blocking(move || clean(&scrubber, &answer)).await;
    Ok(cleaned.map_err(Error::internal)?)
}

/// Decrypts the credential; says where it stands unless the binding says otherwise.
async fn open(
    app: &App,
    caller: &Caller,
    org: OrgId,
    source: Found,
) -> Result<(SecretString, Auth)> {
    match source {
        Found::Inline(id, sealed) => {
            let plain = app
                .keyring()
                .open_record(Record::BindingCredential(org, id), &sealed)?;
            let text = plain
                .into_string()
                .map_err(|_| Error::internal("a stored credential is not UTF-8"))?;
            let credential = Credential::parse(text.expose())?;
            Ok((credential.secret, credential.auth))
        }
        Found::Vault(row, granted) => {
            let value = app.open_value(caller, &row, &granted).await?;
            // Files end with a line end; keys do not.
            let value = value.expose().trim_end_matches(['\r', '\n']).to_owned();
            Ok((SecretString::from(value), Auth::Bearer))
        }
    }
}

fn clean(scrubber: &Scrubber, answer: &Answer) -> (CallResult, i64) {
    let mut found = 0;
    let mut headers = Vec::with_capacity(answer.headers.len());
    for (name, value) in &answer.headers {
        if COOKIES.contains(&name.as_str()) {
            continue;
        }
        let (name, in_name) = scrubber.scrub_text(name.as_str());
        let (value, in_value) = scrubber.scrub(value.as_bytes());
        found += in_name + in_value;
        headers.push((name, String::from_utf8_lossy(&value).into_owned()));
    }
    let (body, in_body) = scrubber.scrub(answer.body.expose());
    found += in_body;
    let (body, is_base64) = match String::from_utf8(body) {
        Ok(text) => (text, false),
        Err(error) => (BASE64.encode(error.as_bytes()), true),
    };
    let result = CallResult {
        status: answer.status,
        headers,
        body,
        is_base64,
    };
    (result, i64::try_from(found).unwrap_or(i64::MAX))
}

//! The policies of a vault, and the builder: a sentence on one side, what it would do on the other.
//!
//! Invariant: what the builder promises is computed by the evaluator that decides requests; see
//! [`oneclaw_app::access::preview`]. Looking at it saves nothing.

use super::access::{ACTIONS, words};
use super::agents::may;
use super::form::{Fields, Form, FormToken};
use super::names::Names;
use super::page::{Notice, PageResult, Section, Shell, done, page, principal_href};
use super::secrets::end_of_day;
use super::session::{Signed, SignedForm};
use super::vaults::{VaultFrame, VaultTab};
use super::view::{Moment, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::access::{self, Preview};
use oneclaw_app::policies::{self, CreateRequest, Policy};
use oneclaw_app::{Error, Kind};
use oneclaw_core::caller::Principal;
use oneclaw_core::id::{AgentId, PolicyId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{Action, Conditions};
use std::str::FromStr as _;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/vaults/{id}/policies", get(list).post(create))
        .route("/vaults/{id}/policies/new", get(build))
        .route("/vaults/{id}/policies/{policy}/delete", post(delete))
}

/// Permissions that a form offers, and what they mean.
const PERMISSIONS: [(&str, &str); 5] = [
    ("read", "read values"),
    ("write", "write new values"),
    ("delete", "delete secrets"),
    ("rotate", "have values replaced by random ones"),
    ("use", "use values without seeing them"),
];

/// Paths of a kind that the preview names; the rest is counted.
const NAMED: usize = 8;

#[derive(Template)]
#[template(path = "policies.html")]
struct ListPage {
    shell: Shell,
    frame: VaultFrame,
    owner: String,
    /// Absent for those who may not see them.
    policies: Option<Vec<Row>>,
}

struct Row {
    who: String,
    href: Option<String>,
    pattern: String,
    may: String,
    is_deny: bool,
    priority: i64,
    /// Whether a human has to say yes each time.
    asks: bool,
    has_conditions: bool,
    until: Option<Moment>,
    delete_action: String,
}

async fn list(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<VaultId>,
) -> PageResult {
    let now = state.app().now();
    let frame = VaultFrame::load(&state, &signed, id, VaultTab::Policies).await?;
    let names = Names::load(&state, &signed).await?;
    let row = |policy: Policy| Row {
        who: names.of(policy.principal),
        href: principal_href(policy.principal),
        may: may(policy.effect, &policy.permissions),
        is_deny: policy.effect == oneclaw_core::policy::Effect::Deny,
        priority: policy.priority,
        asks: Conditions::stored(&policy.conditions).require_approval(),
        has_conditions: policy.conditions != "{}" || policy.attribute_conditions != "{}",
        until: policy.expires_at.map(|at| Moment::new(at, now)),
        delete_action: format!("/vaults/{id}/policies/{}/delete", policy.id),
        pattern: policy.pattern,
    };
    let policies = match policies::list(state.app(), &signed.caller, id).await {
        Ok(policies) => Some(policies.into_iter().map(row).collect()),
        Err(error) if *error.kind() == Kind::Forbidden => None,
        Err(error) => return Err(error.into()),
    };
    let template = ListPage {
        owner: names.of(frame.vault.owner),
        frame,
        policies,
        shell: Shell::load(&state, signed, Section::Vaults).await?,
    };
    page(StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "policy_new.html")]
struct BuilderPage {
    shell: Shell,
    frame: VaultFrame,
    principals: Vec<(String, String)>,
    permissions: &'static [(&'static str, &'static str)],
    actions: &'static [(&'static str, &'static str)],
    /// Proves that the form is ours. It goes with the button that saves, so that it is not in the
    /// address of a preview.
    token: FormToken,
    form: Form,
    panel: Option<Panel>,
    /// Why there is nothing to show yet.
    hint: &'static str,
}

/// What the policy would do.
struct Panel {
    matches: Paths,
    near_misses: Paths,
    gains: Changes,
    losses: Changes,
    unnamed: usize,
    is_duplicate: bool,
    is_without_effect: bool,
    test: Option<TestResult>,
}

/// Some paths, and how many more there are.
struct Paths {
    named: Vec<String>,
    total: usize,
}

impl Paths {
    fn new(all: Vec<String>) -> Self {
        let total = all.len();
        Self {
            named: all.into_iter().take(NAMED).collect(),
            total,
        }
    }

    fn more(&self) -> usize {
        self.total - self.named.len()
    }
}

/// Some changes, and how many more there are.
struct Changes {
    named: Vec<(String, String)>,
    total: usize,
}

impl Changes {
    fn new(all: Vec<(String, Vec<Action>)>) -> Self {
        let total = all.len();
        Self {
            named: all
                .into_iter()
                .take(NAMED)
                .map(|(path, actions)| (path, words(&actions)))
                .collect(),
            total,
        }
    }

    fn more(&self) -> usize {
        self.total - self.named.len()
    }
}

struct TestResult {
    path: String,
    action: String,
    allowed: bool,
    /// The policy that decided, in words.
    by: String,
}

impl Panel {
    fn new(preview: Preview, fields: &Fields) -> Self {
        let is_without_effect = preview.is_without_effect();
        let test = preview.test.map(|explanation| {
            let decided = explanation.rules.iter().find(|rule| rule.decided);
            TestResult {
                path: fields.text("test_path").trim().to_owned(),
                action: fields
                    .optional("test_action")
                    .unwrap_or_else(|| "read".to_owned()),
                allowed: explanation.allowed,
                by: match decided {
                    Some(rule) if rule.policy_id == PolicyId::NIL => "by this policy".to_owned(),
                    Some(rule) => format!(
                        "by the policy {} {}",
                        rule.effect.as_str(),
                        rule.secret_path_pattern
                    ),
                    None => explanation.sentence.to_owned(),
                },
            }
        });
        Self {
            matches: Paths::new(preview.matches),
            near_misses: Paths::new(preview.near_misses),
            gains: Changes::new(preview.gains),
            losses: Changes::new(preview.losses),
            unnamed: preview.unnamed,
            is_duplicate: preview.is_duplicate,
            is_without_effect,
            test,
        }
    }
}

/// The builder. What is in the address is filled in, so a half-written policy can be sent to a
/// colleague; and without scripts, looking at the preview is sending this form.
async fn build(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<VaultId>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    show_builder(&state, signed, id, fields, None).await
}

async fn show_builder(
    state: &ServerState,
    signed: Signed,
    id: VaultId,
    fields: Fields,
    error: Option<Error>,
) -> PageResult {
    let frame = VaultFrame::load(state, &signed, id, VaultTab::Policies).await?;
    let names = Names::load(state, &signed).await?;
    let is_blank = fields.text("principal_id").is_empty()
        || fields.text("secret_path_pattern").trim().is_empty()
        || fields.all("permissions").is_empty();
    let (mut panel, mut hint) = (
        None,
        "Choose who, what and where; this side then shows what the policy would do.",
    );
    let mut problem = error;
    if !is_blank && problem.is_none() {
        match look(state, &signed, id, &fields).await {
            Ok(preview) => panel = Some(Panel::new(preview, &fields)),
            Err(error) => {
                hint = "There is something to mend on the other side first.";
                problem = Some(error);
            }
        }
    }
    let form = match problem {
        Some(error) => fields.refused(at_its_field(error))?,
        None => Form::of(fields),
    };
    let template = BuilderPage {
        frame,
        principals: names.choices(),
        permissions: &PERMISSIONS,
        actions: &ACTIONS,
        token: signed.form_token(state, &format!("/vaults/{id}/policies")),
        form,
        panel,
        hint,
        shell: Shell::load(state, signed, Section::Vaults).await?,
    };
    page(template.form.status(), &template)
}

async fn look(
    state: &ServerState,
    signed: &Signed,
    vault: VaultId,
    fields: &Fields,
) -> Result<Preview, Error> {
    let test = match fields.optional("test_path") {
        None => None,
        Some(path) => {
            let path = SecretPath::parse(&path)
                .map_err(|error| Error::invalid("test_path", error.to_string()))?;
            let action = Action::from_str(fields.text("test_action")).unwrap_or(Action::Read);
            Some((path, action))
        }
    };
    access::preview(state.app(), &signed.caller, vault, request(fields)?, test).await
}

/// What the form says.
fn request(fields: &Fields) -> Result<CreateRequest, Error> {
    let text = fields.text("principal_id");
    let principal = Principal::parse(text).or_else(|_| AgentId::from_str(text).map(Into::into));
    let permissions = fields.all("permissions");
    if permissions.is_empty() {
        return Err(Error::invalid(
            "permissions",
            "Choose at least one thing that is meant.",
        ));
    }
    let addresses: Vec<String> = fields
        .text("only_from")
        .split([',', ' ', '\n'])
        .map(str::trim)
        .filter(|address| !address.is_empty())
        .map(str::to_owned)
        .collect();
    let mut conditions = serde_json::Map::new();
    if !addresses.is_empty() {
        conditions.insert("ip_allowlist".to_owned(), addresses.into());
    }
    if fields.optional("ask").is_some() {
        conditions.insert("require_approval".to_owned(), true.into());
    }
    let conditions =
        (!conditions.is_empty()).then(|| serde_json::Value::Object(conditions).to_string());
    let priority = fields.optional("priority").map(|text| text.parse());
    Ok(CreateRequest {
        pattern: fields.text("secret_path_pattern").trim().to_owned(),
        principal: principal
            .map_err(|_| Error::invalid("principal_id", "Choose an agent or a person."))?,
        permissions,
        effect: fields.optional("effect"),
        priority: priority
            .transpose()
            .map_err(|_| Error::invalid("priority", "Write a whole number from 0 on."))?,
        conditions,
        attribute_conditions: None,
        expires_at: end_of_day(fields)?,
    })
}

/// The same error at the field of the form that it is about.
fn at_its_field(error: Error) -> Error {
    match error.kind() {
        Kind::Invalid(errors) => match errors.as_slice() {
            [("conditions", message)] => Error::invalid("only_from", message.clone()),
            [("expires_at", message)] => Error::invalid("expires_on", message.clone()),
            _ => error,
        },
        _ => error,
    }
}

async fn create(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let created = match request(&fields) {
        Ok(request) => policies::create(state.app(), &signed.caller, id, request).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(_) => Ok(done(&format!("/vaults/{id}/policies"), Notice::PolicyAdded)),
        Err(error) => show_builder(&state, signed, id, fields, Some(error)).await,
    }
}

async fn delete(
    State(state): State<ServerState>,
    Path((id, policy)): Path<(VaultId, PolicyId)>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    policies::delete(state.app(), &signed.caller, id, policy).await?;
    Ok(done(
        &format!("/vaults/{id}/policies"),
        Notice::PolicyRemoved,
    ))
}

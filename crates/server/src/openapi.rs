//! The description of the API (OpenAPI 3.1), out of the attributes that route it.
//!
//! What all operations have in common is added here: the errors that any of them may answer with, and the credential,
//! unless the attribute says `security(())`.

use crate::api;
use crate::middleware::flood::Flood;
use http::HeaderValue;
use oneclaw_client::problem::{PROBLEM_JSON, ProblemDetails};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, Info, License, OpenApi, Ref, RefOr, Required, Response,
    ResponseBuilder,
};
use utoipa::{IntoResponses, ToSchema as _};

const SCHEMA: &str = "ProblemDetails";
const BEARER: &str = "BearerAuth";

/// Declares the answers by which operations refuse.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal $description:literal,)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([($status.to_owned(), problem($description))])
            }
        }
    )+};
}

refusals! {
    /// 400.
    Invalid = "400" "The request is malformed; `fields` says where.",
    /// 401.
    Unauthorized = "401" "The credential is missing, wrong, expired or revoked.",
    /// 403.
    Forbidden = "403" "The caller is known but may not do this.",
    /// 404.
    NotFound = "404" "It is not there, or not for this caller to see.",
    /// 409.
    Conflict = "409" "It collides with what is there, or was decided before.",
    /// 410.
    Gone = "410" "It was there and can no longer be used: expired, used up, deleted or switched off.",
    /// 412.
    PreconditionFailed = "412" "The newest version is not the one that `If-Match` or `If-None-Match` asks for.",
    /// 413.
    TooLarge = "413" "The body is too large.",
    /// 422.
    Unprocessable = "422" "The `Idempotency-Key` was used for another request.",
    /// 429.
    TooMany = "429" "Too often; `Retry-After` says in how many seconds to try again.",
    /// 500.
    Failed = "500" "A fault of the server; its log has the cause under `request_id`.",
    /// 503.
    Unavailable = "503" "The database or the audit log cannot be written, so nothing was done.",
}

fn problem(description: &str) -> RefOr<Response> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(SCHEMA)))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content(PROBLEM_JSON, content)
        .build()
        .into()
}

/// The description as JSON, two spaces to a level, the same for the same source.
#[must_use]
pub fn openapi_json() -> String {
    let mut json = describe(&routed()).to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}

/// What the routers were given, with their own spelling of paths.
fn routed() -> OpenApi {
    let no_limits = Arc::new(Flood::new(None));
    let mut routed = api::routes(&no_limits).into_openapi();
    routed.merge(api::open_routes(&no_limits).into_openapi());
    routed
}

/// By route, as the router spells it: the methods it takes, for `Allow`.
pub(crate) fn allowed_methods() -> HashMap<String, HeaderValue> {
    let open = api::open_routes(&Arc::new(Flood::new(None))).into_openapi();
    let allowed = |(route, item): (&String, &PathItem)| {
        let mut methods: Vec<&str> = operations(item).map(|(method, _)| method).collect();
        if item.get.is_some() && open.paths.paths.contains_key(route) {
            methods.push("HEAD");
        }
        Some((
            route.clone(),
            HeaderValue::try_from(methods.join(", ")).ok()?,
        ))
    };
    routed().paths.paths.iter().filter_map(allowed).collect()
}

/// By route, as the router spells it: as the description spells it.
pub(crate) fn endpoints() -> HashMap<String, Arc<str>> {
    let routed = routed();
    let routes = routed.paths.paths.keys();
    routes
        .map(|route| (route.clone(), Arc::from(path_of(route))))
        .collect()
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .flatten()
}

fn describe(routed: &OpenApi) -> OpenApi {
    let mut info = Info::new("1Claw", env!("CARGO_PKG_VERSION"));
    info.description =
        Some("A vault for secrets that AI agents can join by themselves.".to_owned());
    info.license = Some(
        License::builder()
            .name("Apache-2.0")
            .identifier(Some("Apache-2.0"))
            .build(),
    );
    let mut described = OpenApi::new(info, Paths::new());
    for (route, item) in &routed.paths.paths {
        let mut item = item.clone();
        operations_mut(&mut item).for_each(complete);
        described.paths.paths.insert(path_of(route), item);
    }
    let mut components = routed.components.clone().unwrap_or_default();
    add_problem(&mut components);
    components.add_security_scheme(
        BEARER,
        SecurityScheme::Http(
            Http::builder()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .build(),
        ),
    );
    described.components = Some(components);
    described.security = Some(vec![bearer()]);
    described
}

fn add_problem(components: &mut Components) {
    let mut schemas = Vec::new();
    <ProblemDetails as utoipa::ToSchema>::schemas(&mut schemas);
    schemas.push((
        ProblemDetails::name().into_owned(),
        <ProblemDetails as utoipa::PartialSchema>::schema(),
    ));
    components.schemas.extend(schemas);
}

fn bearer() -> SecurityRequirement {
    SecurityRequirement::new(BEARER, Vec::<String>::new())
}

/// Paths as the description spells them: a parameter that may hold slashes is a parameter like any other.
fn path_of(route: &str) -> String {
    route
        .replace("{*path_and_version}", "{path}/{version}")
        .replace("{*path}", "{path}")
}

/// Adds what all operations have in common.
fn complete(operation: &mut Operation) {
    let anonymous = SecurityRequirement::default();
    match &operation.security {
        // Nothing but "anonymous" is said with an empty list.
        Some(alternatives)
            if alternatives
                .iter()
                .all(|requirement| *requirement == anonymous) =>
        {
            operation.security = Some(Vec::new());
        }
        Some(_) => {}
        None => {
            operation.security = Some(vec![bearer()]);
            refuse(
                operation,
                [
                    Unauthorized::responses(),
                    Forbidden::responses(),
                    Unavailable::responses(),
                ],
            );
        }
    }
    if operation.parameters.is_some() || operation.request_body.is_some() {
        refuse(operation, [Invalid::responses()]);
    }
    if operation.request_body.is_some() {
        refuse(operation, [TooLarge::responses()]);
    }
    let id = operation.operation_id.as_deref().unwrap_or_default();
    if REPEATABLE.contains(&id) {
        operation
            .parameters
            .get_or_insert_default()
            .push(idempotency_key().into());
        refuse(
            operation,
            [Conflict::responses(), Unprocessable::responses()],
        );
    }
    refuse(operation, [TooMany::responses(), Failed::responses()]);
}

/// Operations that may be sent again with the same `Idempotency-Key`.
const REPEATABLE: [&str; 4] = ["createVault", "createAgent", "createShare", "enrollAgent"];

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "1 to 255 visible characters. Within a day, the same request with the same key gets the first answer again.",
        ))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

fn refuse<const N: usize>(
    operation: &mut Operation,
    refusals: [BTreeMap<String, RefOr<Response>>; N],
) {
    for (status, response) in refusals.into_iter().flatten() {
        operation
            .responses
            .responses
            .entry(status)
            .or_insert(response);
    }
}

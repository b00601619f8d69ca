//! Secrets that were handed to somebody: the lists of those who have an account, and the page behind
//! a share's link.
//!
//! Invariants:
//! - Looking at a share's page spends no view and shows nothing of the secret. Opening is a form.
//! - To somebody who is not signed in, a share that expired, was used up, was withdrawn, never existed,
//!   or is for somebody else looks the same.

use super::form::{Fields, Form, FormToken};
use super::names::Names;
use super::next::Next;
use super::page::{Message, Notice, PageResult, Section, Shell, Step, done, page};
use super::session::{Signed, SignedForm, Visitor, VisitorForm};
use super::view::{Moment, Pill, filters};
use crate::ServerState;
use crate::extract::{Path, Query, RequestOrigin};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::shares::{self, Preview, Share};
use oneclaw_app::{Error, Kind};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::ShareId;
use oneclaw_core::model::share::{RecipientType, ShareStatus};
use oneclaw_core::secret::SecretString;
use serde::Deserialize;
use std::str::FromStr as _;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/shares", get(list))
        .route("/shares/{id}/accept", post(accept))
        .route("/shares/{id}/decline", post(decline))
        .route("/shares/{id}/revoke", post(revoke))
        .route("/share/{id}", get(show).post(open))
}

#[derive(Template)]
#[template(path = "shares.html")]
struct ListPage {
    shell: Shell,
    outbound: bool,
    inbound_waiting: usize,
    /// By who shared them; one group for all that one shared oneself.
    groups: Vec<Group>,
}

/// Shares from the same one.
struct Group {
    title: String,
    rows: Vec<Row>,
}

struct Row {
    id: ShareId,
    path: String,
    /// Who shared it, or for whom.
    other: String,
    state: Pill,
    opened: i64,
    limit: i64,
    expires: Moment,
    actions: Vec<RowAction>,
    can_open: bool,
}

/// A button that acts on a share.
struct RowAction {
    action: String,
    label: &'static str,
    tone: &'static str,
}

impl RowAction {
    fn new(share: ShareId, verb: &str, label: &'static str, tone: &'static str) -> Self {
        Self {
            action: format!("/shares/{share}/{verb}"),
            label,
            tone,
        }
    }
}

#[derive(Deserialize)]
struct Tab {
    tab: Option<String>,
}

async fn list(
    State(state): State<ServerState>,
    signed: Signed,
    Query(Tab { tab }): Query<Tab>,
) -> PageResult {
    let outbound = tab.as_deref() == Some("outbound");
    let now = state.app().now();
    let names = Names::load(&state, &signed).await?;
    let inbound = shares::list_inbound(state.app(), &signed.caller).await?;
    let inbound_waiting = inbound.iter().filter(|share| is_waiting(share)).count();
    let shares = if outbound {
        shares::list_outbound(state.app(), &signed.caller).await?
    } else {
        inbound
    };
    let row = |share: Share| {
        if outbound {
            outbound_row(share, &names, now)
        } else {
            inbound_row(share, &names, now)
        }
    };
    let shell = Shell::load(&state, signed, Section::Shares).await?;
    page(
        StatusCode::OK,
        &ListPage {
            shell,
            outbound,
            inbound_waiting,
            groups: grouped(shares.into_iter().map(row), outbound),
        },
    )
}

/// Groups in the order of their first rows.
fn grouped(rows: impl Iterator<Item = Row>, outbound: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let title = if outbound {
            String::new()
        } else {
            row.other.clone()
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                title,
                rows: vec![row],
            }),
        }
    }
    groups
}

fn is_waiting(share: &Share) -> bool {
    share.status == ShareStatus::Pending && !share.is_expired
}

fn is_used_up(share: &Share) -> bool {
    share.access_count >= share.max_access_count
}

fn inbound_row(share: Share, names: &Names, now: Timestamp) -> Row {
    let actions = if is_waiting(&share) {
        vec![
            RowAction::new(share.id, "accept", "Accept", "primary"),
            RowAction::new(share.id, "decline", "Decline", ""),
        ]
    } else {
        Vec::new()
    };
    let can_open =
        share.status == ShareStatus::Accepted && !share.is_expired && !is_used_up(&share);
    Row {
        other: names.of(share.created_by),
        state: state_pill(&share),
        actions,
        can_open,
        ..row(share, now)
    }
}

fn outbound_row(share: Share, names: &Names, now: Timestamp) -> Row {
    let is_open = !share.is_expired
        && !is_used_up(&share)
        && matches!(share.status, ShareStatus::Pending | ShareStatus::Accepted);
    let actions = if is_open {
        vec![RowAction::new(share.id, "revoke", "Withdraw", "danger")]
    } else {
        Vec::new()
    };
    Row {
        other: recipient(&share, names),
        state: state_pill(&share),
        actions,
        ..row(share, now)
    }
}

/// What rows of both tabs have in common.
fn row(share: Share, now: Timestamp) -> Row {
    Row {
        id: share.id,
        other: String::new(),
        state: state_pill(&share),
        opened: share.access_count,
        limit: share.max_access_count,
        expires: Moment::new(share.expires_at, now),
        path: share.path,
        actions: Vec::new(),
        can_open: false,
    }
}

fn recipient(share: &Share, names: &Names) -> String {
    match (
        share.recipient_type,
        share.recipient,
        &share.recipient_email,
    ) {
        (RecipientType::AnyoneWithLink, _, _) => "anyone with the link".to_owned(),
        (_, _, Some(email)) => email.clone(),
        (_, Some(principal), None) => names.of(principal),
        (_, None, None) => "somebody who is gone".to_owned(),
    }
}

fn state_pill(share: &Share) -> Pill {
    match share.status {
        ShareStatus::Revoked => Pill::idle("withdrawn"),
        ShareStatus::Declined => Pill::no("declined"),
        _ if share.is_expired => Pill::idle("expired"),
        _ if is_used_up(share) => Pill::idle("used up"),
        ShareStatus::Pending if share.recipient_type.needs_acceptance() => Pill::waiting("pending"),
        ShareStatus::Pending => Pill::ok("open"),
        ShareStatus::Accepted => Pill::ok("accepted"),
    }
}

async fn accept(
    State(state): State<ServerState>,
    Path(id): Path<ShareId>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    shares::accept(state.app(), &signed.caller, id).await?;
    Ok(done("/shares", Notice::ShareAccepted))
}

async fn decline(
    State(state): State<ServerState>,
    Path(id): Path<ShareId>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    shares::decline(state.app(), &signed.caller, id).await?;
    Ok(done("/shares", Notice::ShareDeclined))
}

async fn revoke(
    State(state): State<ServerState>,
    Path(id): Path<ShareId>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    shares::revoke(state.app(), &signed.caller, id).await?;
    Ok(done("/shares?tab=outbound", Notice::ShareRevoked))
}

/// A share before it is opened.
#[derive(Template)]
#[template(path = "share.html")]
struct SharePage {
    id: ShareId,
    needs_passphrase: bool,
    views_left: i64,
    expires: Moment,
    token: Option<FormToken>,
    form: Form,
}

impl SharePage {
    fn new(
        state: &ServerState,
        signed: Option<&Signed>,
        id: ShareId,
        preview: &Preview,
        form: Form,
    ) -> Self {
        Self {
            id,
            needs_passphrase: preview.needs_passphrase,
            views_left: preview.views_left,
            expires: Moment::new(preview.expires_at, state.app().now()),
            token: signed.map(|signed| signed.form_token(state, &format!("/share/{id}"))),
            form,
        }
    }
}

async fn show(
    State(state): State<ServerState>,
    Visitor { signed, .. }: Visitor,
    RequestOrigin(origin): RequestOrigin,
    Path(id): Path<String>,
) -> PageResult {
    let signed = signed.as_ref();
    // What is no id is answered like the id of nothing.
    let Ok(id) = ShareId::from_str(&id) else {
        return not_available(signed, &Next::HOME);
    };
    match shares::preview(
        state.app(),
        signed.map(|signed| &signed.caller),
        &origin,
        id,
    )
    .await
    {
        Ok(preview) => page(
            StatusCode::OK,
            &SharePage::new(&state, signed, id, &preview, Form::default()),
        ),
        Err(error) => closed(signed, id, error),
    }
}

/// A share that was opened.
#[derive(Template)]
#[template(path = "share_opened.html")]
struct OpenedPage {
    path: String,
    kind: String,
    value: SecretString,
    views_left: i64,
}

async fn open(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    Path(id): Path<ShareId>,
    VisitorForm { signed, mut fields }: VisitorForm,
) -> PageResult {
    let signed = signed.as_ref();
    let caller = signed.map(|signed| &signed.caller);
    let passphrase =
        Some(fields.take_secret("passphrase")).filter(|passphrase| !passphrase.is_empty());
    let error = match shares::open(state.app(), caller, &origin, id, passphrase.as_ref()).await {
        Ok(opened) => {
            let views_left = opened.max_access_count.saturating_sub(opened.access_count);
            let (path, kind) = (opened.metadata.path, opened.metadata.kind);
            return page(
                StatusCode::OK,
                &OpenedPage {
                    path,
                    kind,
                    value: opened.value,
                    views_left,
                },
            );
        }
        Err(error) => error,
    };
    // Of what can be refused now, only the passphrase leaves the share as it was.
    match shares::preview(state.app(), caller, &origin, id).await {
        Ok(preview) if preview.needs_passphrase => {
            let form = wrong_passphrase(fields, error)?;
            page(
                form.status(),
                &SharePage::new(&state, signed, id, &preview, form),
            )
        }
        _ => closed(signed, id, error),
    }
}

/// The form again, with the refusal beside the field it is about.
fn wrong_passphrase(fields: Fields, error: Error) -> Result<Form, super::refusal::Refusal> {
    if *error.kind() == Kind::Forbidden {
        return fields.refused(Error::invalid(
            "passphrase",
            "This is not the passphrase. Check the spelling, capitals and blanks.",
        ));
    }
    fields.refused(error)
}

/// The page for a share that cannot be opened.
fn closed(signed: Option<&Signed>, id: ShareId, error: Error) -> PageResult {
    match error.kind() {
        Kind::NotFound | Kind::Gone | Kind::Unauthenticated => {
            not_available(signed, &Next::parse(&format!("/share/{id}")))
        }
        Kind::Forbidden if signed.is_some() => {
            let message = Message::new("Not yet")
                .say(error.sentence().to_owned())
                .then(Step::link("/shares", "See what was shared with you"));
            page(StatusCode::FORBIDDEN, &message)
        }
        _ => Err(error.into()),
    }
}

fn not_available(signed: Option<&Signed>, next: &Next) -> PageResult {
    let message = match signed {
        None => Message::new("Nothing to open here")
            .say("If this share was made for you, sign in to open it.")
            .say("If its link was meant to open for anyone, then it has expired, was used up or was withdrawn. Ask whoever sent it for a new one.")
            .then(Step::link(next.sign_in_url(), "Sign in")),
        Some(signed) => Message::new("Nothing to open here")
            .say("The share has expired, was used up or was withdrawn, or it is for another account. Ask whoever sent it for a new one.")
            .say(format!("You are signed in as {}.", signed.profile.email))
            .then(Step::link("/shares", "See what was shared with you")),
    };
    page(StatusCode::NOT_FOUND, &message)
}

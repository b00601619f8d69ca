//! Inviting people, and joining.
//!
//! A person can belong to several organisations; each session acts in one. Who accepts an invitation
//! keeps what they have, and acts in the organisation they joined from then on, until they choose
//! another.
//!
//! Invariants: a link names an invitation and does nothing by itself; only the signed-in holder of the
//! invited, proven address can accept, once; an invitation is worth no more than what whoever made it
//! could still do.

use super::no_such_member;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::{Caller, Live};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::users::{Origin, SessionKind, SignedIn, continue_session};
use crate::{App, limits};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::{Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{InviteId, OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenHash, TokenKind};
use oneclaw_store::StoreError;
use oneclaw_store::invitations::InvitationRow;
use std::str::FromStr as _;
use std::time::Duration;

/// Life of an invitation.
const LIFE: Duration = Duration::from_hours(7 * 24);
/// How many may wait in one organisation.
const WAITING: usize = 100;

/// An invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: InviteId,
    /// Where to.
    pub org: OrgId,
    /// Who.
    pub email: String,
    /// As what.
    pub role: Role,
    /// By whom.
    pub invited_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// An organisation that somebody belongs to.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The organisation.
    pub org: OrgId,
    /// Its name.
    pub name: String,
    /// As what.
    pub role: Role,
}

/// One answer for an invitation that is not there and for one that is somebody else's.
fn missing() -> Error {
    Error::not_found(
        "There is no such invitation for your address. It may be over, or made out to another address.",
    )
}

fn invitation_of(row: InvitationRow) -> Result<Invitation> {
    Ok(Invitation {
        id: row.id,
        org: row.org_id,
        email: row.email,
        role: Role::from_str(&row.role).map_err(Error::internal)?,
        invited_by: row.invited_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
    })
}

/// Whether somebody may bring others in with a role.
fn may_give(inviter: Option<Role>, role: Role) -> bool {
    match inviter {
        Some(Role::Owner) => true,
        Some(Role::Admin) => role != Role::Owner,
        _ => false,
    }
}

/// Invites an address; an invitation of it that waits is replaced. The answer is the same whether or
/// not the address has an account.
pub async fn invite(app: &App, caller: &Caller, email: &str, role: Role) -> Result<Invitation> {
    let user = caller.user()?;
    let email = Email::parse(email).map_err(|error| Error::invalid("email", error.to_string()))?;
    let (app_in, by) = (app.clone(), caller.clone());
    let invited = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&by).await?;
                live.require_admin()?;
                if !may_give(live.role, role) {
                    return Err(Error::forbidden("Only owners can invite an owner."));
                }
                insert(&app_in, op, &by, &live, user, &email, role).await
            })
        })
        .await?;
    app.wake_mail();
    Ok(invited)
}

async fn insert(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    user: UserId,
    email: &Email,
    role: Role,
) -> Result<Invitation> {
    let now = op.now();
    let members = op.tx().list_members(live.org).await?;
    if members.iter().any(|member| member.email == email.as_str()) {
        return Err(Error::conflict("This person is a member already."));
    }
    if op.tx().list_invitations(live.org, now).await?.len() >= WAITING {
        return Err(Error::rate_limited(
            "Too many invitations wait. Withdraw some that are not needed.",
            Duration::from_hours(1),
        ));
    }
    // For the address, whichever organisations the invitations come from.
    let counter = app.counter(
        Limit::MailAddress,
        &format!("invitation\n{}", email.as_str()),
    );
    limits::count(op, &counter, Limit::MailAddress).await?;
    let inviter = live.verified_email.as_deref().map(Email::parse);
    let inviter = inviter
        .transpose()
        .map_err(Error::internal)?
        .ok_or_else(|| Error::forbidden("Confirm your own address before you invite others."))?;
    let organisation = op.tx().find_organisation(live.org).await?;
    let token = PlainToken::generate(TokenKind::InviteLink, op.random());
    let row = InvitationRow {
        id: op.new_id(),
        org_id: live.org,
        email: email.as_str().to_owned(),
        role: role.as_str().to_owned(),
        invited_by: user,
        created_at: now,
        expires_at: now.plus(LIFE),
    };
    op.tx()
        .delete_invitations_of(live.org, email.as_str())
        .await?;
    op.tx()
        .insert_invitation(&row, token.hash(app.keyring()).as_bytes())
        .await?;
    let message = Message::Invitation {
        inviter,
        organisation: organisation.map_or_else(String::new, |found| found.name),
        role: role.as_str(),
        link: format!("{}/invite/{}", app.settings().public_url, token.expose()),
        expires: row.expires_at,
    };
    mail::queue(app, op, Some(live.org), email.as_str(), &message).await?;
    let details = Details::new().text("role", role.as_str());
    op.log(entry_of(
        caller,
        "member.invite",
        ("invitation", row.id.to_string()),
        details,
    ));
    invitation_of(row)
}

/// The invitations of the caller's organisation that wait.
pub async fn list_invitations(app: &App, caller: &Caller) -> Result<Vec<Invitation>> {
    let mut view = app.view(caller).await?;
    view.live.require_admin()?;
    let rows = view.tx.list_invitations(caller.org(), view.now).await?;
    rows.into_iter().map(invitation_of).collect()
}

/// Withdraws an invitation.
pub async fn withdraw(app: &App, caller: &Caller, id: InviteId) -> Result<()> {
    let by = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&by).await?;
            live.require_admin()?;
            if !op.tx().delete_invitation(live.org, id).await? {
                return Err(Error::not_found("There is no such invitation."));
            }
            op.log(entry_of(
                &by,
                "member.invite_withdraw",
                ("invitation", id.to_string()),
                Details::new(),
            ));
            Ok(())
        })
    })
    .await
}

fn link_hash(app: &App, token: &SecretString) -> Result<TokenHash> {
    app.keyring()
        .hash_token(TokenKind::InviteLink, token.expose())
        .map_err(|_| missing())
}

/// The invitation that a link stands for, if it is the caller's, with the organisation's name.
pub async fn find_invitation(
    app: &App,
    caller: &Caller,
    token: &SecretString,
) -> Result<(Invitation, String)> {
    caller.user()?;
    let hash = link_hash(app, token)?;
    let mut view = app.view(caller).await?;
    let row = view.tx.find_invitation_by_token(hash.as_bytes()).await?;
    let row = row
        .filter(|row| is_for(row, &view.live, view.now))
        .ok_or_else(missing)?;
    let organisation = view.tx.find_organisation(row.org_id).await?;
    Ok((invitation_of(row)?, organisation.ok_or_else(missing)?.name))
}

fn is_for(row: &InvitationRow, live: &Live, now: Timestamp) -> bool {
    row.expires_at > now && live.verified_email.as_ref() == Some(&row.email)
}

/// Joins the organisation that a link invites to, and begins a session there.
pub async fn accept(
    app: &App,
    caller: &Caller,
    token: &SecretString,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignedIn> {
    let (user, session) = caller.signed_in()?;
    let hash = link_hash(app, token)?;
    let (app_in, by, origin) = (app.clone(), caller.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let found = op.tx().find_invitation_by_token(hash.as_bytes()).await?;
            let org = found.ok_or_else(missing)?.org_id;
            // Both logs at once, in their order, so that nobody waits in a circle.
            op.enter([by.org(), org]).await?;
            let live = op.authenticate(&by).await?;
            let now = op.now();
            let row = op.tx().find_invitation_by_token(hash.as_bytes()).await?;
            let row = row
                .filter(|row| is_for(row, &live, now))
                .ok_or_else(missing)?;
            let role = Role::from_str(&row.role).map_err(Error::internal)?;
            let inviter = op.tx().find_member(org, row.invited_by).await?;
            let inviter = inviter.and_then(|member| Role::from_str(&member.role).ok());
            if !may_give(inviter, role) || !op.tx().delete_invitation(org, row.id).await? {
                return Err(missing());
            }
            match op.tx().insert_member(org, user, role.as_str(), now).await {
                Err(StoreError::AlreadyExists) => {
                    return Err(Error::conflict("You are a member already."));
                }
                other => other?,
            }
            op.tx().bump_epoch(user.as_uuid()).await?;
            op.tx().choose_membership(org, user, now).await?;
            let details = Details::new()
                .text("role", role.as_str())
                .uuid("invited_by", row.invited_by);
            op.log(entry(
                org,
                Principal::User(user),
                origin.ip,
                "member.join",
                ("user", user.to_string()),
                details,
            ));
            continue_session(&app_in, op, session, org, kind, &origin).await
        })
    })
    .await
}

/// The organisations the caller belongs to, the one they act in by default first.
pub async fn list_memberships(app: &App, caller: &Caller) -> Result<Vec<Membership>> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let mut memberships = Vec::new();
    for row in view.tx.list_memberships(user).await? {
        let organisation = view.tx.find_organisation(row.org_id).await?;
        memberships.push(Membership {
            org: row.org_id,
            name: organisation.ok_or_else(missing)?.name,
            role: Role::from_str(&row.role).map_err(Error::internal)?,
        });
    }
    Ok(memberships)
}

/// Begins a session in another organisation of the caller's, which is where they act from then on.
/// The session it is asked in goes on.
pub async fn switch(
    app: &App,
    caller: &Caller,
    org: OrgId,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignedIn> {
    // A key stands for one organisation and must not become a session of another.
    let (user, session) = caller.signed_in()?;
    let (app_in, by, origin) = (app.clone(), caller.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.enter([by.org(), org]).await?;
            op.authenticate(&by).await?;
            let now = op.now();
            if op.tx().find_member(org, user).await?.is_none() {
                return Err(no_such_member());
            }
            op.tx().choose_membership(org, user, now).await?;
            continue_session(&app_in, op, session, org, kind, &origin).await
        })
    })
    .await
}

//! The first owner of an instance, who needs no mail: the operator gets a link at the start.

use super::sign_up::{first_organisation, insert_user};
use super::{
    Origin, SessionKind, SignedIn, begin_session, check_new_password, parse_display_name,
    parse_email,
};
use crate::App;
use crate::error::{Error, Result};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenKind};
use std::time::Duration;
use uuid::Uuid;

const SET_UP: &str = "owner_setup";
/// Life of the link; a new one is made at each start while there is no owner.
const SET_UP_LIFE: Duration = Duration::from_hours(24);

/// A link to make the first owner; `None` once there is one.
pub async fn create_setup_link(app: &App) -> Result<Option<String>> {
    let app_in = app.clone();
    app.run(move |op| {
        Box::pin(async move {
            if op.tx().count_users().await? > 0 {
                return Ok(None);
            }
            let now = op.now();
            let token = PlainToken::generate(TokenKind::SetupLink, op.random());
            op.tx().drop_one_time_tokens(Uuid::nil(), SET_UP).await?;
            let hash = token.hash(app_in.keyring());
            op.tx()
                .insert_one_time_token(
                    hash.as_bytes(),
                    SET_UP,
                    Uuid::nil(),
                    now,
                    now.plus(SET_UP_LIFE),
                )
                .await?;
            Ok(Some(format!(
                "{}/setup/{}",
                app_in.settings().public_url,
                token.expose()
            )))
        })
    })
    .await
}

/// Makes the first owner with the link. Works once, and only while there is no account.
pub async fn set_up_owner(
    app: &App,
    token: &SecretString,
    request: super::SignUpRequest,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignedIn> {
    let not_valid = || {
        Error::not_found(
            "This link is not valid (any more). Restart the server to get a new one, or sign in.",
        )
    };
    let link = app
        .keyring()
        .hash_token(TokenKind::SetupLink, token.expose())
        .map_err(|_| not_valid())?;
    let email = parse_email(&request.email)?;
    let display_name = parse_display_name(&request.display_name)?;
    check_new_password("password", &request.password, &email)?;
    let hash = app
        .passwords()
        .hash(&request.password, app.random())
        .await?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            if op.tx().count_users().await? > 0
                || !op
                    .tx()
                    .consume_one_time_token(link.as_bytes(), SET_UP, now)
                    .await?
            {
                return Err(not_valid());
            }
            let user = match op.tx().find_user_by_email(email.as_str()).await? {
                // Somebody signed up with this address but never proved it: the operator's word is
                // the proof.
                Some(user) => {
                    op.tx()
                        .replace_unverified_user(user.id, &hash, &display_name)
                        .await?;
                    op.tx().verify_user_email(user.id, now).await?;
                    user.id
                }
                None => insert_user(op, &email, &display_name, Some(&hash), true).await?,
            };
            let org = first_organisation(op, user, &email, &origin).await?;
            begin_session(
                &app_in,
                op,
                user,
                org,
                (kind, AuthMethod::Password),
                &origin,
            )
            .await
        })
    })
    .await
}

/// On a demonstration instance: makes an owner with a known address and password, once.
pub async fn ensure_demo_owner(app: &App, email: &str, password: &SecretString) -> Result<()> {
    let email = parse_email(email)?;
    let hash = app.passwords().hash(password, app.random()).await?;
    app.run(move |op| {
        Box::pin(async move {
            if op.tx().find_user_by_email(email.as_str()).await?.is_none() {
                let user = insert_user(op, &email, "Demo owner", Some(&hash), true).await?;
                first_organisation(op, user, &email, &Origin::default()).await?;
            }
            Ok(())
        })
    })
    .await
}

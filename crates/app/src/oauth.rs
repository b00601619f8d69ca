//! Assistants that connect by OAuth (RFC 6749 with the restrictions of OAuth 2.1, and the authorization specification
//! of the Model Context Protocol).
//!
//! An assistant acts as an agent: with no access at first, under policies, limits and the log, frozen and ended as
//! every agent. What a human allows it is a *grant*: which agent, which of the tools, until when.
//!
//! Invariants:
//! - A grant is made by somebody who is signed in at a browser, for an agent that they may manage.
//! - Its tokens are good at the tools alone, and every request looks whether it still stands.
//! - A code works once, within a minute, for the client, the redirect URI, the challenge and the resource it was made
//!   for; trying it ends it. A refresh token is replaced at each use; seeing an old one ends the grant.
//! - Nothing is sent to a redirect URI that the client did not name where it is described.

mod clients;
mod consent;
mod document;
mod grants;
mod request;
mod tokens;

pub use clients::{
    Client, RegisterRequest, Registered, Source, create_client, delete_client, list_clients,
    register_itself,
};
pub use consent::{Choice, Consent, LIFETIMES, allow, deny};
pub use grants::{Grant, end, list};
pub(crate) use grants::{end_of_agent, end_of_former_admin, end_of_user};
pub use request::{AuthorizationRequest, Question, Unanswerable, examine};
pub use tokens::{
    ClientCredential, Issued, Presented, TokenError, exchange_credential, redeem, refresh, revoke,
};

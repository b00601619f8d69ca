//! Vaults: the list, making one, what a vault is, and ending one. What is inside is
//! [`super::secrets`]; who may use that is [`super::policies`].

use super::form::Form;
use super::names::Names;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::refusal::Refusal;
use super::session::{Signed, SignedForm};
use super::view::{FullMoment, Moment, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use oneclaw_app::agents;
use oneclaw_app::vaults::{self, Vault};
use oneclaw_app::{Error, Kind, policies};
use oneclaw_core::id::VaultId;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/vaults", get(list).post(create))
        .route("/vaults/{id}/settings", get(settings))
        .route("/vaults/{id}/delete", axum::routing::post(delete))
}

/// The pages of one vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VaultTab {
    Secrets,
    Policies,
    Settings,
}

/// What stands above every page of a vault.
pub(super) struct VaultFrame {
    pub(super) vault: Vault,
    pub(super) tab: VaultTab,
}

impl VaultFrame {
    /// For a vault that the viewer may know of.
    pub(super) async fn load(
        state: &ServerState,
        signed: &Signed,
        id: VaultId,
        tab: VaultTab,
    ) -> Result<Self, Refusal> {
        let vault = vaults::find(state.app(), &signed.caller, id).await?;
        Ok(Self { vault, tab })
    }

    /// The tabs: where, name, whether it is this one.
    pub(super) fn tabs(&self) -> [(String, &'static str, bool); 3] {
        let base = format!("/vaults/{}", self.vault.id);
        [
            (base.clone(), "Secrets", self.tab == VaultTab::Secrets),
            (
                format!("{base}/policies"),
                "Policies",
                self.tab == VaultTab::Policies,
            ),
            (
                format!("{base}/settings"),
                "Settings",
                self.tab == VaultTab::Settings,
            ),
        ]
    }
}

#[derive(Template)]
#[template(path = "vaults.html")]
struct ListPage {
    shell: Shell,
    vaults: Vec<Row>,
    form: Form,
}

struct Row {
    id: VaultId,
    name: String,
    description: String,
    owner: String,
    created: Moment,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    show_list(&state, signed, Form::default()).await
}

async fn show_list(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let now = state.app().now();
    let names = Names::load(state, &signed).await?;
    let vaults = vaults::list(state.app(), &signed.caller).await?;
    let row = |vault: Vault| Row {
        id: vault.id,
        owner: if vault.name == agents::IDENTITY_VAULT {
            "the server".to_owned()
        } else {
            names.of(vault.owner)
        },
        name: vault.name,
        description: vault.description,
        created: Moment::new(vault.created_at, now),
    };
    let shell = Shell::load(state, signed, Section::Vaults).await?;
    page(
        form.status(),
        &ListPage {
            shell,
            vaults: vaults.into_iter().map(row).collect(),
            form,
        },
    )
}

async fn create(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match vaults::create(
        state.app(),
        &signed.caller,
        fields.text("name"),
        fields.text("description"),
    )
    .await
    {
        Ok(vault) => Ok(done(&format!("/vaults/{}", vault.id), Notice::VaultMade)),
        Err(error) => show_list(&state, signed, fields.refused(error)?).await,
    }
}

#[derive(Template)]
#[template(path = "vault_settings.html")]
struct SettingsPage {
    shell: Shell,
    frame: VaultFrame,
    owner: String,
    created: FullMoment,
    /// How many agents and people a policy lets in; absent for those who may not know.
    let_in: Option<usize>,
    /// How many secrets deleting it destroys; absent for those who may not know.
    secrets: Option<i64>,
    delete_action: String,
    form: Form,
}

async fn settings(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<VaultId>,
) -> PageResult {
    show_settings(&state, signed, id, Form::default()).await
}

async fn show_settings(state: &ServerState, signed: Signed, id: VaultId, form: Form) -> PageResult {
    let frame = VaultFrame::load(state, &signed, id, VaultTab::Settings).await?;
    let names = Names::load(state, &signed).await?;
    let let_in = match policies::list(state.app(), &signed.caller, id).await {
        Ok(policies) => {
            let principals = policies.iter().map(|policy| policy.principal);
            Some(principals.collect::<std::collections::BTreeSet<_>>().len())
        }
        Err(error) if *error.kind() == Kind::Forbidden => None,
        Err(error) => return Err(error.into()),
    };
    let secrets = match vaults::count_secrets(state.app(), &signed.caller, id).await {
        Ok(count) => Some(count),
        Err(error) if *error.kind() == Kind::Forbidden => None,
        Err(error) => return Err(error.into()),
    };
    let template = SettingsPage {
        secrets,
        owner: names.of(frame.vault.owner),
        created: FullMoment::new(frame.vault.created_at, state.app().now()),
        frame,
        let_in,
        delete_action: format!("/vaults/{id}/delete"),
        form,
        shell: Shell::load(state, signed, Section::Vaults).await?,
    };
    page(template.form.status(), &template)
}

async fn delete(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let vault = vaults::find(state.app(), &signed.caller, id).await?;
    let deleted = if fields.text("name").trim() == vault.name {
        vaults::delete(state.app(), &signed.caller, id).await
    } else {
        Err(Error::invalid(
            "name",
            "This is not the name of the vault. Nothing was deleted.",
        ))
    };
    match deleted {
        Ok(()) => Ok(done("/vaults", Notice::VaultDeleted)),
        Err(error) => show_settings(&state, signed, id, fields.refused(error)?).await,
    }
}

//! Whose ids are whose: pages show people and agents by name.

use super::refusal::Refusal;
use super::session::Signed;
use crate::ServerState;
use oneclaw_app::{agents, organisations};
use oneclaw_core::caller::Principal;
use oneclaw_core::id::{AgentId, UserId};
use std::collections::HashMap;
use uuid::Uuid;

/// The names in an organisation, as one member sees them.
pub(super) struct Names {
    own: UserId,
    people: HashMap<Uuid, String>,
    agents: HashMap<Uuid, String>,
}

impl Names {
    /// Looks them up.
    pub(super) async fn load(state: &ServerState, signed: &Signed) -> Result<Self, Refusal> {
        let members = organisations::list_members(state.app(), &signed.caller).await?;
        let agents = agents::list(state.app(), &signed.caller).await?;
        let person = |member: organisations::Member| (member.user.as_uuid(), member.email);
        Ok(Self {
            own: signed.profile.id,
            people: members.into_iter().map(person).collect(),
            agents: agents
                .into_iter()
                .map(|agent| (agent.id.as_uuid(), agent.name))
                .collect(),
        })
    }

    /// Everybody, agents first, by name: the value of an option and its text.
    pub(super) fn choices(&self) -> Vec<(String, String)> {
        let named = |(id, name): (&Uuid, &String), principal: fn(Uuid) -> Principal| {
            (principal(*id).to_string(), name.clone())
        };
        let mut agents: Vec<_> = self
            .agents
            .iter()
            .map(|pair| named(pair, |id| AgentId::from_uuid(id).into()))
            .collect();
        let mut people: Vec<_> = self
            .people
            .iter()
            .map(|pair| named(pair, |id| UserId::from_uuid(id).into()))
            .collect();
        agents.sort_by(|one, other| one.1.cmp(&other.1));
        people.sort_by(|one, other| one.1.cmp(&other.1));
        agents.into_iter().chain(people).collect()
    }

    /// The name of a user or agent; of one that is gone, or of another organisation, its id.
    pub(super) fn of(&self, principal: Principal) -> String {
        let (names, kind) = match principal {
            Principal::User(id) if id == self.own => return "you".to_owned(),
            Principal::User(_) => (&self.people, "person"),
            Principal::Agent(_) => (&self.agents, "agent"),
        };
        names
            .get(&principal.uuid())
            .cloned()
            .unwrap_or_else(|| format!("{kind} {}", principal.uuid()))
    }
}

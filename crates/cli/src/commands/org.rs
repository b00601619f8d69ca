//! `1claw org`.

use clap::Subcommand;
use oneclaw_client::org::{InviteMemberRequest, UpdateMemberRoleRequest};
use oneclaw_core::caller::Role;
use oneclaw_core::id::UserId;
use serde_json::json;

use crate::input;
use crate::output::{Column, Failure, Printer};
use crate::remote::{Remote, pick};

const MEMBERS: [Column; 5] = [
    ("ADDRESS", "email"),
    ("ROLE", "role"),
    ("NAME", "display_name"),
    ("ID", "id"),
    ("SINCE", "created_at"),
];

#[derive(Subcommand)]
pub(crate) enum OrgCommand {
    /// List the members
    Members,
    /// Invite somebody by mail
    Invite {
        email: String,
        /// As what: owner, admin or member
        #[arg(long)]
        role: Option<Role>,
    },
    /// List the invitations that wait
    Invitations,
    /// Remove a member
    Remove {
        /// Address or id
        member: String,
    },
    /// Change the role of a member
    Role {
        /// Address or id
        member: String,
        role: Role,
    },
    /// Stop all agents of the organisation at once
    Freeze,
    /// Let the agents work again
    Unfreeze,
}

async fn member_named(named: &str, remote: &Remote) -> Result<UserId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let members = remote.client.list_org_members().await?.members;
    pick(
        "member",
        &named.to_lowercase(),
        members.into_iter().map(|member| (member.id, member.email)),
    )
}

pub(crate) async fn run(
    command: OrgCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        OrgCommand::Members => printer.list(&client.list_org_members().await?, "members", &MEMBERS),
        OrgCommand::Invite { email, role } => {
            let invited = client
                .invite_member(&InviteMemberRequest { email, role })
                .await?;
            printer.done(&invited.message, &invited)
        }
        OrgCommand::Invitations => printer.list(
            &client.list_invitations().await?,
            "invitations",
            &[
                ("ADDRESS", "email"),
                ("ROLE", "role"),
                ("ID", "id"),
                ("EXPIRES", "expires_at"),
            ],
        ),
        OrgCommand::Remove { member } => {
            let id = member_named(&member, remote).await?;
            input::confirm(
                &format!("remove {member:?} from the organisation?"),
                printer,
            )?;
            client.remove_member(id).await?;
            printer.done(
                format_args!("removed {member:?}"),
                &json!({ "removed": id }),
            )
        }
        OrgCommand::Role { member, role } => {
            let id = member_named(&member, remote).await?;
            printer.one(
                &client
                    .update_member_role(id, &UpdateMemberRoleRequest { role })
                    .await?,
                &MEMBERS,
            )
        }
        OrgCommand::Freeze => {
            input::confirm("stop all agents of the organisation at once?", printer)?;
            printer.done("all agents are stopped", &client.freeze_agents().await?)
        }
        OrgCommand::Unfreeze => printer.done(
            "the agents may work again",
            &client.unfreeze_agents().await?,
        ),
    }
}

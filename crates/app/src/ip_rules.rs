//! Rules about the networks an organisation is reached from.
//!
//! They are part of the state of every caller ([`crate::live`]), so they cost no look at the database
//! while that is remembered, and hold from the next request on: each change bumps the organisation's epoch.
//!
//! Invariant: nobody locks themselves out. A change after which its own caller could not come in is refused.

use crate::App;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::{Op, entry};
use oneclaw_core::audit::Details;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{IpRuleId, OrgId, UserId};
use oneclaw_core::model::text::parse_description;
use oneclaw_core::network::{AppliesTo, NetworkRule, NetworkRules, RuleType, parse_range};
use oneclaw_store::ip_rules::IpRuleRow;
use std::str::FromStr as _;

/// Most rules of an organisation; they are looked at on every request.
const MAXIMUM: usize = 256;

/// A rule.
#[derive(Clone, Debug)]
pub struct IpRule {
    /// Its id.
    pub id: IpRuleId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// What it does, where and to whom.
    pub rule: NetworkRule,
    /// Free text, possibly empty.
    pub label: String,
    /// Who wrote it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// What a new rule says.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// `allow`, `deny` or its other name `block`.
    pub rule_type: String,
    /// A network, or one address.
    pub cidr: String,
    /// Free text.
    pub label: String,
    /// `all` when absent.
    pub applies_to: Option<String>,
}

/// Writes a rule.
pub async fn create(app: &App, caller: &Caller, request: CreateRequest) -> Result<IpRule> {
    let user = caller.user()?;
    let rule = parse(&request)?;
    let label = parse_description(&request.label)
        .map_err(|error| Error::invalid("label", error.to_string()))?;
    let caller = caller.clone();
    let done = app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            live.require_admin()?;
            let mut rows = op.tx().list_ip_rules(live.org).await?;
            if rows.len() >= MAXIMUM {
                return Err(Error::conflict(format!(
                    "An organisation has at most {MAXIMUM} IP rules. Use larger networks."
                )));
            }
            let row = IpRuleRow {
                id: op.new_id(),
                org_id: live.org,
                rule_type: rule.rule_type.as_str().to_owned(),
                cidr: rule.network.to_string(),
                label,
                applies_to: rule.applies_to.as_str().to_owned(),
                created_by: user,
                created_at: op.now(),
            };
            op.tx().insert_ip_rule(&row).await?;
            log(op, &caller, &row, "ip_rule.create").await?;
            let made = rule_of(&row)?;
            rows.push(row);
            stay_inside(&caller, &rows)?;
            Ok(made)
        })
    });
    let made = done.await?;
    forget_callers(app);
    Ok(made)
}

/// The rules, oldest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<IpRule>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    view.live.require_admin()?;
    let rows = view.tx.list_ip_rules(caller.org()).await?;
    rows.iter().map(rule_of).collect()
}

/// Removes a rule.
pub async fn delete(app: &App, caller: &Caller, id: IpRuleId) -> Result<()> {
    caller.user()?;
    let caller = caller.clone();
    let done = app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            live.require_admin()?;
            let mut rows = op.tx().list_ip_rules(live.org).await?;
            let missing = || Error::not_found("There is no such IP rule in your organisation.");
            let place = rows.iter().position(|row| row.id == id);
            let row = rows.remove(place.ok_or_else(missing)?);
            if !op.tx().delete_ip_rule(live.org, id).await? {
                return Err(missing());
            }
            log(op, &caller, &row, "ip_rule.delete").await?;
            stay_inside(&caller, &rows)
        })
    });
    done.await?;
    forget_callers(app);
    Ok(())
}

/// Has everybody's state read anew. Commits would find out by the epoch in any case; this way whoever is outside
/// now is told so before anything else about their request.
fn forget_callers(app: &App) {
    app.caches().principals.clear();
}

/// Refuses rules that would turn their own author away.
fn stay_inside(caller: &Caller, rows: &[IpRuleRow]) -> Result<()> {
    if rules_of(rows)?.admits(&caller.principal(), caller.ip()) {
        return Ok(());
    }
    let from = caller.ip().map_or_else(
        || "an unknown address".to_owned(),
        |ip| ip.to_canonical().to_string(),
    );
    Err(Error::conflict(format!(
        "This would lock you out: you are calling from {from}. Allow that address first."
    )))
}

async fn log(op: &mut Op, caller: &Caller, row: &IpRuleRow, action: &'static str) -> Result<()> {
    op.tx().bump_epoch(row.org_id.as_uuid()).await?;
    let details = Details::new()
        .text("rule_type", &row.rule_type)
        .text("cidr", &row.cidr)
        .text("applies_to", &row.applies_to);
    op.log(entry(
        row.org_id,
        caller.actor(),
        caller.ip(),
        action,
        ("ip_rule", row.id.to_string()),
        details,
    ));
    Ok(())
}

fn parse(request: &CreateRequest) -> Result<NetworkRule> {
    // Published documentation calls it `block`.
    let rule_type = match request.rule_type.as_str() {
        "block" => RuleType::Deny,
        other => RuleType::from_str(other)
            .map_err(|_| Error::invalid("rule_type", "The rule type must be allow or deny."))?,
    };
    let applies_to = match request.applies_to.as_deref() {
        None => AppliesTo::All,
        Some(text) => AppliesTo::from_str(text)
            .map_err(|_| Error::invalid("applies_to", "Use all, users or agents."))?,
    };
    let network = parse_range(&request.cidr)
        .map_err(|error| Error::invalid("cidr", error.to_string()))?
        .trunc();
    Ok(NetworkRule {
        rule_type,
        applies_to,
        network,
    })
}

/// The rules as they are enforced. A damaged row is an error, not a rule that is left out.
pub(crate) fn rules_of(rows: &[IpRuleRow]) -> Result<NetworkRules> {
    let rules: Result<_> = rows.iter().map(|row| Ok(rule_of(row)?.rule)).collect();
    rules.map(NetworkRules::new)
}

fn rule_of(row: &IpRuleRow) -> Result<IpRule> {
    Ok(IpRule {
        id: row.id,
        org: row.org_id,
        rule: NetworkRule {
            rule_type: RuleType::from_str(&row.rule_type).map_err(Error::internal)?,
            applies_to: AppliesTo::from_str(&row.applies_to).map_err(Error::internal)?,
            network: parse_range(&row.cidr).map_err(Error::internal)?,
        },
        label: row.label.clone(),
        created_by: row.created_by,
        created_at: row.created_at,
    })
}

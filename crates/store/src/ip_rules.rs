//! Which networks an organisation is reached from.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{IpRuleId, OrgId, UserId};

row! {
    /// A rule.
    pub struct IpRuleRow {
        /// Its id.
        pub id: IpRuleId,
        /// The organisation it belongs to.
        pub org_id: OrgId,
        /// `allow` or `deny`.
        pub rule_type: String,
        /// The network.
        pub cidr: String,
        /// Free text, possibly empty.
        pub label: String,
        /// `all`, `users` or `agents`.
        pub applies_to: String,
        /// Who wrote it.
        pub created_by: UserId,
        /// When.
        pub created_at: Timestamp,
    }
}

const INSERT: &str = "INSERT INTO ip_rules (id, org_id, rule_type, cidr, label, applies_to, created_by, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LIST: &str = "SELECT id, org_id, rule_type, cidr, label, applies_to, created_by, created_at \
    FROM ip_rules WHERE org_id = $1 ORDER BY created_at, id";
const DELETE: &str = "DELETE FROM ip_rules WHERE org_id = $1 AND id = $2";

impl Tx {
    /// Adds a rule.
    pub async fn insert_ip_rule(&mut self, rule: &IpRuleRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            rule.id.as_uuid(),
            rule.org_id.as_uuid(),
            rule.rule_type.as_str(),
            rule.cidr.as_str(),
            rule.label.as_str(),
            rule.applies_to.as_str(),
            rule.created_by.as_uuid(),
            rule.created_at.as_millis(),
        )?;
        Ok(())
    }

    /// The rules of an organisation, oldest first.
    pub async fn list_ip_rules(&mut self, org: OrgId) -> Result<Vec<IpRuleRow>> {
        all!(self, LIST, org.as_uuid())
    }

    /// Removes a rule; false when there is none.
    pub async fn delete_ip_rule(&mut self, org: OrgId, id: IpRuleId) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), id.as_uuid())? == 1)
    }
}

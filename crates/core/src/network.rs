//! Lists of addresses, as used by policy conditions and shares, and the rules of an organisation about where
//! it is reached from.
//!
//! Invariant: an IPv4 caller is the same caller whether its socket reports `192.0.2.1` or the
//! IPv4-mapped `::ffff:192.0.2.1`; both are compared as IPv4.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use crate::caller::Principal;
use crate::words::words;

/// Most entries of one list; a policy is evaluated on every request.
const MAX_ENTRIES: usize = 256;

/// Why a list of addresses is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No entry: it would read as "nobody" in one place and "no restriction" in another.
    #[error("the list of addresses is empty; leave it out to allow any address")]
    Empty,
    /// More than the list may hold.
    #[error("the list holds more than {MAX_ENTRIES} addresses; use ranges such as 10.0.0.0/8")]
    TooMany,
    /// Neither an address nor a range.
    #[error("{0:?} is not an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32")]
    Malformed(String),
}

/// IP addresses and ranges (CIDR); never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressList(Vec<IpNet>);

impl AddressList {
    /// Reads addresses and ranges.
    ///
    /// # Errors
    /// When the list is empty or too long, or an entry is neither an address nor a range.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, AddressError> {
        if entries.is_empty() {
            return Err(AddressError::Empty);
        }
        if entries.len() > MAX_ENTRIES {
            return Err(AddressError::TooMany);
        }
        let parsed: Result<_, _> = entries
            .iter()
            .map(|entry| parse_range(entry.as_ref()))
            .collect();
        parsed.map(Self)
    }

    /// Whether the address is in the list.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }
}

/// Reads an address (as a range of one) or a range.
///
/// # Errors
/// When the text is neither.
pub fn parse_range(text: &str) -> Result<IpNet, AddressError> {
    let malformed = || AddressError::Malformed(text.to_owned());
    let range: IpNet = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => text.parse().map_err(|_| malformed())?,
    };
    // A range of mapped addresses would never match, because callers are compared as IPv4.
    match range {
        IpNet::V6(v6) if v6.network().to_ipv4_mapped().is_some() => Err(malformed()),
        range => Ok(range),
    }
}

words! {
    /// What a rule about a network does.
    pub enum RuleType, "rule type" {
        /// Lets its network in; as soon as there is one, other networks stay outside.
        Allow = "allow",
        /// Keeps its network out, whatever else lets it in.
        Deny = "deny",
    }
}

words! {
    /// Whom a rule about a network concerns.
    pub enum AppliesTo, "audience" {
        /// Everybody.
        All = "all",
        /// People.
        Users = "users",
        /// Agents.
        Agents = "agents",
    }
}

impl AppliesTo {
    const fn concerns(self, principal: &Principal) -> bool {
        match self {
            Self::All => true,
            Self::Users => matches!(principal, Principal::User(_)),
            Self::Agents => matches!(principal, Principal::Agent(_)),
        }
    }
}

/// One rule about a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkRule {
    /// What it does.
    pub rule_type: RuleType,
    /// Whom it concerns.
    pub applies_to: AppliesTo,
    /// The network.
    pub network: IpNet,
}

/// Where an organisation is reached from: any denying rule that matches refuses; where there are allowing
/// ones, one has to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkRules(Vec<NetworkRule>);

impl NetworkRules {
    /// Takes the rules; their order plays no part.
    pub const fn new(rules: Vec<NetworkRule>) -> Self {
        Self(rules)
    }

    /// Whether a caller may come from an address. One whose address is not known matches no rule, so it stays
    /// outside wherever something has to match.
    pub fn admits(&self, principal: &Principal, address: Option<IpAddr>) -> bool {
        let address = address.map(|address| address.to_canonical());
        let matches = |rule: &NetworkRule| address.is_some_and(|ip| rule.network.contains(&ip));
        let (mut is_restricted, mut is_allowed) = (false, false);
        for rule in self
            .0
            .iter()
            .filter(|rule| rule.applies_to.concerns(principal))
        {
            match rule.rule_type {
                RuleType::Deny if matches(rule) => return false,
                RuleType::Deny => {}
                RuleType::Allow => {
                    is_restricted = true;
                    is_allowed |= matches(rule);
                }
            }
        }
        is_allowed || !is_restricted
    }
}

impl fmt::Debug for AddressList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<'de> Deserialize<'de> for AddressList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<String>::deserialize(deserializer)?;
        Self::parse(&entries).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ranges_match() {
        let list = AddressList::parse(&["192.0.2.7", "10.1.2.3/8", "2001:db8::/32"]).unwrap();
        for (address, expected) in [
            ("192.0.2.7", true),
            ("::ffff:192.0.2.7", true),
            ("192.0.2.8", false),
            ("10.255.0.1", true),
            ("::ffff:10.255.0.1", true),
            ("11.0.0.1", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(
                list.contains(address.parse().unwrap()),
                expected,
                "{address}"
            );
        }
        let mapped = AddressList::parse(&["::ffff:192.0.2.7"]).unwrap();
        assert!(mapped.contains("192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn rules_about_networks() {
        use crate::id::{AgentId, UserId};
        let rule = |rule_type, applies_to, network: &str| NetworkRule {
            rule_type,
            applies_to,
            network: parse_range(network).unwrap(),
        };
        let (user, agent) = (Principal::User(UserId::NIL), Principal::Agent(AgentId::NIL));
        let ip = |text: &str| Some(text.parse().unwrap());
        let (allow, deny) = (RuleType::Allow, RuleType::Deny);

        assert!(
            NetworkRules::default().admits(&user, None),
            "no rule, no limit"
        );
        let denied = NetworkRules::new(vec![rule(deny, AppliesTo::All, "10.0.0.0/8")]);
        assert!(!denied.admits(&user, ip("10.1.2.3")));
        assert!(!denied.admits(&agent, ip("::ffff:10.1.2.3")));
        assert!(denied.admits(&user, ip("192.0.2.1")));

        let mixed = NetworkRules::new(vec![
            rule(allow, AppliesTo::Agents, "10.0.0.0/8"),
            rule(deny, AppliesTo::All, "10.9.0.0/16"),
            rule(allow, AppliesTo::Agents, "2001:db8::/32"),
        ]);
        assert!(mixed.admits(&agent, ip("10.1.2.3")));
        assert!(mixed.admits(&agent, ip("2001:db8::7")));
        assert!(!mixed.admits(&agent, ip("10.9.2.3")), "deny beats allow");
        assert!(!mixed.admits(&agent, ip("192.0.2.1")), "none matches");
        assert!(!mixed.admits(&agent, None), "unknown matches nothing");
        assert!(mixed.admits(&user, ip("192.0.2.1")), "not about people");
        assert!(!mixed.admits(&user, ip("10.9.2.3")));
    }

    #[test]
    fn malformed_lists_are_refused() {
        assert_eq!(AddressList::parse::<&str>(&[]), Err(AddressError::Empty));
        assert_eq!(
            AddressList::parse(&vec!["10.0.0.0/8"; 257]),
            Err(AddressError::TooMany)
        );
        for text in [
            "",
            "10.0.0",
            "10.0.0.0/33",
            "example.org",
            "10.0.0.0/8 ",
            "::ffff:10.0.0.0/104",
        ] {
            assert_eq!(
                AddressList::parse(&[text]),
                Err(AddressError::Malformed(text.to_owned())),
                "{text}"
            );
        }
    }
}

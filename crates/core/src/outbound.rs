//! Where the server may connect to when somebody else names the address: webhooks and bindings.
//!
//! A URL that a person or agent chose must not make the server knock at its own doors. The rules
//! are two pure functions: [`Target::parse`] judges the spelling of a URL before anything is
//! resolved, [`TrustedNetworks::check_address`] judges each address that a name resolved to. Whoever connects
//! does it to exactly the addresses that were judged.
//!
//! Invariants:
//! - A host has one spelling. Whatever a URL parser would have to rewrite to understand (decimal,
//!   octal and short addresses, encoded or full-width characters, tabs, backslashes) is refused, so
//!   no two programs can read the same URL differently.
//! - Only addresses that are globally reachable, or in networks the operator named, are connected to.
//!   The metadata services of clouds never are, whatever the operator named.
//! - Without encryption, and to names that only exist inside a network, connections go to named
//!   networks alone.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

#[cfg(test)]
mod tests;

/// Longest URL.
const MAX_LENGTH: usize = 2048;

/// Endings of names that never belong to a host of the public internet (RFC 6761, RFC 6762, RFC 8375,
/// RFC 9476, and what ICANN set aside or routers use).
const PRIVATE_ENDINGS: [&str; 16] = [
    "internal",
    "local",
    "localhost",
    "localdomain",
    "lan",
    "home",
    "corp",
    "intranet",
    "private",
    "mail",
    "arpa",
    "onion",
    "alt",
    "test",
    "example",
    "invalid",
];

/// Where clouds hand credentials to whoever asks from the right machine.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// IPv4 ranges that are not globally reachable (IANA special-purpose registry), and multicast.
const PRIVATE_V4: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Parts of the global unicast range of IPv6 that are not globally reachable, or that stand for an
/// IPv4 address behind a gateway (6to4, Teredo).
const PRIVATE_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Why a URL or an address is not connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Not a URL, or one that different programs read differently.
    #[error(
        "must be an absolute URL in its plain spelling, such as https://hooks.example.com/path"
    )]
    Spelling,
    /// Neither `https` nor `http`.
    #[error("must begin with https://")]
    Scheme,
    /// `http` to where the operator allowed none.
    #[error(
        "must begin with https://; this server may use http:// only for networks that its operator named"
    )]
    Plain,
    /// A name and password in the URL.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("must not contain a fragment (#…)")]
    Fragment,
    /// A port of another protocol.
    #[error("must use port 443 or a port from 1024 on")]
    Port,
    /// A name that exists only inside a network.
    #[error("names a host inside a private network, which this server does not call")]
    PrivateName,
    /// An address that is not on the public internet.
    #[error("leads to a private or reserved network address, which this server does not call")]
    PrivateAddress,
}

/// Networks that the operator of the instance named with their own hand: addresses in them may be called
/// although they are not public, and without encryption.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TrustedNetworks(Vec<IpNet>);

impl TrustedNetworks {
    /// Takes the networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether there is none, which is the default.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the address is in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Judges an address that is about to be connected to.
    ///
    /// # Errors
    /// [`Refusal::PrivateAddress`] unless it is public or in one of these networks; when `reach` is limited to
    /// them, unless it is in one.
    pub fn check_address(&self, reach: Reach, address: IpAddr) -> Result<(), Refusal> {
        let address = address.to_canonical();
        let inner = embedded_v4(address);
        if METADATA.contains(&address) || inner.is_some_and(|inner| METADATA.contains(&inner)) {
            return Err(Refusal::PrivateAddress);
        }
        let is_allowed = self.contains(address) || (reach == Reach::Public && is_public(address));
        is_allowed.then_some(()).ok_or(Refusal::PrivateAddress)
    }
}

impl fmt::Debug for TrustedNetworks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// Which addresses a target may resolve to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Public ones, and those in trusted networks.
    Public,
    /// Those in trusted networks alone: the connection is not encrypted, or the name means something
    /// inside a network only.
    TrustedOnly,
}

/// A URL that may be connected to, as far as its spelling tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    reach: Reach,
}

impl Target {
    /// Judges a URL. Nothing is resolved; a host that is an address is judged as one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, trusted: &TrustedNetworks) -> Result<Self, Refusal> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#"\"<>^`{|}"#.contains(&byte);
        if text.len() > MAX_LENGTH || !text.bytes().all(is_plain) {
            return Err(Refusal::Spelling);
        }
        let (scheme, rest) = text.split_once("://").ok_or(Refusal::Spelling)?;
        let is_encrypted = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(Refusal::Scheme),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(Refusal::UserInfo);
        }
        let url = Url::parse(text).map_err(|_| Refusal::Spelling)?;
        if url.fragment().is_some() {
            return Err(Refusal::Fragment);
        }
        if !is_canonical(authority, &url) {
            return Err(Refusal::Spelling);
        }
        if !is_encrypted && trusted.is_empty() {
            return Err(Refusal::Plain);
        }
        let target = Self::with_reach(url, is_encrypted, trusted)?;
        // What is inside may use any port; outside, those of other protocols stay closed.
        let port = target.url.port_or_known_default().unwrap_or_default();
        let is_usual = port == 443 || port >= 1024 || target.reach == Reach::TrustedOnly;
        if port == 0 || !is_usual {
            return Err(Refusal::Port);
        }
        Ok(target)
    }

    fn with_reach(
        url: Url,
        is_encrypted: bool,
        trusted: &TrustedNetworks,
    ) -> Result<Self, Refusal> {
        let mut reach = if is_encrypted {
            Reach::Public
        } else {
            Reach::TrustedOnly
        };
        match url.host() {
            Some(Host::Ipv4(address)) => trusted.check_address(reach, address.into())?,
            Some(Host::Ipv6(address)) => trusted.check_address(reach, address.into())?,
            Some(Host::Domain(name)) if is_private_name(name) => {
                if trusted.is_empty() {
                    return Err(Refusal::PrivateName);
                }
                reach = Reach::TrustedOnly;
            }
            Some(Host::Domain(_)) => {}
            None => return Err(Refusal::Spelling),
        }
        Ok(Self { url, reach })
    }

    /// The URL.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Which addresses it may resolve to.
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// The host as written: a name in lower case, or an address.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

/// Whether the authority was written as the parser writes it, letter case and a default port aside.
fn is_canonical(authority: &str, url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let authority = authority.to_ascii_lowercase();
    let Some(port) = authority.strip_prefix(host) else {
        return false;
    };
    let port_is_plain = match (port.strip_prefix(':'), url.port_or_known_default()) {
        (None, _) => port.is_empty(),
        (Some(digits), Some(number)) => digits == number.to_string(),
        (Some(_), None) => false,
    };
    port_is_plain && (host.starts_with('[') || is_plain_name(host))
}

/// An IPv4 address, or a host name of letters, digits and inner hyphens (RFC 1123). No empty label, so
/// no trailing dot.
fn is_plain_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
}

fn is_private_name(name: &str) -> bool {
    let Some((rest, ending)) = name.rsplit_once('.') else {
        return true;
    };
    PRIVATE_ENDINGS.contains(&ending) || rest.is_empty()
}

/// Whether an address is globally reachable. Closed by default for IPv6: only global unicast is.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !PRIVATE_V4
            .iter()
            .any(|(network, length)| shares_v4_prefix(address, *network, *length)),
        IpAddr::V6(address) => {
            let global = Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0);
            shares_v6_prefix(address, global, 3)
                && !PRIVATE_V6
                    .iter()
                    .any(|(network, length)| shares_v6_prefix(address, *network, *length))
        }
    }
}

fn shares_v4_prefix(address: Ipv4Addr, network: Ipv4Addr, length: u32) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
}

fn shares_v6_prefix(address: Ipv6Addr, network: Ipv6Addr, length: u32) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
}

/// The IPv4 address that a gateway would turn an IPv6 address into: NAT64 (RFC 6052, RFC 8215), 6to4
/// and the old IPv4-compatible form.
fn embedded_v4(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let [first, second, third, fourth, fifth, sixth, seventh, eighth] = address.segments();
    let join = |high: u16, low: u16| {
        IpAddr::V4(Ipv4Addr::from_bits(
            (u32::from(high) << 16) | u32::from(low),
        ))
    };
    match (first, second) {
        (0x64, 0xff9b) => Some(join(seventh, eighth)),
        (0x2002, _) => Some(join(second, third)),
        (0, 0) if [third, fourth, fifth, sixth] == [0; 4] => Some(join(seventh, eighth)),
        _ => None,
    }
}

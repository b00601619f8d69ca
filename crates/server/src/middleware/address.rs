//! Which address a request comes from.
//!
//! Invariant: a forwarding header counts only when the socket's other end is a declared proxy, and in it only the
//! part that declared proxies wrote: the right-most address that is not one of theirs.

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The header in which the declared proxies report the client's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, by far the commonest.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The client's address, given the socket's other end.
pub(crate) fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[IpNet],
    header: ForwardedHeader,
) -> IpAddr {
    let peer = peer.to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(&address));
    if !is_trusted(peer) {
        return peer;
    }
    let name = match header {
        ForwardedHeader::XForwardedFor => X_FORWARDED_FOR,
        ForwardedHeader::Forwarded => FORWARDED,
    };
    let mut client = peer;
    // Each proxy appends what it saw, so the last entry of the last header is the nearest to us.
    let values = headers.get_all(name).iter().rev();
    for entry in values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(',')) {
        let address = match header {
            ForwardedHeader::XForwardedFor => parse_node(entry.trim()),
            ForwardedHeader::Forwarded => parse_forwarded(entry),
        };
        // Whoever wrote something unreadable is the last one we know.
        let Some(address) = address else { break };
        client = address;
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// The `for` of one element of `Forwarded`.
fn parse_forwarded(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| parse_node(value.trim().trim_matches('"')))?
    })
}

/// An address with or without a port, IPv6 with or without brackets.
fn parse_node(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn address(peer: &str, lines: &[(&'static str, &str)], header: ForwardedHeader) -> String {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|range| range.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        client_address(peer.parse().unwrap(), &headers, &trusted, header).to_string()
    }

    #[test]
    fn nobody_but_a_declared_proxy_is_believed() {
        let shapes = [
            "1.2.3.4",
            "10.0.0.1",
            "127.0.0.1",
            "::1",
            "1.2.3.4, 10.0.0.1",
            "unknown",
            "",
            ",",
            ", ,",
            "1.2.3.4:80",
            "[::1]:80",
            "\"1.2.3.4\"",
            "for=1.2.3.4",
            "for=\"[2001:db8::1]:80\"",
            "localhost",
            "0",
            "0x7f000001",
            "1.2.3.4\t",
            " 1.2.3.4",
            "1.2.3.4;10.0.0.1",
        ];
        for name in [
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "x-client-ip",
        ] {
            for shape in shapes {
                for header in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
                    assert_eq!(
                        address("192.0.2.9", &[(name, shape)], header),
                        "192.0.2.9",
                        "{name}: {shape}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_is_the_client() {
        let x = ForwardedHeader::XForwardedFor;
        for (lines, expected) in [
            (vec![], "10.0.0.1"),
            (vec!["192.0.2.7"], "192.0.2.7"),
            (vec!["6.6.6.6, 192.0.2.7"], "192.0.2.7"),
            (vec!["6.6.6.6, 192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            (vec!["6.6.6.6", "192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            (vec!["6.6.6.6, 192.0.2.7", "10.0.0.2"], "192.0.2.7"),
            (vec!["192.0.2.7:4711"], "192.0.2.7"),
            (vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            (vec!["2001:db8::1"], "2001:db8::1"),
            (vec!["::ffff:192.0.2.7"], "192.0.2.7"),
            (vec!["6.6.6.6, garbage"], "10.0.0.1"),
            (vec!["6.6.6.6, garbage, 10.0.0.2"], "10.0.0.2"),
            (vec!["6.6.6.6, "], "10.0.0.1"),
            (vec!["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            let lines: Vec<_> = lines
                .into_iter()
                .map(|line| ("x-forwarded-for", line))
                .collect();
            assert_eq!(address("10.0.0.1", &lines, x), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_standard_header_works_alike() {
        let forwarded = ForwardedHeader::Forwarded;
        for (line, expected) in [
            ("for=192.0.2.7", "192.0.2.7"),
            ("For=\"192.0.2.7:47\";proto=https;by=10.0.0.1", "192.0.2.7"),
            (
                "for=6.6.6.6, proto=https; for=\"[2001:db8::1]\"",
                "2001:db8::1",
            ),
            ("for=6.6.6.6, for=_hidden", "10.0.0.1"),
            ("for=6.6.6.6, proto=https", "10.0.0.1"),
        ] {
            assert_eq!(
                address("10.0.0.1", &[("forwarded", line)], forwarded),
                expected,
                "{line}"
            );
        }
    }

    #[test]
    fn only_the_chosen_header_is_read() {
        let lines = [
            ("x-forwarded-for", "192.0.2.7"),
            ("forwarded", "for=6.6.6.6"),
        ];
        assert_eq!(
            address("10.0.0.1", &lines, ForwardedHeader::XForwardedFor),
            "192.0.2.7"
        );
        assert_eq!(
            address("10.0.0.1", &lines, ForwardedHeader::Forwarded),
            "6.6.6.6"
        );
        assert_eq!(
            address("::ffff:10.0.0.1", &lines, ForwardedHeader::XForwardedFor),
            "192.0.2.7",
            "a mapped peer is the same peer"
        );
    }
}

//! Hostile spellings, by the table and by chance.

use super::*;
use proptest::prelude::*;

fn none() -> TrustedNetworks {
    TrustedNetworks::default()
}

fn trusting(networks: &[&str]) -> TrustedNetworks {
    TrustedNetworks::new(
        networks
            .iter()
            .map(|network| network.parse().unwrap())
            .collect(),
    )
}

/// Every line must be refused by an instance whose operator named no network.
const HOSTILE: &[&str] = &[
    // Addresses of the machine itself and of its networks.
    "https://127.0.0.1/",
    "https://127.1.2.3/",
    "https://127.255.255.254:8443/",
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://100.64.0.1/",
    "https://100.127.255.254/",
    "https://100.100.100.200/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "https://169.254.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.1/",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://192.168.0.1/",
    "https://192.168.255.255/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://198.51.100.7/",
    "https://203.0.113.7/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    // The same in other spellings, which programs read differently.
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7F.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.0.0.1./",
    "https://127.000.000.001/",
    "https://0/",
    "https://0x0/",
    "https://1.1/",
    "https://3232235521/",
    "https://%31%32%37.0.0.1/",
    "https://127%2e0%2e0%2e1/",
    "https://127。0。0。1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127.0.0.1/",
    // IPv6, and IPv4 inside it.
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001:0:53aa:64c:0:0:0:1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456:789a::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[100::1]/",
    "https://[5f00::1]/",
    // Names that mean something inside only.
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://foo.localhost/",
    "https://metadata.google.internal/",
    "https://metadata/",
    "https://vault/",
    "https://printer.local/",
    "https://router.lan/",
    "https://nas.home/",
    "https://git.corp/",
    "https://wiki.intranet/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://nas.home.arpa/",
    "https://localhost.localdomain/",
    "https://abcdef.onion/",
    "https://a.internal./",
    // Who is the host?
    "https://user@hooks.example.com/",
    "https://user:password@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://@hooks.example.com/",
    "https://127.0.0.1#@hooks.example.com/",
    "https://hooks.example.com#@127.0.0.1/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https:\\\\127.0.0.1\\",
    "https://127.0.0.1\\.hooks.example.com/",
    "https://hooks.example.com\t@127.0.0.1/",
    "https://hooks.example.com\n.evil.example/",
    "https://hooks.exa\tmple.com/",
    "https:// hooks.example.com/",
    " https://hooks.example.com/",
    "https://hooks.example.com /",
    "https://hooks.example.com\0.evil.com/",
    "https://hooks..example.com/",
    "https://.example.com/",
    "https://hooks.example.com./",
    "https://-hooks.example.com/",
    "https://ho_oks.example.com/",
    "https://hoöks.example.com/",
    "https://hooks.example.com%00/",
    "https://hooks.example.com%2f@127.0.0.1/",
    "https:///hooks.example.com/",
    "https:/hooks.example.com/",
    "https:hooks.example.com/",
    "//hooks.example.com/",
    "hooks.example.com",
    "",
    "https://",
    "https:///",
    "https://?",
    // Other protocols and ports.
    "http://hooks.example.com/",
    "HTTPS://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/",
    "ldap://127.0.0.1/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "javascript://hooks.example.com/%0aalert(1)",
    "data:text/plain,hello",
    "jar:https://hooks.example.com/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:25/",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:0443/",
    "https://hooks.example.com:/",
    "https://hooks.example.com:65536/",
    "https://hooks.example.com:-1/",
    "https://hooks.example.com:443:443/",
];

#[test]
fn hostile_spellings_are_refused() {
    assert!(HOSTILE.len() > 130, "{}", HOSTILE.len());
    for text in HOSTILE {
        let verdict = Target::parse(text, &none());
        assert!(verdict.is_err(), "{text:?}: {verdict:?}");
    }
}

#[test]
fn ordinary_urls_are_taken() {
    for (text, host) in [
        ("https://hooks.example.com/", "hooks.example.com"),
        ("https://hooks.example.com", "hooks.example.com"),
        ("https://Hooks.Example.com/a?b=c&d=%20", "hooks.example.com"),
        ("https://hooks.example.com:443/", "hooks.example.com"),
        ("https://hooks.example.com:8443/x", "hooks.example.com"),
        (
            "https://xn--hks-sna.example.com/",
            "xn--hks-sna.example.com",
        ),
        ("https://1.1.1.1/", "1.1.1.1"),
        ("https://100.63.255.255/", "100.63.255.255"),
        ("https://172.32.0.1/", "172.32.0.1"),
        ("https://223.255.255.255/", "223.255.255.255"),
        ("https://[2606:4700:4700::1111]/", "[2606:4700:4700::1111]"),
    ] {
        let target = Target::parse(text, &none()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((target.host(), target.reach()), (host, Reach::Public));
    }
}

#[test]
fn named_networks_open_themselves_and_nothing_else() {
    let trusted = trusting(&["127.0.0.0/8", "fd00::/8", "169.254.0.0/16"]);
    for text in [
        "http://127.0.0.1:8080/",
        "https://127.0.0.1/",
        "http://[fd00::1]:22/",
        "http://localhost:3000/",
        "https://api.internal/",
        "http://hooks.example.com/",
    ] {
        assert!(Target::parse(text, &trusted).is_ok(), "{text}");
    }
    for text in [
        "http://1.1.1.1/",
        "https://10.0.0.1/",
        "http://2130706433/",
        "https://169.254.169.254/",
        "https://[fd00:ec2::254]/",
        "https://user@127.0.0.1/",
        "https://127.0.0.1:0/",
    ] {
        assert!(Target::parse(text, &trusted).is_err(), "{text}");
    }
    // A name inside, or without encryption, may lead inside only.
    let inside = Target::parse("http://hooks.example.com/", &trusted).unwrap();
    let check = |address: &str| trusted.check_address(inside.reach(), address.parse().unwrap());
    assert_eq!(check("127.0.0.1"), Ok(()));
    assert_eq!(check("::ffff:127.0.0.1"), Ok(()));
    assert_eq!(check("1.1.1.1"), Err(Refusal::PrivateAddress));
    assert_eq!(check("169.254.169.254"), Err(Refusal::PrivateAddress));
    assert_eq!(check("64:ff9b::a9fe:a9fe"), Err(Refusal::PrivateAddress));
}

#[test]
fn a_name_that_leads_inside_is_found_out_at_its_address() {
    let target = Target::parse("https://rebind.example.com/", &none()).unwrap();
    for address in [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "::ffff:10.1.2.3",
        "64:ff9b::a01:203",
        "2002:a01:203::1",
        "::a01:203",
        "fe80::1",
        "ff02::1",
    ] {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(
            none().check_address(target.reach(), address),
            Err(Refusal::PrivateAddress),
            "{address}"
        );
    }
    assert_eq!(
        none().check_address(target.reach(), "93.184.215.14".parse().unwrap()),
        Ok(())
    );
}

proptest! {
    /// Whatever is accepted leads, by the standard library's reading of the host, to a public address or to
    /// a name that has to be resolved and judged.
    #[test]
    fn nothing_accepted_is_an_address_inside(text in hostile_urls()) {
        if let Ok(target) = Target::parse(&text, &none()) {
            prop_assert_eq!(target.url().scheme(), "https");
            prop_assert!(target.url().username().is_empty() && target.url().password().is_none());
            let host = target.host().trim_matches(['[', ']']).to_owned();
            if let Ok(address) = host.parse::<IpAddr>() {
                prop_assert!(is_public(address), "{text}");
            } else {
                prop_assert!(host.contains('.') && !host.ends_with('.'), "{text}");
                prop_assert!(text.to_ascii_lowercase().starts_with(&format!("https://{host}")), "{text}");
            }
        }
    }

    /// IPv4 inside IPv6 is judged as what it stands for, or refused.
    #[test]
    fn mapped_addresses_are_no_way_around(bits in any::<u32>()) {
        let plain = IpAddr::V4(Ipv4Addr::from_bits(bits));
        let mapped = IpAddr::V6(Ipv4Addr::from_bits(bits).to_ipv6_mapped());
        prop_assert_eq!(is_public(plain), is_public(mapped));
        let [a, b, c, d] = Ipv4Addr::from_bits(bits).octets();
        let pair = |x: u8, y: u8| u16::from_be_bytes([x, y]);
        for behind in [
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, pair(a, b), pair(c, d)),
            Ipv6Addr::new(0x2002, pair(a, b), pair(c, d), 0, 0, 0, 0, 1),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, pair(a, b), pair(c, d)),
        ] {
            prop_assert!(!is_public(behind.into()));
        }
    }

    /// The library's own judgement of IPv4 never calls something private that we call public.
    #[test]
    fn public_is_what_the_standard_library_does_not_call_special(bits in any::<u32>()) {
        let address = Ipv4Addr::from_bits(bits);
        if is_public(address.into()) {
            prop_assert!(!address.is_private() && !address.is_loopback() && !address.is_link_local());
            prop_assert!(!address.is_multicast() && !address.is_broadcast() && !address.is_documentation());
            prop_assert!(!address.is_unspecified());
        }
    }
}

/// URLs made of the pieces that attacks are made of.
fn hostile_urls() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("127.0.0.1".to_owned()),
        Just("localhost".to_owned()),
        Just("hooks.example.com".to_owned()),
        Just("@".to_owned()),
        Just("#".to_owned()),
        Just("\\".to_owned()),
        Just("/".to_owned()),
        Just("?".to_owned()),
        Just(":".to_owned()),
        Just(".".to_owned()),
        Just("%2e".to_owned()),
        Just("[::1]".to_owned()),
        Just("0x7f".to_owned()),
        Just("\t".to_owned()),
        any::<u32>().prop_map(|bits| bits.to_string()),
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).to_string()),
        any::<u128>().prop_map(|bits| format!("[{}]", Ipv6Addr::from_bits(bits))),
        "[a-z0-9.:@%-]{1,12}",
        ".{1,3}",
    ];
    proptest::collection::vec(piece, 1..5)
        .prop_map(|pieces| format!("https://{}/", pieces.concat()))
}

//! Which headers a caller may set.

/// Headers that are not the caller's to set, in lower case.
const REFUSED: [&str; 30] = [
    // The credential's, and those of other credentials.
    "authorization",
    "proxy-authorization",
    "cookie",
    // What the connection is made of.
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "proxy-connection",
    "http2-settings",
    // Answers in which a credential could not be found.
    "accept-encoding",
    "accept-charset",
    "range",
    "if-range",
    "content-encoding",
    "a-im",
    // Another method, path, host or sender than the one that was judged.
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-method",
    "x-original-url",
    "x-rewrite-url",
    "x-original-host",
    "x-real-ip",
    "forwarded",
    "via",
];

/// Checks a header of a caller; the error is a sentence.
pub(super) fn check_header(name: &str, value: &str) -> Result<(), String> {
    if !is_name(name) {
        return Err("A header's name has letters, digits and hyphens.".to_owned());
    }
    if is_of_transport(name) {
        return Err(format!("The header {name} cannot be set."));
    }
    let is_plain = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    if value.len() > 4096 || !value.bytes().all(is_plain) {
        return Err(format!("The value of {name} must be printable ASCII."));
    }
    Ok(())
}

/// Letters, digits and hyphens: servers that put headers into variables read `_` as a hyphen, so a name with
/// one could be another header.
pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether the header is one that decides more than it says.
pub(super) fn is_of_transport(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    REFUSED.contains(&name.as_str())
        || name.starts_with("x-forwarded")
        || name.starts_with("proxy-")
}

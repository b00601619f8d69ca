//! The stylesheet, the mark and the scripts, compiled into the binary.
//!
//! Invariants:
//! - A URL names one content for ever, because it carries the hash of the content. So browsers may
//!   keep it for good, and a new binary is never shown with an old stylesheet.
//! - Scripts only add comfort to forms and links that work without them, and none of them evaluates
//!   text as code. The one file of others is pinned by its hash (see the test).

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The one stylesheet.
pub(crate) const STYLE: Asset = Asset::new(
    "app",
    "css",
    "text/css; charset=utf-8",
    concat!(
        include_str!("../../static/css/tokens.css"),
        include_str!("../../static/css/elements.css"),
        include_str!("../../static/css/frame.css"),
        include_str!("../../static/css/task.css"),
        include_str!("../../static/css/blocks.css"),
        include_str!("../../static/css/tables.css"),
        include_str!("../../static/css/forms.css"),
        include_str!("../../static/css/widgets.css"),
    )
    .as_bytes(),
);
/// The logo, also the icon of the tab.
pub(crate) const MARK: Asset = Asset::new(
    "mark",
    "svg",
    "image/svg+xml",
    include_bytes!("../../static/mark.svg"),
);
/// Light or dark, before anything is painted.
pub(crate) const THEME: Asset = Asset::new(
    "theme",
    "js",
    SCRIPT,
    include_bytes!("../../static/js/theme.js"),
);
/// Copying with a button.
pub(crate) const COPY: Asset = Asset::new(
    "copy",
    "js",
    SCRIPT,
    include_bytes!("../../static/js/copy.js"),
);
/// Values that hide themselves again.
pub(crate) const REVEAL: Asset = Asset::new(
    "reveal",
    "js",
    SCRIPT,
    include_bytes!("../../static/js/reveal.js"),
);
/// Asking before what cannot be undone.
pub(crate) const CONFIRM: Asset = Asset::new(
    "confirm",
    "js",
    SCRIPT,
    include_bytes!("../../static/js/confirm.js"),
);
/// The keyboard: palette, shortcuts, help.
pub(crate) const KEYS: Asset = Asset::new(
    "keys",
    "js",
    SCRIPT,
    include_bytes!("../../static/js/keys.js"),
);
/// Making and using passkeys.
pub(crate) const PASSKEY: Asset = Asset::new(
    "passkey",
    "js",
    SCRIPT,
    include_bytes!("../../static/js/passkey.js"),
);
/// Replaces parts of a page with what the server says about a form.
pub(crate) const HTMX: Asset = Asset::new(
    "htmx",
    "js",
    SCRIPT,
    include_bytes!("../../static/vendor/htmx-2.0.11.min.js"),
);

const ALL: [&Asset; 9] = [
    &STYLE, &MARK, &THEME, &COPY, &REVEAL, &CONFIRM, &KEYS, &PASSKEY, &HTMX,
];

/// A file that pages refer to.
pub(crate) struct Asset {
    name: &'static str,
    extension: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    hash: u64,
}

impl Asset {
    const fn new(
        name: &'static str,
        extension: &'static str,
        media_type: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        Self {
            name,
            extension,
            media_type,
            bytes,
            hash: fnv1a(bytes),
        }
    }

    /// The name of the file, with its content's hash.
    fn file(&self) -> String {
        format!("{}-{:016x}.{}", self.name, self.hash, self.extension)
    }

    /// Where it is served.
    pub(crate) fn url(&self) -> String {
        format!("/static/{}", self.file())
    }
}

/// FNV-1a, 64 bits: tells builds apart, at compile time. Nothing rests on it being hard to collide.
const fn fnv1a(mut bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    while let [first, rest @ ..] = bytes {
        hash = (hash ^ *first as u64).wrapping_mul(0x0000_0100_0000_01b3);
        bytes = rest;
    }
    hash
}

/// `GET /static/{file}`
pub(super) async fn serve(Path(file): Path<String>) -> Response {
    let Some(asset) = ALL.into_iter().find(|asset| asset.file() == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, asset.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest as _, Sha256};

    /// htmx.org 2.0.11 as published, `dist/htmx.min.js`.
    const HTMX_SHA256: &str = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717";

    #[test]
    fn the_file_of_others_is_the_one_we_read() {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(HTMX.bytes));
        assert_eq!(digest, HTMX_SHA256);
    }

    #[test]
    fn our_scripts_make_no_code_of_text_and_load_nothing() {
        let forbidden = [
            "eval(",
            "Function(",
            "innerHTML",
            "insertAdjacentHTML",
            "document.write",
            "import",
            "http://",
            "https://",
            "sessionStorage",
        ];
        for asset in [&THEME, &COPY, &REVEAL, &CONFIRM, &KEYS] {
            let text = str::from_utf8(asset.bytes).unwrap();
            for word in forbidden {
                assert!(!text.contains(word), "{word} in {}", asset.name);
            }
        }
    }
}

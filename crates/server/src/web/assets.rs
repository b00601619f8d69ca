//! The stylesheet and the mark, compiled into the binary.
//!
//! Invariant: a URL names one content for ever, because it carries the hash of the content. So
//! browsers may keep it for good, and a new binary is never shown with an old stylesheet.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

/// The one stylesheet.
pub(crate) const STYLE: Asset = Asset::new(
    "app",
    "css",
    "text/css; charset=utf-8",
    include_bytes!("../../static/app.css"),
);
/// The logo, also the icon of the tab.
pub(crate) const MARK: Asset = Asset::new(
    "mark",
    "svg",
    "image/svg+xml",
    include_bytes!("../../static/mark.svg"),
);

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
    let Some(asset) = [STYLE, MARK].into_iter().find(|asset| asset.file() == file) else {
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

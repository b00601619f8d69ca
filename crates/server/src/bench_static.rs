//! The bare server that the benchmark compares the vault with: the same framework, one constant answer, nothing else.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::serve::ListenerExt as _;
use std::io;
use tokio::net::TcpListener;

/// About as long as the answer to reading a secret.
const BODY: &str = r#"{"id":"018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d","path":"bench/s0","type":"generic","value":"sk-bench-0123456789abcdef0123456789abcdef","version":1,"metadata":{},"created_by":"user:018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d","created_at":"2027-01-01T00:00:00.000Z","status":"healthy","padding":"0123456789"}"#;

/// Answers every request with a constant, as fast as the framework can.
///
/// # Errors
/// When the listener is of no use any more.
pub async fn bench_static(listener: TcpListener) -> io::Result<()> {
    let router = Router::new().fallback(|| async { ([(CONTENT_TYPE, "application/json")], BODY) });
    // Small answers wait for nothing, as in the server that this one is compared with.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    axum::serve(listener, router).await
}

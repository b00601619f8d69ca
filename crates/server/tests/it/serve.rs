//! The server on a real socket.

use oneclaw_server::serve;
use oneclaw_server::test_app::TestApp;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

async fn run(app: &TestApp) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(serve(listener, app.router(), async {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop,
        server,
    }
}

async fn connect(address: SocketAddr, text: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text).await.unwrap();
    stream
}

/// Reads until the server closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A server that refuses a body may reset the connection, after its answer.
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn requests_are_answered_and_connections_kept() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    let twice = b"GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\nGET /v1/vaults HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let text = rest(connect(running.address, twice).await).await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.contains("HTTP/1.1 401 Unauthorized\r\n"), "{text}");
}

#[tokio::test]
async fn slow_heads_are_cut_off() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    // From here on time passes only while everybody waits.
    tokio::time::pause();
    let began = Instant::now();
    let text = rest(connect(running.address, b"GET /v1/health HTTP/1.1\r\nhost:").await).await;
    assert!(!text.contains("200 OK"), "{text}");
    assert!(
        began.elapsed() >= Duration::from_secs(10) && began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn slow_bodies_are_refused() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    // From here on time passes only while everybody waits.
    tokio::time::pause();
    let began = Instant::now();
    let head =
        b"POST /v1/agents/enroll HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"name\":";
    let text = rest(connect(running.address, head).await).await;
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert!(text.contains("application/problem+json"), "{text}");
    assert!(
        began.elapsed() >= Duration::from_secs(30) && began.elapsed() < Duration::from_secs(40),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn announced_bodies_are_refused_unread() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    let head = b"POST /v1/agents/enroll HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n";
    let text = rest(connect(running.address, head).await).await;
    assert!(text.starts_with("HTTP/1.1 413 "), "{text}");
}

#[tokio::test]
async fn endless_bodies_are_refused() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    let mut stream = connect(
        running.address,
        b"POST /v1/agents/enroll HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
    )
    .await;
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    for _ in 0..16 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let text = rest(stream).await;
    assert!(
        text.is_empty() || text.starts_with("HTTP/1.1 413 "),
        "{text}"
    );
    // Nobody else noticed.
    let text = rest(
        connect(
            running.address,
            b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        )
        .await,
    )
    .await;
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

#[tokio::test]
async fn malformed_requests_get_an_answer_or_none_but_harm_nobody() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    let huge_path = format!("GET /v1/{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(70_000));
    let many_headers = format!("GET /v1/health HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(1000));
    let shapes: [&[u8]; 8] = [
        b"\r\n\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/health HTTP/9.9\r\nhost: x\r\n\r\n",
        b"POST /v1/agents/enroll HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}",
        b"POST /v1/agents/enroll HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\nconnection: close\r\n\r\nzz\r\n",
        huge_path.as_bytes(),
        many_headers.as_bytes(),
    ];
    for shape in shapes {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        let _ = stream.write_all(shape).await;
        let _ = stream.shutdown().await;
        let text = rest(stream).await;
        let harmless =
            text.is_empty() || text.starts_with("HTTP/1.1 4") || text.starts_with("HTTP/1.0 4");
        assert!(
            harmless,
            "{}: {text}",
            String::from_utf8_lossy(&shape[..shape.len().min(60)])
        );
    }
    let text = rest(
        connect(
            running.address,
            b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        )
        .await,
    )
    .await;
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

#[tokio::test]
async fn stopping_answers_what_is_under_way() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    let idle = TcpStream::connect(running.address).await.unwrap();
    let mut busy = connect(
        running.address,
        b"POST /v1/agents/enroll HTTP/1.1\r\nhost: x\r\ncontent-length: 14\r\n\r\n{\"name\"",
    )
    .await;
    // The answer to another request shows that the server has taken both connections.
    let text = rest(
        connect(
            running.address,
            b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        )
        .await,
    )
    .await;
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
    running.stop.send(()).unwrap();
    assert_eq!(rest(idle).await, "");
    busy.write_all(b":\"bot\"}").await.unwrap();
    assert!(rest(busy).await.starts_with("HTTP/1.1 201 "));
    running.server.await.unwrap().unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

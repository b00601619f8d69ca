//! The way out, against real sockets on this machine.

use super::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn loopback() -> TrustedNetworks {
    TrustedNetworks::new(vec!["127.0.0.0/8".parse().unwrap()])
}

/// Answers every connection with the same bytes, and counts them.
struct Sink {
    port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    async fn start(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (counted, noted, answer) = (
            Arc::clone(&connections),
            Arc::clone(&requests),
            answer.into(),
        );
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut buffer = vec![0; 16 * 1024];
                let read = socket.read(&mut buffer).await.unwrap_or(0);
                let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                noted.lock().unwrap().push(text);
                let _ = socket.write_all(&answer).await;
            }
        });
        Self {
            port,
            connections,
            requests,
        }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/", self.port)
    }
}

/// Answers in turn, whatever the name.
struct Scripted {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        Arc::new(Self {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Lookup for Scripted {
    fn lookup(&self, _name: String) -> LookupFuture {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[number % self.answers.len()].clone();
        Box::pin(async move {
            Ok(answer
                .into_iter()
                .map(|ip| SocketAddr::new(ip.parse().unwrap(), 0))
                .collect())
        })
    }
}

fn get(outbound: &Outbound, url: &str) -> Request {
    Request {
        method: reqwest::Method::GET,
        target: outbound.target(url).unwrap(),
        headers: HeaderMap::new(),
        body: Vec::new(),
        timeout: Duration::from_secs(5),
        maximum_answer: 1000,
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

#[tokio::test]
async fn a_trusted_network_is_reached_and_an_answer_comes_back() {
    let sink = Sink::start(OK).await;
    let outbound = Outbound::new(loopback());
    let answer = outbound
        .send(get(&outbound, &sink.url("127.0.0.1")))
        .await
        .unwrap();
    assert_eq!((answer.status, answer.body.expose()), (200, &b"hi"[..]));
    let request = sink.requests.lock().unwrap().pop().unwrap().to_lowercase();
    assert!(request.contains("user-agent: 1claw/"), "{request}");
    assert!(!request.contains("cookie") && !request.contains("accept-encoding"));
}

/// The URL names a public host, whose name leads inside when it is connected to: a sink that counts sees no
/// connection, in a thousand tries.
#[tokio::test]
async fn a_name_that_leads_inside_reaches_nothing() {
    let sink = Sink::start(OK).await;
    let lookup = Scripted::new(&[
        &["127.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["93.184.215.14", "127.0.0.1"],
        &["169.254.169.254"],
        &["::1"],
        &["10.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["0.0.0.0"],
    ]);
    let outbound = Outbound::with_lookup(TrustedNetworks::default(), lookup.clone());
    let url = format!("https://rebind.example.com:{}/", sink.port);
    for _ in 0..1000 {
        let error = outbound.send(get(&outbound, &url)).await.err();
        assert_eq!(error, Some(SendError::Refused(Refusal::PrivateAddress)));
    }
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 1000, "each time anew");
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn without_encryption_only_trusted_networks_are_reached() {
    let sink = Sink::start(OK).await;
    // 127.0.0.1 is trusted, so http is possible; the name leads to a public address all the same.
    let lookup = Scripted::new(&[&["93.184.215.14"], &["127.0.0.1"]]);
    let outbound = Outbound::with_lookup(loopback(), lookup);
    let url = sink.url("hooks.example.com");
    assert_eq!(
        outbound.send(get(&outbound, &url)).await.err(),
        Some(SendError::Refused(Refusal::PrivateAddress))
    );
    assert_eq!(sink.connections(), 0);
    assert!(outbound.send(get(&outbound, &url)).await.is_ok());
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn redirects_are_answers_like_any_other() {
    let inner = Sink::start(OK).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        inner.url("127.0.0.1")
    );
    let sink = Sink::start(redirect).await;
    let outbound = Outbound::new(loopback());
    let answer = outbound
        .send(get(&outbound, &sink.url("127.0.0.1")))
        .await
        .unwrap();
    assert_eq!((answer.status, inner.connections()), (302, 0));
}

#[tokio::test]
async fn answers_that_are_too_long_are_no_answers() {
    for answer in [
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n{}",
            "x".repeat(1001)
        ),
        format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
            "x".repeat(1001)
        ),
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n{}\r\n0\r\n\r\n",
            "x".repeat(1001)
        ),
    ] {
        let sink = Sink::start(answer).await;
        let outbound = Outbound::new(loopback());
        let error = outbound
            .send(get(&outbound, &sink.url("127.0.0.1")))
            .await
            .err();
        assert_eq!(error, Some(SendError::TooLarge));
    }
    let sink = Sink::start("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
    let outbound = Outbound::new(loopback());
    let error = outbound
        .send(get(&outbound, &sink.url("127.0.0.1")))
        .await
        .err();
    assert_eq!(error, Some(SendError::Broken));
}

#[tokio::test]
async fn an_answer_that_never_comes_ends_in_time() {
    // Takes the connection and says nothing.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!(
        "http://127.0.0.1:{}/",
        listener.local_addr().unwrap().port()
    );
    let outbound = Outbound::new(loopback());
    let request = Request {
        timeout: Duration::from_millis(50),
        ..get(&outbound, &url)
    };
    assert_eq!(outbound.send(request).await.err(), Some(SendError::Timeout));
}

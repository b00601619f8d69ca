//! One HTTP request at a time, for what happens around a measurement. Not for measuring.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

const PATIENCE: Duration = Duration::from_secs(10);

/// Status and body of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

pub(super) fn get(address: SocketAddr, path: &str) -> Result<Answer> {
    send(address, "GET", path, "")
}

pub(super) fn post(address: SocketAddr, path: &str, body: &str) -> Result<Answer> {
    send(address, "POST", path, body)
}

fn send(address: SocketAddr, method: &str, path: &str, body: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    parse(&text)
}

/// Reads an answer that ends with the connection.
fn parse(text: &str) -> Result<Answer> {
    let (head, body) = text
        .split_once("\r\n\r\n")
        .context("the server closed the connection early")?;
    if head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked")
    {
        bail!("a chunked answer was not expected");
    }
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .context("the answer has no status")?;
    Ok(Answer {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_parsed() {
        let text = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        let expected = Answer {
            status: 201,
            body: String::from("{}"),
        };
        assert_eq!(parse(text).unwrap(), expected);
        assert!(parse("HTTP/1.1 200 OK\r\n").is_err());
        assert!(parse("nonsense\r\n\r\n").is_err());
        assert!(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").is_err());
    }
}

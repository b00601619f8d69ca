//! What people see when the other side is not what it should be: a sentence that helps, never a secret, never a
//! sequence that steers the terminal.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Output;

use crate::harness::{stderr, stdout};
use crate::person::{Person, feed};

const KEY: &str = "1ck_do-not-repeat-me";

/// A server that gives everybody the same bytes.
fn answering(answer: &'static str) -> Person {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            // Whoever hangs up early is the test's end.
            let _ = connection.read(&mut request);
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    Person::new(&url)
}

fn ask(person: &Person) -> Output {
    let mut command = person.command(&["vault", "list"]);
    feed(command.env("ONECLAW_API_KEY", KEY), None)
}

#[track_caller]
fn assert_says(output: &Output, code: i32, part: &str) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(part), "{said}");
    assert!(!said.contains("do-not-repeat-me"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(said.lines().count() <= 4, "{said}");
    assert_eq!(stdout(output), "");
}

#[test]
fn an_address_that_is_none() {
    assert_says(
        &ask(&Person::new("vault.example.com")),
        2,
        "--api-url https://",
    );
}

#[test]
fn nobody_there() {
    // Free a moment ago, and listening to nobody since.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    assert_says(
        &ask(&Person::new(&format!("http://{address}"))),
        9,
        "1claw doctor",
    );
}

#[test]
fn no_tls_on_the_other_side() {
    let person = answering("HTTP/1.1 400 Bad Request\r\n\r\n");
    let person = Person::new(&person.url.replace("http:", "https:"));
    assert_says(&ask(&person), 9, "no answer");
}

#[test]
fn a_token_that_is_over() {
    let person = answering(
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 35\r\nConnection: close\r\n\r\n{\"detail\":\"The token has expired.\"}\n",
    );
    assert_says(&ask(&person), 4, "1claw login");
}

#[test]
fn too_much_asked() {
    let patient = answering(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    assert_says(&ask(&patient), 9, "try again in 17 s");
    let curt = answering(
        "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    assert_says(&ask(&curt), 9, "try again in a minute");
}

#[test]
fn a_server_in_trouble() {
    let person = answering(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops",
    );
    assert_says(&ask(&person), 9, "503");
}

#[test]
fn an_answer_that_breaks_off() {
    let person = answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n{\"vaults\":[",
    );
    assert_says(&ask(&person), 9, "no answer");
}

#[test]
fn an_answer_of_somebody_else() {
    let person =
        answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>");
    assert_says(&ask(&person), 9, "not a vault");
}

#[test]
fn an_answer_that_steers_the_terminal() {
    let person = answering(
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 52\r\nConnection: close\r\n\r\n{\"detail\":\"no\\u001b[2J\\u202e\\u009b1m\",\"status\": 403}  ",
    );
    let output = ask(&person);
    assert_says(&output, 6, "no\u{fffd}[2J\u{fffd}\u{fffd}1m");
}

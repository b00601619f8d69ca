//! No input of a stranger changes what a mail is: one recipient, our headers, our links.
//! `PROPTEST_CASES=500000` makes a fuzzing run of it.

use super::harness::{NOW, PUBLIC_URL, RECIPIENT, enrollment};
use crate::mail::body::Body;
use crate::mail::compose::compose;
use linkify::{LinkFinder, LinkKind};
use mail_parser::MessageParser;
use oneclaw_core::id::MailId;
use oneclaw_core::model::text::Email;
use proptest::prelude::*;

const HEADERS: [&str; 9] = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
];

/// Texts that have broken mail programs and libraries before, and anything at all.
fn hostile_text() -> impl Strategy<Value = String> {
    let fragments = prop::sample::select(vec![
        "\r\nBcc: victim@example.net",
        "\r\n\r\n<h1>Approved</h1>",
        "\n.\nMAIL FROM:<x@example.net>\nRCPT TO:<y@example.net>",
        "\r.\r",
        "=?utf-8?q?=0d=0aBcc:x@example.net?=",
        "%0d%0aCc: x@example.net",
        "--=_00000000",
        "</dl><a href=\"https://evil.example\">Allow</a>",
        "<img src=https://evil.example/p.gif>",
        "https://evil.example/enroll",
        "evil.example",
        "www.evil.example",
        "mailto:x@evil.example",
        "javascript:alert(1)",
        "\u{202e}\u{2066}gpj.exe",
        "\u{0}\u{7}\u{1b}[2J",
        "\u{2028}\u{2029}\u{85}\u{b}\u{c}",
        "{{ api_key }}",
        "&lt;a&gt;",
        "\" is verified. \"",
    ]);
    prop::collection::vec(
        prop_oneof![
            fragments.prop_map(str::to_owned),
            any::<String>(),
            "[ -~]{0,20}"
        ],
        0..5,
    )
    .prop_map(|parts| parts.concat())
}

fn from() -> lettre::message::Mailbox {
    "1Claw <vault@example.org>".parse().unwrap()
}

fn links(text: &str) -> Vec<String> {
    let mut finder = LinkFinder::new();
    finder
        .url_must_have_scheme(false)
        .kinds(&[LinkKind::Url, LinkKind::Email]);
    finder
        .links(text)
        .map(|link| link.as_str().to_owned())
        .filter(|link| link.contains(|c: char| c.is_alphabetic()))
        .collect()
}

proptest! {
    #[test]
    fn a_request_is_one_mail_with_our_headers_and_links(
        name in hostile_text(),
        description in hostile_text(),
        user_agent in hostile_text(),
        id in any::<u128>(),
    ) {
        let message = enrollment(&name, &description, &user_agent);
        let (text, html) = (message.render_text(PUBLIC_URL).unwrap(), message.render_html(PUBLIC_URL).unwrap());
        let body = Body {
            recipient: RECIPIENT,
            subject: message.subject(),
            text: text.expose(),
            html: html.expose(),
            carries_credential: false,
        };
        let id = MailId::from_uuid(uuid::Uuid::from_u128(id));
        let mail = compose(&from(), id, NOW, &body).unwrap();
        prop_assert_eq!(mail.envelope.to().len(), 1);

        let parsed = MessageParser::default().parse(mail.bytes.expose()).unwrap();
        let names: Vec<_> = parsed.headers().iter().map(|header| header.name().to_owned()).collect();
        prop_assert_eq!(names, HEADERS);
        let to: Vec<_> = parsed.to().unwrap().iter().filter_map(|address| address.address()).collect();
        prop_assert_eq!(to, [RECIPIENT]);
        prop_assert_eq!(parsed.subject(), Some(message.subject()));
        prop_assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 0));
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(lines(&parsed.body_text(0).unwrap()), lines(text.expose()));
        prop_assert_eq!(lines(&parsed.body_html(0).unwrap()), lines(html.expose()));

        // The text part has our two links and our address, and the HTML the same, each once to click.
        let ours = |link: &String| link.starts_with(PUBLIC_URL);
        let in_text = links(text.expose());
        prop_assert!(in_text.iter().all(ours) && in_text.len() == 3, "{:?}", in_text);
        prop_assert_eq!(html.expose().matches('<').count(), without_input(&name, &description, &user_agent));
        let targets: Vec<_> = html.expose().split("href=\"").skip(1).collect();
        prop_assert!(targets.len() == 2 && targets.iter().all(|target| target.starts_with(PUBLIC_URL)));
    }

    #[test]
    fn a_recipient_is_one_address_or_refused(recipient in prop_oneof![hostile_text(), "[a-z.+'\"<>,;: @]{1,24}@[a-z.\\-]{1,20}"]) {
        let body = Body { recipient: &recipient, subject: "S", text: "t", html: "h", carries_credential: false };
        match compose(&from(), MailId::NIL, NOW, &body) {
            Ok(mail) => {
                let expected = Email::parse(&recipient).unwrap();
                let parsed = MessageParser::default().parse(mail.bytes.expose()).unwrap();
                let to: Vec<_> = parsed.to().unwrap().iter().filter_map(|address| address.address()).collect();
                prop_assert_eq!(to, [expected.as_str()]);
                prop_assert_eq!(parsed.headers().len(), HEADERS.len());
                let envelope: Vec<_> = mail.envelope.to().iter().map(ToString::to_string).collect();
                prop_assert_eq!(envelope, [expected.as_str()]);
            }
            Err(_) => prop_assert!(Email::parse(&recipient).is_err(), "{recipient:?}"),
        }
    }

    #[test]
    fn exactly_the_addresses_that_we_accept_can_be_sent_to(
        local in "[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}){0,2}",
        domain in "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,3}",
    ) {
        let recipient = format!("{local}@{domain}");
        let body = Body { recipient: &recipient, subject: "S", text: "t", html: "h", carries_credential: false };
        let is_sendable = compose(&from(), MailId::NIL, NOW, &body).is_ok();
        prop_assert_eq!(is_sendable, Email::parse(&recipient).is_ok(), "{}", recipient);
    }
}

/// How many tags there are when the requester says nothing special.
fn without_input(name: &str, description: &str, user_agent: &str) -> usize {
    let plain = |text: &str| if text.is_empty() { "" } else { "x" };
    let message = enrollment(plain(name), plain(description), plain(user_agent));
    message
        .render_html(PUBLIC_URL)
        .unwrap()
        .expose()
        .matches('<')
        .count()
}

#[test]
fn the_bytes_of_a_mail_are_fixed() {
    let body = Body {
        recipient: RECIPIENT,
        subject: "S",
        text: "Hello\n",
        html: "<p>Größe</p>\n",
        carries_credential: false,
    };
    let mail = compose(&from(), MailId::NIL, NOW, &body).unwrap();
    insta::assert_snapshot!(
        "composed",
        String::from_utf8(mail.bytes.expose().to_vec())
            .unwrap()
            .replace("\r\n", "\n")
    );
    let again = compose(&from(), MailId::NIL, NOW, &body).unwrap();
    assert_eq!(mail.bytes.expose(), again.bytes.expose());
}

//! What every mail says, word for word.

use super::harness::{PUBLIC_URL, enrollment, samples};
use crate::mail::message::{CAPACITY, Message};
use std::collections::HashSet;

#[test]
fn every_mail_reads_like_this() {
    for message in samples() {
        let text = message.render_text(PUBLIC_URL).unwrap();
        let whole = format!("Subject: {}\n\n{}", message.subject(), text.expose());
        insta::assert_snapshot!(format!("{}.txt", message.kind()), whole);
        let html = message.render_html(PUBLIC_URL).unwrap();
        insta::assert_snapshot!(format!("{}.html", message.kind()), html.expose());
    }
}

#[test]
fn a_request_without_description_and_program_has_no_empty_lines_for_them() {
    let message = enrollment("deploy-bot", "", "");
    insta::assert_snapshot!(
        "enrollment_request_sparse.txt",
        message.render_text(PUBLIC_URL).unwrap().expose()
    );
    insta::assert_snapshot!(
        "enrollment_request_sparse.html",
        message.render_html(PUBLIC_URL).unwrap().expose()
    );
}

#[test]
fn there_is_a_sample_of_every_kind_and_each_has_its_own_words() {
    let samples = samples();
    let kinds: HashSet<_> = samples.iter().map(Message::kind).collect();
    let subjects: HashSet<_> = samples.iter().map(Message::subject).collect();
    // The compiler keeps `kind` complete; this keeps the samples complete.
    assert_eq!((kinds.len(), subjects.len()), (23, 23));
}

#[test]
fn text_lines_fit_every_screen() {
    for message in samples() {
        let text = message.render_text(PUBLIC_URL).unwrap();
        for line in text
            .expose()
            .lines()
            .filter(|line| !line.contains(PUBLIC_URL))
        {
            assert!(line.chars().count() <= 76, "{}: {line}", message.kind());
            assert_eq!(line.trim_end(), line, "{}", message.kind());
        }
    }
}

#[test]
fn the_html_has_nothing_that_loads_runs_or_tracks() {
    for message in samples() {
        let html = message.render_html(PUBLIC_URL).unwrap();
        for word in [
            "<img", "<script", "<link", "<iframe", "<form", "url(", "src=", "@import", "<table",
        ] {
            assert!(!html.expose().contains(word), "{}: {word}", message.kind());
        }
    }
}

#[test]
fn both_parts_have_the_same_links() {
    for message in samples() {
        let text = message.render_text(PUBLIC_URL).unwrap();
        let html = message.render_html(PUBLIC_URL).unwrap();
        for link in message.links() {
            assert!(text.expose().contains(link), "{}", message.kind());
            assert_eq!(
                html.expose().matches(link).count(),
                2,
                "{}: as a button and to read",
                message.kind()
            );
        }
        assert_eq!(
            html.expose().matches("href=").count(),
            message.links().len(),
            "{}",
            message.kind()
        );
    }
}

#[test]
fn buffers_never_grow_and_leave_a_copy_behind() {
    let longest = "\u{1f980}".repeat(4000);
    let hostile = enrollment(&longest, &longest, &longest);
    for message in samples().into_iter().chain([hostile]) {
        assert!(message.render_text(PUBLIC_URL).unwrap().len() < CAPACITY);
        assert!(message.render_html(PUBLIC_URL).unwrap().len() < CAPACITY);
    }
}

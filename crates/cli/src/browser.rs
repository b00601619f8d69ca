//! Opens a page in the browser of whoever sits in front of the terminal.
//!
//! Invariants:
//! - Only for a person: stdin and stderr are terminals. A program gets the address as data and decides itself.
//! - The address never passes through a shell, and is `https`, or `http` on this machine: what a server says must not
//!   start programs.

use std::process::{Command, Stdio};

use url::{Host, Url};

use crate::input;
use crate::output::Printer;
use crate::settings;

/// What opens an address when `BROWSER` does not say.
#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(target_os = "macos"))]
const OPENER: &str = "xdg-open";

/// Tries to. The address is always printed as well, so nothing depends on it.
pub(crate) fn open(url: &str, printer: Printer) {
    if !input::is_interactive(printer) {
        return;
    }
    let Some(url) = harmless(url) else { return };
    let program = settings::variable("BROWSER").unwrap_or_else(|| OPENER.to_owned());
    let started = Command::new(program)
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if started.is_ok() {
        printer.say("opened it in your browser; --no-browser prevents that");
    }
}

/// The address, if a browser may be sent there.
fn harmless(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let may = is_plain && (url.scheme() == "https" || url.scheme() == "http" && is_here);
    may.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_web_pages_alone() {
        for good in [
            "https://vault.example.com/cli/verify",
            "http://127.0.0.1:8110/cli/verify?code=AB",
            "http://vault.localhost/",
            "http://[::1]:80/",
        ] {
            assert!(harmless(good).is_some(), "{good}");
        }
        for bad in [
            "http://vault.example.com/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://user:pw@vault.example.com/",
            "--version",
            "",
            "http://127.0.0.1.example.com/",
        ] {
            assert!(harmless(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_a_shell_would_act_on_arrives_as_it_is() {
        let url = harmless("https://vault.example.com/?a=$(id)&b=`x`;rm").unwrap();
        // One argument, whatever is in it.
        assert!(
            url.as_str()
                .starts_with("https://vault.example.com/?a=$(id)")
        );
    }
}

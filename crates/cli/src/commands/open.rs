//! `1claw open`: a page of the dashboard.

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::args::Global;
use crate::browser;
use crate::output::{Failure, Printer};
use crate::remote::Remote;

#[derive(Args)]
pub(crate) struct OpenArgs {
    /// Which page
    #[arg(default_value = "home")]
    page: Page,
    /// Print the address alone
    #[arg(long)]
    no_browser: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Page {
    Home,
    Vaults,
    Agents,
    Enrollments,
    Approvals,
    Shares,
    Audit,
    Members,
    Webhooks,
    Security,
}

impl Page {
    const fn path(self) -> &'static str {
        match self {
            Self::Home => "",
            Self::Vaults => "vaults",
            Self::Agents => "agents",
            Self::Enrollments => "enrollments",
            Self::Approvals => "approvals",
            Self::Shares => "shares",
            Self::Audit => "audit",
            Self::Members => "members",
            Self::Webhooks => "webhooks",
            Self::Security => "security",
        }
    }
}

pub(crate) fn run(args: &OpenArgs, global: &Global, printer: Printer) -> Result<(), Failure> {
    let remote = Remote::anonymous(global)?;
    let url = format!("{}/{}", remote.url, args.page.path());
    if printer.json {
        printer.json(&json!({ "url": url }))?;
    } else {
        printer.data(&url)?;
    }
    if !args.no_browser {
        browser::open(&url, printer);
    }
    Ok(())
}

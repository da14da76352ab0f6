//! `afterimage cloud list`.

#[cfg(feature = "cloud")]
use std::io::Write;

use clap::Args;

#[cfg(feature = "cloud")]
use super::asked::Asked;
#[cfg(feature = "cloud")]
use super::said::Done;
use crate::cloud::account::Account;
use crate::cloud::choice::Choice;
#[cfg(feature = "cloud")]
use crate::cloud::service::Service;
use crate::cloud::vendor::Vendor;
#[cfg(feature = "cloud")]
use crate::status::Status;

/// List what is in the trash of a cloud drive
///
/// The service wants to know which program asks, so you register one, once, as is said below. The
/// first run prints an address; open it in a browser on this machine and consent. The tokens are
/// kept in a file that only you can read, and later runs need no more.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = REGISTER)]
pub struct List {
    /// Which cloud drive.
    vendor: Vendor,

    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    account: Account,

    /// Print the list as JSON.
    #[arg(long)]
    json: bool,
}

const REGISTER: &str = "\
How to register a program:
  drive    At https://console.cloud.google.com make a project, enable the Google Drive API, and make
           an OAuth client of type \"Desktop app\"; add yourself as a test user. Download its JSON and
           give that with --client-secret-file. Google warns that it does not know the program: it
           is yours.
  dropbox  At https://www.dropbox.com/developers/apps make an app with scoped access to the full
           Dropbox. Allow it files.metadata.read, files.content.read and, to restore,
           files.content.write. Register the redirect URI http://127.0.0.1:53170/ and give its app
           key with --client-id.";

#[cfg(feature = "cloud")]
impl List {
    /// Lists.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let scopes = |service: &dyn Service| service.read_scopes();
        let asked = Asked::ask(self.vendor, &self.choice, &self.account, scopes, err)?;
        let Some(mut asked) = asked else { return Ok(Status::Interrupted) };
        let outcome = asked.each(err, |_, _| Ok(Done::Listed));
        asked.said("list", outcome).print(self.json, out)
    }
}

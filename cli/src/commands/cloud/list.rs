//! `afterimage cloud list`.

use clap::Args;

use crate::cloud::account::Account;
use crate::cloud::choice::Choice;
use crate::cloud::vendor::Vendor;

/// List what is in the trash of a cloud drive
///
/// The service wants to know which program asks, so you register one, once, as is said below. The
/// first run prints an address; open it in a browser on this machine and consent. The tokens are
/// kept in a file that only you can read, and later runs need no more.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = REGISTER)]
pub struct List {
    /// Which cloud drive.
    pub(super) vendor: Vendor,

    #[command(flatten)]
    pub(super) choice: Choice,

    #[command(flatten)]
    pub(super) account: Account,

    /// Print the list as JSON.
    #[arg(long)]
    pub(super) json: bool,
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

//! `afterimage cloud download`.

use std::path::PathBuf;

use clap::Args;

use crate::cloud::account::Account;
use crate::cloud::choice::Choice;
use crate::cloud::vendor::Vendor;

/// Download what is in the trash of a cloud drive, and leave it there
///
/// Every file is checked by the checksum that the service gives. Nothing that exists is overwritten;
/// what is there already with the same content is not downloaded again.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Download {
    /// Which cloud drive.
    pub(super) vendor: Vendor,

    /// Folder to write to; it is made where it is not there.
    #[arg(long, short, value_name = "DIR")]
    pub(super) output: PathBuf,

    #[command(flatten)]
    pub(super) choice: Choice,

    #[command(flatten)]
    pub(super) account: Account,

    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

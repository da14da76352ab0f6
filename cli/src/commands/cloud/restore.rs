//! `afterimage cloud restore`.

use clap::Args;

use crate::cloud::account::Account;
use crate::cloud::choice::Choice;
use crate::cloud::vendor::Vendor;

/// Put files in the trash of a cloud drive back to where they were
///
/// The consent that this needs is wider than that for a list: it allows to write.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Restore {
    /// Which cloud drive.
    pub(super) vendor: Vendor,

    /// Only say what would be restored.
    #[arg(long)]
    pub(super) dry_run: bool,

    #[command(flatten)]
    pub(super) choice: Choice,

    #[command(flatten)]
    pub(super) account: Account,

    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

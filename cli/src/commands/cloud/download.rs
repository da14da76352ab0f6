//! `afterimage cloud download`.

#[cfg(feature = "cloud")]
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

#[cfg(feature = "cloud")]
use super::asked::Asked;
#[cfg(feature = "cloud")]
use super::said::Done;
use crate::cloud::account::Account;
use crate::cloud::choice::Choice;
#[cfg(feature = "cloud")]
use crate::cloud::failure::Failure;
#[cfg(feature = "cloud")]
use crate::cloud::save::Desk;
#[cfg(feature = "cloud")]
use crate::cloud::service::Service;
use crate::cloud::vendor::Vendor;
#[cfg(feature = "cloud")]
use crate::status::Status;

/// Download what is in the trash of a cloud drive, and leave it there
///
/// Every file is checked by the checksum that the service gives. Nothing that exists is overwritten;
/// what is there already with the same content is not downloaded again.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Download {
    /// Which cloud drive.
    vendor: Vendor,

    /// Folder to write to; it is made where it is not there.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,

    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    account: Account,

    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

#[cfg(feature = "cloud")]
impl Download {
    /// Downloads.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let mut desk = Desk::new(&self.output)?;
        let scopes = |service: &dyn Service| service.read_scopes();
        let asked = Asked::ask(self.vendor, &self.choice, &self.account, scopes, err)?;
        let Some(mut asked) = asked else { return Ok(Status::Interrupted) };
        let outcome = asked.each(err, |asked, item| match &item.no_download {
            // A folder is made by what lies in it.
            Some(_) if item.is_folder => Ok(Done::Listed),
            Some(why) => Err(Failure::other(format!("cannot download {}: {why}", item.shown()))),
            None => desk.save(asked.service, &mut asked.session, item).map(Done::Saved),
        });
        asked.said("download", outcome).print(self.json, out)
    }
}

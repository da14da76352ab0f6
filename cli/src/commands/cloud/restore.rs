//! `afterimage cloud restore`.

#[cfg(feature = "cloud")]
use std::collections::HashSet;
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
use crate::cloud::failure::Failure;
#[cfg(feature = "cloud")]
use crate::cloud::service::Service;
use crate::cloud::vendor::Vendor;
#[cfg(feature = "cloud")]
use crate::status::Status;

/// Put files in the trash of a cloud drive back to where they were
///
/// The consent that this needs is wider than that for a list: it allows to write.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Restore {
    /// Which cloud drive.
    vendor: Vendor,

    /// Only say what would be restored.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    account: Account,

    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

#[cfg(feature = "cloud")]
impl Restore {
    /// Restores, or says what would be.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let scopes = |service: &dyn Service| match self.dry_run {
            true => service.read_scopes(),
            false => service.restore_scopes(),
        };
        let asked = Asked::ask(self.vendor, &self.choice, &self.account, scopes, err)?;
        let Some(mut asked) = asked else { return Ok(Status::Interrupted) };
        // Folders come before what lies in them, since paths are sorted.
        let mut restored = HashSet::new();
        let outcome = asked.each(err, |asked, item| {
            let comes_with = item.comes_with.as_ref().is_some_and(|id| restored.contains(id));
            match &item.no_restore {
                Some(_) if comes_with => return Ok(Done::Restored),
                Some(why) => {
                    return Err(Failure::other(format!("cannot restore {}: {why}", item.shown())));
                }
                None if self.dry_run => {}
                None => asked.service.restore(&mut asked.session, item)?,
            }
            restored.insert(item.id.clone());
            Ok(Done::Restored)
        });
        let mut said = asked.said("restore", outcome);
        said.is_dry = self.dry_run;
        said.print(self.json, out)
    }
}

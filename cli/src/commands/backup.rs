//! `afterimage backup`.

mod asked;
mod list;
mod photos;
mod usual;
mod which;

pub(super) use usual::usual as usual_folders;

use std::io::Write;

use clap::Subcommand;

use crate::status::Status;

/// Photos in backups of iPhones and iPads, plain or encrypted
///
/// A phone that was connected to a computer has most likely left a backup there: made by Finder, iTunes, Apple
/// Devices or idevicebackup2. It holds the photos of the camera roll, those of messages and of other apps, and for
/// weeks those that were deleted on the phone. Nothing in the backup is changed. What iTunes refuses as damaged is
/// read as far as it is there.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Backup {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Photos(photos::Photos),
    Recover(photos::Recover),
}

const EXAMPLES: &str = "\
Examples:
  afterimage backup list
      Which backups are there, of which phone, from when, and are they encrypted?
  afterimage backup photos ~/backup
      List the photos in them, with those that were deleted on the phone.
  afterimage backup recover ~/backup --output recovered --by date
      Copy them, into a folder for each day.";

impl Backup {
    /// Does it: results go to `out`, all else to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        match self.verb {
            Verb::List(list) => list.run(out, err),
            Verb::Photos(photos) => photos.run(out, err),
            Verb::Recover(recover) => recover.run(out, err),
        }
    }
}

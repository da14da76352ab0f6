//! `afterimage cloud`.

#[cfg(feature = "cloud")]
mod asked;
mod download;
mod list;
mod restore;
#[cfg(feature = "cloud")]
mod run;
#[cfg(feature = "cloud")]
mod said;

use std::io::Write;

use clap::{Args, Subcommand};

use crate::status::Status;

/// List, download or restore photos in the trash of Google Drive or Dropbox
///
/// What was deleted from a cloud drive stays in its trash for 30 days or more. This asks the service
/// for what is there, with your consent and as a program that you have registered yourself;
/// `afterimage cloud list --help` says how. It reads, and puts files back where they were: nothing
/// is ever deleted or moved to the trash.
///
/// It is a feature of the build: `cargo build --release --features cloud`. It was tested against
/// stand-ins of the services, never against the services themselves.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub struct Cloud {
    #[command(subcommand)]
    verb: Verb,
}

/// What to do with a trash.
#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Download(download::Download),
    Restore(restore::Restore),
}

const EXAMPLES: &str = "\
Examples:
  afterimage cloud list drive --client-secret-file client_secret.json
      What is in the trash of Google Drive? The first run asks for your consent.
  afterimage cloud download dropbox --client-id ID --output recovered --since 2026-11-01
      Copies of all photos and videos that were deleted, if they were taken since then.
  afterimage cloud restore drive --name 'IMG_*' --dry-run
      Which ones would go back to where they were?

JSON: schema (afterimage-cloud/1), vendor, verb, dry_run (of restore), files (id, name, \
original_name, path, mime, size, folder, deleted, modified, created, taken, md5, sha256, \
content_hash, rev, no_restore and no_download (why not); of download also saved, was_there and \
proven (by a checksum), of restore also restored; failed (why)), left_out (type_or_name, date) and \
notes. What is not known is absent.

Exit status: 0 done; 1 nothing in the trash is wanted; 2 it could not be done; 3 some of it could \
not; 130 stopped by Ctrl-C.";

impl Cloud {
    /// Asks the service; results go to `out`, all else to `err`.
    #[cfg(feature = "cloud")]
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        match self.verb {
            Verb::List(list) => list.run(out, err),
            Verb::Download(download) => download.run(out, err),
            Verb::Restore(restore) => restore.run(out, err),
        }
    }

    /// Says that this build cannot.
    #[cfg(not(feature = "cloud"))]
    pub fn run(self, _: &mut dyn Write, _: &mut dyn Write) -> anyhow::Result<Status> {
        anyhow::bail!(
            "cannot reach a cloud drive: this afterimage was built without that; build it with `cargo \
             build --release --features cloud`"
        )
    }
}

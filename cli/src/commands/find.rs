//! `afterimage find`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use afterimage_engine::options::Options;
use afterimage_engine::places::backup::linked_backups;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::prognosis::{Prognosis, prognosis};
use afterimage_engine::run::{self, ForecastOptions};
use afterimage_engine::system::System;
use anyhow::Context;
use clap::builder::{OsStringValueParser, TypedValueParser};
use jiff::Timestamp;

use super::backup::usual_folders;
use super::scan::complain;
use crate::case_data::Case;
use crate::chosen::Chosen;
use crate::interrupt::stop_on_ctrl_c;
use crate::password::GivenPasswords;
use crate::progress::{Latest, Show, Ticker};
use crate::status::Status;
use crate::survivors::{self, Told};
use crate::typed;
use crate::wanted::{self, Wanted};
use crate::{failure, guide, roots, sources, text};

/// Look first where intact copies survive: trash folders, phone backups, libraries, exports, caches
///
/// Most deleted photos need no carving: a whole copy, with its name and date, is still in a trash folder, in a
/// backup of a phone, in a former version, in an export. All files below each PATH are looked at, also those of
/// backups and archives and of the file systems inside images; what is a photo is told by its content, wherever
/// it lies. Nothing is changed or deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Find {
    /// Folder, card, backup, archive, disk image or device to look at; without any, the homes of this machine and
    /// the drives that are mounted.
    #[arg(value_name = "PATH", value_parser = OsStringValueParser::new().try_map(sources::source))]
    paths: Vec<PathBuf>,

    /// Folder to write copies to, best on another disk; it is made if need be. Without it they are only listed.
    #[arg(long, short, value_name = "DIR",
        value_parser = OsStringValueParser::new().try_map(sources::output))]
    output: Option<PathBuf>,

    /// Write photos that are still in ordinary folders too; without this, they are only counted, and copies of
    /// them elsewhere are not written either.
    #[arg(long)]
    all: bool,

    /// The password of encrypted backups is the first line of this file. Without it, that of the variable
    /// AFTERIMAGE_BACKUP_PASSWORD is tried, or you are asked.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    chosen: Chosen,

    /// Look for these formats only: names as `afterimage formats` lists them, extensions such as jpg, or
    /// photo, raw, video.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = wanted::parse)]
    format: Vec<Wanted>,

    /// Look at nothing; tell what services such as Google Photos, Dropbox or iCloud keep of deleted photos, for how
    /// long, and the steps that bring them back: of SERVICE, or in short of all.
    #[arg(long, value_name = "SERVICE", num_args = 0..=1,
        conflicts_with_all = ["paths", "output", "all", "password_file"])]
    guide: Option<Option<String>>,

    /// Print what was found as JSON: totals, places, prognosis, advice, and every file.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    show: Show,

    #[command(flatten)]
    case: Case,
}

const EXAMPLES: &str = "\
Examples:
  afterimage find
      Look through the homes of this machine and the drives that are mounted.
  afterimage find /media/card ~/backup --output recovered
      Look at a card and a folder, and copy what survives there.
  afterimage find takeout-001.zip takeout-002.zip --output recovered
      Take photos out of an export, those of its trash too.
  afterimage find --guide google-photos
      What Google Photos keeps of deleted photos, for how long, and how to get it back.
  sudo afterimage find card.img
      Look at the trash folders and caches inside an image; `afterimage scan` brings back what is deleted for good.

JSON: an object: report, interrupted, failure, summary, sources, places, prognoses, advice, lost, \
notes, and files, each with what becomes of it (becomes) and what report.json says of it (file). \
With --guide, an object: schema and services.

Exit status: 0 something was found; 1 nothing was found; 2 it could not start or finish; 130 stopped by Ctrl-C.";

/// What a second Ctrl-C says.
const ENDED: &str = ", by a second request";

/// What is looked at for a prognosis: so many places, each for so long at the most.
const MOST_PROGNOSES: usize = 4;
const MOST_TIME: Duration = Duration::from_secs(3);

/// What can be hoped for of what lies under the places that were looked at.
fn prognoses(paths: &[PathBuf], progress: &Progress) -> Vec<Prognosis> {
    let options = ForecastOptions { most_time: MOST_TIME, ..ForecastOptions::default() };
    let looked = paths.iter().take(MOST_PROGNOSES).filter(|_| !progress.stopped());
    // What cannot be looked at was told before.
    looked.filter_map(|path| prognosis(path, &options, progress).ok()).collect()
}

impl Find {
    /// What is read, as it was given.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// How progress is shown.
    pub(super) fn show(&self) -> Show {
        self.show
    }

    /// Looks; what was found goes to `out`, progress and failures to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        if let Some(service) = &self.guide {
            let say = if self.json { guide::json } else { guide::print };
            say(service.as_deref(), out)?;
            return Ok(Status::Found);
        }
        let passwords = GivenPasswords::new(self.password_file.as_deref(), self.show.is_quiet())?;
        let options = self.options()?;
        let paths = roots::once(match self.paths.is_empty() {
            // Backups that were moved elsewhere are linked to from where they were.
            true => {
                let moved = usual_folders().into_iter().flat_map(|folder| linked_backups(&folder));
                let moved = moved.filter_map(|link| link.canonicalize().ok());
                roots::usual(&System::running()).into_iter().chain(moved).collect()
            }
            false => self.paths,
        });
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), ENDED)?;
        let ticker = Ticker::start(Arc::clone(&progress), self.show.how(), Latest::default());
        let now = Timestamp::now().as_second();
        let asked = run::Find { passwords: &passwords, choice: None, now };
        let found = run::find(&paths, &options, &asked, &progress);
        let prognoses = found.as_ref().map_or_else(
            |_| Vec::new(),
            // An archive is no medium of which something could be hoped for.
            |found| {
                let is_medium = |path: &&PathBuf| path.is_dir() || found.images.contains(path);
                prognoses(&paths.iter().filter(is_medium).cloned().collect::<Vec<_>>(), &progress)
            },
        );
        ticker.finish();
        let found = found?;
        let output = options.output.as_deref();
        let told =
            Told { found: &found, paths: &paths, prognoses: &prognoses, now, names: true, output };
        let said =
            if self.json { survivors::json(out, &told) } else { survivors::text(out, &told) };
        failure::unless_closed(said)
            .context("cannot print what was found; what was written is whole")?;
        for note in found.notes.iter().filter(|_| self.json) {
            writeln!(err, "afterimage: note: {}", text::plain(note))?;
        }
        complain(err, &found.outcome)?;
        Ok(Status::of(&found.outcome))
    }

    fn options(&self) -> anyhow::Result<Options> {
        Ok(Options {
            output: self.output.clone(),
            command: typed::words(),
            formats: self.format.iter().flat_map(|wanted| wanted.0.iter().copied()).collect(),
            all: self.all,
            select: self.chosen.select(true)?,
            case: self.case.data(),
            ..Options::default()
        })
    }
}

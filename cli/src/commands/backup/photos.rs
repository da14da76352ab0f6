//! `afterimage backup photos` and `afterimage backup recover`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::options::{Arrange, Options};
use afterimage_engine::places::backup::Choice;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{ReportFile, Status as FileStatus};
use afterimage_engine::run::{self, Survivors};
use anyhow::Context;
use clap::ValueEnum;
use clap::builder::{OsStringValueParser, TypedValueParser};
use jiff::Timestamp;

use super::asked::Asked;
use super::list::with_links;
use super::which::Which;
use crate::commands::scan::complain;
use crate::interrupt::stop_on_ctrl_c;
use crate::password::GivenPasswords;
use crate::progress::{How, Latest, Ticker};
use crate::status::Status;
use crate::survivors::{self, Told};
use crate::typed;
use crate::{failure, sources, text};

/// List the photos in backups, and those that they should hold and do not
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT)]
pub struct Photos {
    #[command(flatten)]
    looking: Looking,
}

/// Copy the photos in backups to a folder, under their own names and with their own dates
///
/// Nothing is overwritten: photos of one name are numbered. Live Photos keep both parts, edited ones their
/// originals. The report, report.json, tells of each where it was, when it was taken, in which albums it is, and
/// whether it was deleted on the phone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT)]
pub struct Recover {
    #[command(flatten)]
    looking: Looking,

    /// Folder to write to, best on another disk; it is made if need be.
    #[arg(long, short, value_name = "DIR",
        value_parser = OsStringValueParser::new().try_map(sources::output))]
    output: PathBuf,

    /// In which folders they are written: one for each day, one for each album, or those of the phone.
    #[arg(long, value_name = "HOW", default_value = "original")]
    by: By,
}

const EXIT: &str = "\
JSON: an object: report, interrupted, failure, summary, sources, places, prognoses, advice, lost, \
notes, and files, each with what becomes of it (becomes) and what report.json says of it (file).

Exit status: 0 photos were found; 1 none was; 2 it could not start or finish, or the password is wrong; \
130 stopped by Ctrl-C.";

/// What both look at.
#[derive(Debug, clap::Args)]
struct Looking {
    /// Backup, folder with backups, or a folder above them.
    #[arg(value_name = "PATH", required = true,
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    paths: Vec<PathBuf>,

    /// The password of encrypted backups is the first line of this file. Without it, that of the variable
    /// AFTERIMAGE_BACKUP_PASSWORD is tried, or you are asked.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    which: Which,

    /// Print what was found as JSON: totals, places, and every file.
    #[arg(long)]
    json: bool,

    /// Show no progress.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// A folder for each day on which they were taken.
    Date,
    /// A folder for each album.
    Album,
    /// The folders in which they were on the phone.
    Original,
}

impl Photos {
    /// Lists them.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        self.looking.run(None, Arrange::Original, out, err)
    }
}

impl Recover {
    /// Copies them.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let arrange = match self.by {
            By::Date => Arrange::Date,
            By::Album => Arrange::Album,
            By::Original => Arrange::Original,
        };
        self.looking.run(Some(&self.output), arrange, out, err)
    }
}

/// How the trees are called that hold the files of phones.
const PHONE: &str = "iPhone backup ";

impl Looking {
    fn run(
        self,
        output: Option<&Path>,
        arrange: Arrange,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let choice = self.which.choice()?;
        let asked = Asked::new(GivenPasswords::new(self.password_file.as_deref(), self.quiet)?);
        let options = Options {
            output: output.map(Path::to_path_buf),
            command: typed::words(),
            arrange,
            ..Options::default()
        };
        let paths = with_links(&self.paths);
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), ", by a second request")?;
        let ticker = Ticker::start(Arc::clone(&progress), How::of(self.quiet), Latest::default());
        let found = look(&paths, &options, &choice, &asked, &progress);
        ticker.finish();
        let found = found?;
        self.tell(&found, output.is_some(), out, err)?;
        complain(err, &found.outcome)?;
        if found.files.is_empty()
            && let Some(why) = asked.failure()
        {
            anyhow::bail!("{why}");
        }
        Ok(Status::of(&found.outcome))
    }

    fn tell(
        &self,
        found: &Survivors,
        is_written: bool,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let now = Timestamp::now().as_second();
        let told =
            Told { found, paths: &self.paths, prognoses: &[], now, names: false, output: None };
        let said = match self.json {
            true => survivors::json(out, &told),
            false => self.text(out, &told, is_written),
        };
        failure::unless_closed(said)
            .context("cannot print what was found; what was written is whole")?;
        for note in found.notes.iter().filter(|_| self.json) {
            writeln!(err, "afterimage: note: {}", text::plain(note))?;
        }
        Ok(())
    }

    fn text(&self, out: &mut dyn Write, told: &Told<'_>, is_written: bool) -> io::Result<()> {
        if !is_written {
            let own = told.found.files.iter().filter(|(file, _)| file.parent.is_none());
            for (file, _) in own {
                writeln!(out, "{}", text::plain(&line(file)))?;
            }
            if !told.found.files.is_empty() {
                writeln!(out)?;
            }
        }
        let sources = &told.found.outcome.head.sources;
        if !sources.iter().any(|source| source.path.starts_with(PHONE)) {
            let so_far = if told.found.outcome.interrupted { " so far" } else { "" };
            let said =
                format!("No backup of an iPhone or iPad was found{so_far} in what was named.");
            text::paragraph(out, "", &said)?;
            for note in &told.found.notes {
                text::paragraph(out, "Note: ", &text::plain(note))?;
            }
            return Ok(());
        }
        survivors::text(out, told)
    }
}

fn look(
    paths: &[PathBuf],
    options: &Options,
    choice: &Choice,
    asked: &Asked,
    progress: &Progress,
) -> anyhow::Result<Survivors> {
    let registry = &options.registry;
    let chosen: run::Choice<'_> =
        &|label, record| choice.takes(label, record, registry.is_video(record.format.into()));
    let now = Timestamp::now().as_second();
    let find = run::Find { passwords: asked, choice: Some(chosen), now };
    Ok(run::find(paths, options, &find, progress)?)
}

/// One photo in one line: when it was taken, how large it is, where it was, and what else is known.
fn line(file: &ReportFile) -> String {
    let place = file.place.as_ref();
    let taken = file.exif.as_ref().and_then(|exif| exif.taken.clone());
    let taken = taken.or_else(|| place?.taken.clone()).or_else(|| file.modified.clone());
    let taken = taken.unwrap_or_default();
    let taken: String = taken.chars().take(19).collect();
    let path = file.original_path.as_deref().or(file.from.as_deref()).unwrap_or("?");
    let mut more = Vec::new();
    if file.status == FileStatus::Deleted {
        more.push("deleted".to_owned());
    }
    if let Some(place) = place {
        more.extend(place.marks.iter().cloned());
        more.extend(place.albums.iter().map(|album| format!("album {album}")));
    }
    let more = if more.is_empty() { String::new() } else { format!("  ({})", more.join(", ")) };
    format!("{taken:19}  {:>9}  {path}{more}", text::bytes(file.size))
}

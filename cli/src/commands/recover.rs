//! `afterimage recover`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Outcome, Recovered, Unfinished};
use anyhow::Context;
use clap::{Args, Command, FromArgMatches};
use jiff::tz::TimeZone;

use super::scan::{Scan, complain};
use crate::interrupt::stop_on_ctrl_c;
use crate::log::Log;
use crate::progress::{Latest, Show, Ticker};
use crate::selected::{self, selection};
use crate::status::Status;
use crate::summary::Told;
use crate::text::{count, paragraph, plain};
use crate::typed;
use crate::unlock::Unlock;
use crate::{failure, summary, times};

/// Finish an interrupted scan, or write more photos of a report, without a new scan
///
/// Where the scan into DIR was interrupted, what it found gets its names and a report: from the source, if it
/// is still where it was, and else those photos whose content is kept in DIR. What was not scanned yet is not;
/// `scan --resume` does that.
///
/// Where DIR holds the report of a scan, photos are written that it lists and that are not there yet: those of
/// a --dry-run, and with --select any that are chosen, also photos that are still on the card and pictures
/// inside others; so are those that somebody has removed from DIR. Each is checked by its BLAKE3 before it gets
/// its name. A report that is not the one its audit log tells of is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Recover {
    /// Output folder of a scan.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Write to this folder, with a report of its own, and leave DIR as it is.
    #[arg(long, value_name = "DIR2")]
    to: Option<PathBuf>,

    /// Only the files that this file names: ids, paths or original paths of the report, one a line, or
    /// what `scan --list --json` prints.
    #[arg(long, value_name = "FILE")]
    select: Option<PathBuf>,

    /// Where a source is now; several in the order of the report.
    #[arg(long, value_name = "SOURCE")]
    source: Vec<PathBuf>,

    /// Time zone of cameras that tell none, such as Europe/Berlin, UTC or +02:00.
    #[arg(long, value_name = "ZONE", value_parser = times::zone, allow_hyphen_values = true)]
    timezone: Option<TimeZone>,

    #[command(flatten)]
    unlock: Unlock,

    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    show: Show,
}

const EXAMPLES: &str = "\
Examples:
  afterimage recover recovered
      Finish the scan into recovered/ that was interrupted, or write the photos of a dry run.
  afterimage recover recovered --select wanted.txt --to chosen
      Write the photos that wanted.txt names to chosen/.

JSON: an object: report, written, there; refused, each with id and why; unknown, each with line and \
what; interrupted, warnings. Where a scan is finished, what `afterimage scan --json` prints.

Exit status: 0 all that was asked for is there; 1 nothing was; 2 some of it could not be written, or was \
not found in the report; 3 a source was not at hand; 130 stopped by Ctrl-C.";

/// What a second Ctrl-C says.
const GOES_ON: &str = ", by a second request; the same command goes on";

impl Recover {
    /// What is read, as it was given.
    pub(super) fn sources(&self) -> &[PathBuf] {
        &self.source
    }

    /// How progress is shown.
    pub(super) fn show(&self) -> Show {
        self.show
    }

    /// Recovers; what was done goes to `out`, failures to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let selection = self.select.as_deref().map(selection).transpose()?;
        let of_report = self.to.is_some() || selection.is_some();
        let unfinished = if of_report && run::has_report(&self.folder) {
            None
        } else {
            run::unfinished(&self.folder)?
        };
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), GOES_ON)?;
        if let Some(unfinished) = &unfinished
            && unfinished.command.get(1).is_some_and(|verb| verb == "find" || verb == "backup")
        {
            anyhow::bail!(
                "cannot finish {}: it is of `afterimage {}`, which reads folders and backups; run that command \
                 again with another --output, what was written here stays",
                self.folder.display(),
                unfinished.command[1]
            );
        }
        let Some(unfinished) = unfinished else {
            let asked = run::Recover {
                folder: self.folder.clone(),
                to: self.to.clone(),
                sources: self.source.clone(),
                selection,
                zone: self.timezone.clone(),
                command: typed::words(),
                keys: self.unlock.keys()?,
                ..run::Recover::default()
            };
            return self.photos(&asked, &progress, out, err);
        };
        if of_report {
            let folder = self.folder.display();
            anyhow::bail!(
                "cannot choose among the photos of {folder}: its scan was not finished and has no \
                 report yet; finish it first, without --select and --to"
            );
        }
        self.finish(&unfinished, &progress, out, err)
    }

    /// Finishes an interrupted run.
    fn finish(
        &self,
        unfinished: &Unfinished,
        progress: &Arc<Progress>,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let given = self.source.iter().chain(unfinished.sources.iter().skip(self.source.len()));
        let sources: Vec<PathBuf> = given.cloned().collect();
        let folder = unfinished.folder.as_deref().unwrap_or(Path::new(""));
        let mut options = match scan_of(&unfinished.command) {
            Some(scan) => scan.typed_in(folder).unlocked_by(&self.unlock).options()?,
            None => Options { keys: self.unlock.keys()?, ..Options::default() },
        };
        options.output = Some(self.folder.clone());
        options.command = unfinished.command.clone();
        options.zone = self.timezone.clone().or(options.zone);
        let ticker = Ticker::start(Arc::clone(progress), self.show.how(), Latest::default());
        let done = run::finish(&sources, &options, progress);
        ticker.finish();
        let outcome = done?;
        let told = Told { outcome: &outcome, options: &options, memory: None };
        let said = if self.json { summary::json(out, &told) } else { summary::text(out, &told) };
        failure::unless_closed(said)
            .context("cannot print what was done; what was written is whole")?;
        complain(err, &outcome)?;
        Ok(status(&outcome, progress))
    }

    /// Writes photos of a report.
    fn photos(
        &self,
        asked: &run::Recover,
        progress: &Arc<Progress>,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let done = run::recover(asked, progress)?;
        let said = if self.json { json(out, &done) } else { text(out, &done) };
        failure::unless_closed(said)
            .context("cannot print what was done; what was written is whole")?;
        for warning in &done.warnings {
            writeln!(err, "afterimage: warning: {}", plain(warning))?;
        }
        for (why, photos) in &done.absent {
            let photos =
                count(photos.len() as u64, "photo was not written", "photos were not written");
            let why = plain(why);
            writeln!(err, "afterimage: {why}: {photos}; name where it is now with --source")?;
        }
        selected::complain(err, "write", &done.unknown, &done.refused)?;
        if let Some(error) = &done.failure {
            writeln!(err, "{}", failure::line(error))?;
        }
        Ok(match () {
            () if done.interrupted => Status::Interrupted,
            () if !done.refused.is_empty() || !done.unknown.is_empty() => Status::Failed,
            () if !done.absent.is_empty() => Status::SomeFailed,
            () if done.written + done.there == 0 => Status::Nothing,
            () => Status::Found,
        })
    }
}

/// What a finished run came to, in one number.
fn status(outcome: &Outcome, progress: &Progress) -> Status {
    if progress.stopped() && outcome.interrupted {
        Status::Interrupted
    } else {
        Status::of_what_was_done(outcome)
    }
}

/// The scan that a command line asked for; nothing where it is none.
pub(super) fn scan_of(command: &[String]) -> Option<Scan> {
    let verb = Scan::augment_args(Command::new("scan"));
    let program = Log::augment_args(Command::new("afterimage")).subcommand(verb);
    let matches = program.try_get_matches_from(command).ok()?;
    let (_, matches) = matches.subcommand()?;
    Scan::from_arg_matches(matches).ok()
}

fn text(out: &mut dyn Write, done: &Recovered) -> std::io::Result<()> {
    let written = count(done.written, "photo was written", "photos were written");
    let there = match done.there {
        0 => String::new(),
        there => format!(", {}", count(there, "was there already", "were there already")),
    };
    paragraph(
        out,
        "",
        &plain(&format!("{written}{there}: {} lists them.", done.report.display())),
    )?;
    out.flush()
}

fn json(out: &mut dyn Write, done: &Recovered) -> std::io::Result<()> {
    let refused = done.all_refused();
    let refused = refused.iter().map(|(id, why)| serde_json::json!({ "id": id, "why": why }));
    let unknown =
        done.unknown.iter().map(|(line, what)| serde_json::json!({ "line": line, "what": what }));
    let said = serde_json::json!({
        "report": done.report.to_string_lossy(),
        "written": done.written,
        "there": done.there,
        "refused": refused.collect::<Vec<_>>(),
        "unknown": unknown.collect::<Vec<_>>(),
        "interrupted": done.interrupted,
        "warnings": done.warnings,
    });
    crate::text::json(out, &said)?;
    out.flush()
}

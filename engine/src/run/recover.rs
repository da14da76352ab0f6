//! Writing photos of a report that is there already, without a new scan.

mod sources;

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::audit::{self, AuditLine, AuditSource, Made};
use super::environment::{Output, OutputState};
use super::gallery;
use super::kept_report::{IN_A_PLACE, KeptReport, record};
use super::output_folder::open_output;
use super::selection::Selection;
use super::source_location::location;
use super::usual_views::usual_views;
use crate::control::error::Error;
use crate::control::metrics::Metrics;
use crate::control::progress::Progress;
use crate::formats::Registry;
use crate::ledger::Content;
use crate::output::destination::{self, PHOTOS, REPORT};
use crate::output::report::{ReportDisposition, ReportFile};
use crate::output::{Placed, Placement};
use crate::source::Pace;
use crate::source::unlock::Keys;
use crate::system::folder::Folder;
use sources::Sources;

/// What to write of a report.
#[derive(Clone, Debug, Default)]
pub struct Recover {
    /// The output folder that holds the report.
    pub folder: PathBuf,
    /// The folder to write to, with a report of its own; the output folder itself without it.
    pub to: Option<PathBuf>,
    /// Where the sources are now, by position in the report; where it names no more, where they were.
    pub sources: Vec<PathBuf>,
    /// Which files; without it, all that a scan recovers.
    pub selection: Option<Selection>,
    /// The zone of clocks that do not tell theirs.
    pub zone: Option<TimeZone>,
    /// The command line, for the audit log.
    pub command: Vec<String>,
    /// How fast the sources are read at the most.
    pub pace: Pace,
    /// What opens the encrypted volumes that files lie in.
    pub keys: Keys,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The report that lists the photos.
    pub report: PathBuf,
    /// Files that were written.
    pub written: u64,
    /// Files that were there already.
    pub there: u64,
    /// Files that were not written for what they are, by their number in the report, and why not.
    pub refused: Vec<(u64, String)>,
    /// Sources that are not where they were, and why; with the numbers of the files that were not written for that.
    pub absent: Vec<(String, Vec<u64>)>,
    /// Lines of the selection that select nothing: their numbers, and what they say.
    pub unknown: Vec<(usize, String)>,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// What kept photos from being written, if anything did.
    pub failure: Option<Error>,
    /// What else is to be known, a sentence each.
    pub warnings: Vec<String>,
}

impl Recovered {
    /// All files that were not written, by their number in the report, and why not.
    pub fn all_refused(&self) -> Vec<(u64, &str)> {
        let of_sources = self.absent.iter();
        let of_sources = of_sources.flat_map(|(why, ids)| ids.iter().map(|id| (*id, why.as_str())));
        let own = self.refused.iter().map(|(id, why)| (*id, why.as_str()));
        let mut all: Vec<_> = own.chain(of_sources).collect();
        all.sort_by_key(|(id, _)| *id);
        all
    }
}

/// Writes photos of a report, and lists them in it.
///
/// # Errors
///
/// When there is no report, it is not the one that its audit log tells of, the folder must not be written to, a source
/// that is named is not there, or none is that is needed. What keeps single photos from being written is part of what
/// is given back.
pub fn recover(asked: &Recover, progress: &Progress) -> Result<Recovered, Error> {
    let opened = open_output(&asked.folder)?;
    let mut report = KeptReport::read(&opened)?;
    let recorded = report.sources.iter().map(|source| location(&source.known));
    let given = |(position, path)| asked.sources.get(position).cloned().unwrap_or(path);
    let paths: Vec<PathBuf> = recorded.enumerate().map(given).collect();
    let destination = match &asked.to {
        Some(to) => {
            refuse_changed(&opened, &report)?;
            destination::check(to, &paths)?
        }
        None => destination::check_resumed(&asked.folder, &paths)?,
    };
    let mut sources =
        Sources::open(&paths, &asked.sources, &report, &asked.pace, &asked.keys, progress)?;
    let output = OutputState::create(destination)?;
    if asked.to.is_none() {
        let found = audit::settle(output.folder(), output.state(), report.tells_of_log())?;
        found.refusal(output.folder()).map_or(Ok(()), Err)?;
    }
    let output = output.with_store()?;
    // A selection may name paths where photos were written.
    let selected = asked.to.as_ref().and(asked.selection.as_ref());
    let selected = selected.map(|_| chosen(asked, &report, None));
    if asked.to.is_some() {
        // What is written there is what was written there.
        report.files.iter_mut().for_each(|file| file.known.path = None);
    } else {
        // It may have been written anew before this process had the folder for itself.
        report = KeptReport::read(&output.folder)?;
    }
    let here = asked.to.is_none().then_some(&output.folder);
    let (chosen, unknown) = selected.unwrap_or_else(|| chosen(asked, &report, here));
    if let Err(error) = sources.any_of(&chosen, &report, here) {
        output.close_store();
        return Err(error);
    }
    let mut done = Recovered { unknown, ..Recovered::default() };
    if let (None, Some(here)) = (&asked.selection, here) {
        let paths = report.files.iter().filter_map(|file| file.known.path.as_ref());
        done.there = paths.filter(|path| !here.is_free(path)).count() as u64;
    }
    let taken: Vec<String> =
        report.files.iter().filter_map(|file| file.known.path.clone()).collect();
    let taken = taken.iter().map(String::as_str);
    let mut writing = Writing {
        sources,
        placement: Placement::new(&output.folder, &output.store, asked.zone.as_ref(), taken),
        longest: output.destination.longest,
        registry: Registry::default(),
        progress,
    };
    writing.all(&mut report, chosen, &mut done);
    let there = writing.sources.there();
    done.absent = writing.sources.into_absent();
    report.settle();
    done.report = output.folder.path().join(REPORT);
    if done.written > 0 || asked.to.is_some() {
        let from = asked.to.is_some().then_some(&opened);
        gallery::bring_thumbs(&mut report, from, &output.folder);
        publish(asked, &mut report, there, &output, &mut done)?;
    }
    output.close_store();
    Ok(done)
}

/// Refuses a report that is not the one that its audit log tells of.
fn refuse_changed(folder: &Folder, report: &KeptReport) -> Result<(), Error> {
    let found = audit::recorded_in(folder, report.tells_of_log())?;
    found.refusal(folder).map_or(Ok(()), Err)
}

/// Puts the report in place and on record, with its views, and the sources that were `there`.
fn publish(
    asked: &Recover,
    report: &mut KeptReport,
    there: Vec<AuditSource>,
    output: &Output,
    done: &mut Recovered,
) -> Result<(), Error> {
    let Output { folder, state, .. } = output;
    report.tell_of_log();
    report.write(state)?;
    let (views, no_views) = usual_views(state, folder, state);
    let mut line = AuditLine::now("recover", &asked.command)
        .of_case(report.case().as_ref())
        .with("written", done.written)
        .with("refused", done.all_refused().len());
    line.sources = there;
    let is_first = !output.destination.holds_report;
    Made { folder, state, views: &views, is_first }.publish(line)?;
    done.warnings.extend(no_views);
    Ok(())
}

/// The positions in the report of the files that are asked for, and the lines that ask for none. Where nothing is
/// asked for, those are due that are not in the folder `here`, also where somebody has removed them.
fn chosen(
    asked: &Recover,
    report: &KeptReport,
    here: Option<&Folder>,
) -> (Vec<usize>, Vec<(usize, String)>) {
    let files = report.files.iter().map(|file| &file.known);
    match &asked.selection {
        Some(selection) => selection.of(files),
        None => {
            let embedded = report.options.as_ref().is_some_and(|options| options.known.embedded);
            let is_gone = |file: &ReportFile| {
                here.zip(file.path.as_ref()).is_some_and(|(here, path)| here.is_free(path))
            };
            let due = files.enumerate().filter(|(_, file)| is_due(file, embedded) || is_gone(file));
            (due.map(|(position, _)| position).collect(), Vec::new())
        }
    }
}

/// Whether a scan writes such a file.
fn is_due(file: &ReportFile, embedded: bool) -> bool {
    let due = [ReportDisposition::Recovered, ReportDisposition::Unwritten];
    let is_asked_for = file.parent.is_none() || embedded;
    file.path.is_none() && is_asked_for && due.contains(&file.disposition)
}

/// Why a file is not written.
enum Refused {
    /// For what it is.
    Told(String),
    /// Its source is not there, which is told with all others of that.
    Absent,
    /// The output takes no more.
    Output(Error),
}

impl From<&str> for Refused {
    fn from(why: &str) -> Self {
        Refused::Told(why.to_owned())
    }
}

/// Writes file after file.
struct Writing<'a> {
    sources: Sources,
    placement: Placement<'a>,
    /// The longest file that the disk takes, in bytes.
    longest: u64,
    registry: Registry,
    progress: &'a Progress,
}

impl Writing<'_> {
    /// Writes the files at the positions `chosen`, until the output takes no more: those that are left are refused.
    fn all(&mut self, report: &mut KeptReport, chosen: Vec<usize>, done: &mut Recovered) {
        for position in chosen {
            if let Some(error @ Error::NoRoom { .. }) = &done.failure {
                // The others get no room either.
                done.refused.push((report.files[position].known.id, error.with_cause()));
                continue;
            }
            if self.progress.stopped() {
                done.interrupted = true;
                break;
            }
            let file = &mut report.files[position].known;
            match self.write(file) {
                Ok(None) => done.there += 1,
                Ok(Some(path)) => {
                    done.written += 1;
                    file.disposition = ReportDisposition::Recovered;
                    file.path = Some(path);
                }
                Err(Refused::Absent) => {}
                Err(Refused::Told(why)) => done.refused.push((file.id, why)),
                Err(Refused::Output(error)) => {
                    done.refused.push((file.id, error.with_cause()));
                    if done.failure.is_none() || matches!(error, Error::NoRoom { .. }) {
                        done.failure = Some(error);
                    }
                }
            }
        }
    }

    /// Writes a file; gives its path, or nothing where it is there already.
    fn write(&mut self, file: &ReportFile) -> Result<Option<String>, Refused> {
        if let (Some(path), Ok(hash)) = (&file.path, blake3::Hash::from_hex(&file.blake3))
            && self.placement.stands(path, &hash)
        {
            return Ok(None);
        }
        if file.from.is_some() {
            return Err(IN_A_PLACE.into());
        }
        let source = self.sources.of(file);
        let source = source.ok_or("the report does not say of which source it is")?;
        let source = source.ok_or(Refused::Absent)?;
        let (record, hash) = record(file, source.len(), &self.registry)?;
        if record.size() > self.longest {
            return Err("the disk takes no file that long".into());
        }
        // A file that somebody has removed gets its own path again.
        let own = file.path.as_ref().filter(|path| is_of_photos(path));
        let own = own.filter(|path| self.placement.output.is_free(path));
        let placed = match own {
            Some(path) => Placed::New(path.clone()),
            None => self.placement.choose(&record, file.parent.is_some(), &hash),
        };
        match placed {
            Placed::There(path) => Ok(Some(path)),
            Placed::New(path) => {
                let (metrics, stop) = (Metrics::default(), self.progress.wish());
                let content = Content::of(&record);
                let store = self.placement.store;
                let kept = store.keep(source, &content, &[], &metrics, stop);
                match kept.map_err(Refused::Output)? {
                    None => Err("it was stopped".into()),
                    Some(digests) if digests.blake3 != hash => {
                        drop(store.folder().remove(crate::ledger::Store::name(&digests.blake3)));
                        let what = "its source gives other bytes than when the report was made";
                        Err(what.into())
                    }
                    Some(_) => {
                        self.placement.place(&record, &hash, &path).map_err(Refused::Output)?;
                        Ok(Some(path))
                    }
                }
            }
        }
    }
}

/// Whether a path of the report is one that photos are written to.
fn is_of_photos(path: &str) -> bool {
    path.split_once('/').is_some_and(|(first, _)| PHOTOS.contains(&first))
}

/// Whether an output folder holds a report.
pub fn has_report(folder: &Path) -> bool {
    folder.join(REPORT).symlink_metadata().is_ok()
}

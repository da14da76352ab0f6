//! Writing photos of a report that is there already, without a new scan.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::audit::{self, AuditLine};
use super::environment::OutputState;
use super::gallery;
use super::kept_report::{KeptReport, record};
use super::output_folder::open_output;
use super::selection::Selection;
use crate::control::error::Error;
use crate::control::metrics::Metrics;
use crate::control::progress::Progress;
use crate::formats::Registry;
use crate::ledger::Content;
use crate::output::destination::{self, REPORT};
use crate::output::report::{ReportDisposition, ReportFile};
use crate::output::{Placed, Placement};
use crate::source::{Io, Limited, Pace, Source, Watched, open_watched};
use crate::system::folder::{Folder, Owner};

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
    /// Files that were not written, by their number in the report, and why not.
    pub refused: Vec<(u64, String)>,
    /// Lines of the selection that select nothing: their numbers, and what they say.
    pub unknown: Vec<(usize, String)>,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// What kept photos from being written, if anything did.
    pub failure: Option<Error>,
    /// What else is to be known, a sentence each.
    pub warnings: Vec<String>,
}

/// Writes photos of a report, and lists them in it.
///
/// # Errors
///
/// When there is no report, or the folder must not be written to. What keeps single photos from being written
/// is part of what is given back.
pub fn recover(asked: &Recover, progress: &Progress) -> Result<Recovered, Error> {
    let opened = open_output(&asked.folder, Owner::default())?;
    let mut report = KeptReport::read(&opened)?;
    let recorded = report.sources.iter().map(|source| PathBuf::from(&source.known.path));
    let given = |(position, path)| asked.sources.get(position).cloned().unwrap_or(path);
    let paths: Vec<PathBuf> = recorded.enumerate().map(given).collect();
    let destination = match &asked.to {
        Some(to) => destination::check(to, &paths)?,
        None => destination::check_resumed(&asked.folder, &paths)?,
    };
    let output = OutputState::create(destination)?.with_store()?;
    // A selection may name paths where photos were written.
    let selected = asked.to.as_ref().and(asked.selection.as_ref());
    let selected = selected.map(|_| chosen(asked, &report));
    if asked.to.is_some() {
        // What is written there is what was written there.
        report.files.iter_mut().for_each(|file| file.known.path = None);
    } else {
        // It may have been written anew before this process had the folder for itself.
        report = KeptReport::read(&output.folder)?;
    }
    let (chosen, unknown) = selected.unwrap_or_else(|| chosen(asked, &report));
    let mut done = Recovered { unknown, ..Recovered::default() };
    let sources = Sources::open(&paths, &report, &asked.pace, progress);
    let taken: Vec<String> =
        report.files.iter().filter_map(|file| file.known.path.clone()).collect();
    let taken = taken.iter().map(String::as_str);
    let mut writing = Writing {
        sources,
        placement: Placement::new(&output.folder, &output.store, asked.zone.as_ref(), taken),
        longest: output.destination.longest,
        registry: Registry::default(),
        progress,
        again: asked.selection.is_some(),
    };
    writing.all(&mut report, chosen, &mut done);
    report.settle();
    done.report = output.folder.path().join(REPORT);
    if done.written > 0 || asked.to.is_some() {
        let from = asked.to.is_some().then_some(&opened);
        gallery::bring_thumbs(&mut report, from, &output.folder);
        report.write(&output.state, &output.folder)?;
        done.warnings.extend(put_on_record(asked, &report, &output.folder, &done));
        done.warnings.extend(gallery::usual_views(&output.folder, &output.state));
    }
    output.close_store();
    Ok(done)
}

/// Puts into the audit log what was done; gives a sentence about it where that cannot be.
fn put_on_record(
    asked: &Recover,
    report: &KeptReport,
    folder: &Folder,
    done: &Recovered,
) -> Option<String> {
    let mut line = AuditLine::now("recover", &asked.command)
        .of_case(report.case().as_ref())
        .with("written", done.written)
        .with("refused", done.refused.len());
    line.sources = report.sources.iter().map(|source| (&source.known).into()).collect();
    audit::unrecorded(audit::record(folder, line))
}

/// The positions in the report of the files that are asked for, and the lines that ask for none.
fn chosen(asked: &Recover, report: &KeptReport) -> (Vec<usize>, Vec<(usize, String)>) {
    let files = report.files.iter().map(|file| &file.known);
    match &asked.selection {
        Some(selection) => selection.of(files),
        None => {
            let embedded = report.options.as_ref().is_some_and(|options| options.known.embedded);
            let due = files.enumerate().filter(|(_, file)| is_due(file, embedded));
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

/// The sources of a report, or why one is not at hand.
struct Sources(Vec<Result<Box<dyn Source>, String>>);

impl Sources {
    fn open(paths: &[PathBuf], report: &KeptReport, pace: &Pace, progress: &Progress) -> Self {
        let open = |(path, size): (&PathBuf, u64)| {
            let source = open_watched(path, Io::Auto, progress.wish())
                .map_err(|error| error.with_cause())?;
            if source.len() != size {
                return Err(format!(
                    "{} is another source: it has {} bytes, not {size}",
                    path.display(),
                    source.len()
                ));
            }
            let source = Limited::at(source, pace);
            Ok(Box::new(Watched::new(source, progress.wish())) as Box<dyn Source>)
        };
        let sizes = report.sources.iter().map(|source| source.known.size);
        Sources(paths.iter().zip(sizes).map(open).collect())
    }
}

/// Why a file is not written.
enum Refused {
    /// For what it is.
    Told(String),
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
    /// Whether a file is written once more that is not at the path any more that the report gives.
    again: bool,
}

impl Writing<'_> {
    /// Writes the files at the positions `chosen`, until the output takes no more.
    fn all(&mut self, report: &mut KeptReport, chosen: Vec<usize>, done: &mut Recovered) {
        for position in chosen {
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
                Err(Refused::Told(why)) => done.refused.push((file.id, why)),
                Err(Refused::Output(error)) => {
                    done.refused.push((file.id, error.to_string()));
                    let is_full = matches!(error, Error::NoRoom { .. });
                    done.failure.get_or_insert(error);
                    if is_full {
                        break;
                    }
                }
            }
        }
    }

    /// Writes a file; gives its path, or nothing where it is there already.
    fn write(&mut self, file: &ReportFile) -> Result<Option<String>, Refused> {
        if let (Some(path), Ok(hash)) = (&file.path, blake3::Hash::from_hex(&file.blake3))
            && (!self.again || self.placement.stands(path, &hash))
        {
            return Ok(None);
        }
        let source = self.sources.0.get(file.source as usize);
        let source = source.ok_or("the report does not say of which source it is")?;
        let source = source.as_ref().map_err(|why| Refused::Told(why.clone()))?.as_ref();
        let (record, hash) = record(file, source.len(), &self.registry)?;
        if record.size() > self.longest {
            return Err("the disk takes no file that long".into());
        }
        match self.placement.choose(&record, file.parent.is_some(), &hash) {
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

/// Whether an output folder holds a report.
pub fn has_report(folder: &Path) -> bool {
    folder.join(REPORT).symlink_metadata().is_ok()
}

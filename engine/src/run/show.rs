//! Making all that shows a report again: small pictures for files that have none yet, and views.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::audit::{self, AuditLine, Made};
use super::environment::OutputState;
use super::kept_head::change_files;
use super::output_folder::open_output;
use super::shown_file::{ShownFile, ShownFiles};
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::output::destination::{self, REPORT};
use crate::output::report::ReportReader;
use crate::output::thumbs::{self, Shelf, Thumbnailer};
use crate::output::views::{self, KnownView};
use crate::system::folder::Folder;

/// Files that are looked at between two looks at whether somebody stopped it.
const BATCH: usize = 64;

/// What a line of the audit log says of a report that views were made of, where that is not the one on record.
pub(super) const REPORT_FAULT: &str = "report_fault";

/// What to make of a report.
#[derive(Clone, Debug, Default)]
pub struct Show {
    /// The output folder that holds the report.
    pub folder: PathBuf,
    /// The views.
    pub views: Vec<KnownView>,
    /// Whether files get small pictures that have none yet.
    pub thumbs: bool,
    /// Worker threads; 0 means one a core.
    pub threads: usize,
    /// The command line, for the audit log.
    pub command: Vec<String>,
}

/// What was made.
#[derive(Debug, Default)]
pub struct Shown {
    /// The views.
    pub views: Vec<PathBuf>,
    /// Small pictures that were made.
    pub made: u64,
    /// Files that had one, or are small enough to be shown themselves.
    pub there: u64,
    /// Files that have none, by their number in the report, and why.
    pub missing: Vec<(u64, String)>,
    /// What else is to be known, a sentence each.
    pub notes: Vec<String>,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
}

/// Makes small pictures, which `thumbnailer` decodes where none lies in a file, enters them in the report, and makes
/// views of it. `shown` counts files. Of a report that is not the one its audit log tells of only views are made: it stays
/// as it is, and off the record.
///
/// # Errors
///
/// When there is no report, another process is at work there, and when the disk is full or fails. What keeps single
/// files from being shown is part of what is given back.
pub fn show(
    asked: &Show,
    thumbnailer: &dyn Thumbnailer,
    progress: &Progress,
    shown: &ShowProgress,
) -> Result<Shown, Error> {
    let report = ReportReader::open(&open_output(&asked.folder)?)?;
    let destination = destination::check_resumed(&asked.folder, &report.head.source_paths())?;
    let output = OutputState::create(destination)?;
    let (folder, state) = (output.folder(), output.state());
    let fault = audit::settle(folder, state, report.head.audit_log)?.fault();
    let pool = ThreadPoolBuilder::new()
        .num_threads(asked.threads)
        .build()
        .map_err(|error| Error::Start { what: "workers", why: error.to_string() })?;
    let mut done = Shown::default();
    let mut is_new = false;
    if asked.thumbs && fault.is_none() {
        is_new = pictures(&output, &pool, thumbnailer, progress, shown, &mut done)?;
    }
    done.interrupted = progress.stopped();
    if !done.interrupted {
        let of = if is_new { state } else { folder };
        done.views = pool.install(|| views::make(of, folder, state, &asked.views))?;
    }
    let line = AuditLine::now("report", &asked.command)
        .of_case(report.head.case.as_ref())
        .with("small_pictures", done.made);
    // Decoding takes its time, in which somebody may have changed what it goes on from.
    let fault = match fault {
        None => audit::recorded_in(folder, report.head.audit_log)?.fault(),
        fault => fault,
    };
    put_on_record(&output, line, is_new, fault, &mut done)?;
    Ok(done)
}

/// Puts on record what was made, and a report that `is_new` in place. One that has a `fault` is not put on record.
fn put_on_record(
    output: &OutputState,
    line: AuditLine,
    is_new: bool,
    fault: Option<String>,
    done: &mut Shown,
) -> Result<(), Error> {
    let made = Made {
        folder: output.folder(),
        state: output.state(),
        views: &done.views,
        is_first: false,
    };
    let recorded = match fault {
        // What was made is of no use without the report that names it.
        None if is_new => return made.publish(line).map(drop),
        None => made.record(line),
        Some(fault) => {
            if is_new {
                // It goes on from one that is not on record.
                drop(output.state().remove(REPORT));
            }
            let recorded = made.record_views(line.with(REPORT_FAULT, fault.clone()));
            done.notes.push(format!(
                "{REPORT}: {fault}. The views show it as it is now; it was not put on record, and `afterimage \
                 verify` tells the difference."
            ));
            recorded
        }
    };
    done.notes.extend(audit::unrecorded(recorded));
    Ok(())
}

/// How many files were looked at, for whoever wants to show it.
#[derive(Debug, Default)]
pub struct ShowProgress {
    /// Files that need a small picture.
    pub total: AtomicU64,
    /// Those of them that were looked at.
    pub done: AtomicU64,
}

/// Makes the small pictures that are missing, and enters them in a new report; tells whether there is one.
fn pictures(
    output: &OutputState,
    pool: &ThreadPool,
    thumbnailer: &dyn Thumbnailer,
    progress: &Progress,
    shown: &ShowProgress,
    done: &mut Shown,
) -> Result<bool, Error> {
    let (folder, state) = (output.folder(), output.state());
    let failed = |error| Error::output("write", &folder.path().join(thumbs::path(0)), error);
    let shelf = Shelf::open(folder).map_err(failed)?;
    let has = shelf.ids().map_err(failed)?;
    let files = ShownFiles::read(&mut ReportReader::open(folder)?, &has)?;
    done.there = files.there;
    done.missing = files.unwritten.iter().map(|id| (*id, NOT_WRITTEN.to_owned())).collect();
    shown.total.store(files.due.len() as u64, Relaxed);
    let mut changed = BTreeMap::new();
    let mut failure = None;
    for batch in files.due.chunks(BATCH) {
        if progress.stopped() || failure.is_some() {
            break;
        }
        let one = |file: &ShownFile| {
            let put = file.picture(folder, thumbnailer).map(|jpeg| shelf.replace(file.id, &jpeg));
            shown.done.fetch_add(1, Relaxed);
            put
        };
        let put: Vec<_> = pool.install(|| batch.par_iter().map(one).collect());
        for (file, put) in batch.iter().zip(put) {
            match put {
                Ok(Ok(())) => {
                    done.made += 1;
                    changed.insert(file.id, true);
                }
                Ok(Err(error)) => {
                    failure.get_or_insert(failed(error));
                }
                Err(why) => {
                    if file.has_thumb {
                        changed.insert(file.id, false);
                    }
                    done.missing.push((file.id, why));
                }
            }
        }
    }
    done.missing.sort();
    if !changed.is_empty() {
        enter(folder, state, &changed)?;
    }
    match failure {
        None => Ok(!changed.is_empty()),
        Some(error) => {
            // What was made is shown once it is entered, the next time.
            drop(state.remove(REPORT));
            Err(error)
        }
    }
}

/// Why a file that lies in its source alone has no picture.
const NOT_WRITTEN: &str = "it is not written yet, and no small picture lies in it";

/// Enters in a new report which files have got a small picture, or have none any more.
fn enter(folder: &Folder, state: &Folder, changed: &BTreeMap<u64, bool>) -> Result<(), Error> {
    change_files(folder, state, |file| {
        if let Some(has) = changed.get(&file.id) {
            file.thumb = has.then(|| thumbs::path(file.id));
        }
    })
}

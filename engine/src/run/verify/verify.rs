//! All of it, in order.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use super::added::added;
use super::difference::DifferenceKind;
use super::file::{Check, Compared};
use super::found::Verified;
use super::report;
use super::sources::Sources;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::formats::Registry;
use crate::output::report::{ReportFile, ReportHead, ReportReader};
use crate::run::audit::{self, AuditLine, AuditSource};
use crate::run::output_folder::open_output;
use crate::run::sign;
use crate::system::folder::{Folder, Owner};

/// Files that are read at once.
const BATCH: usize = 256;

/// What to verify.
#[derive(Clone, Debug, Default)]
pub struct Verify {
    /// The output folder.
    pub folder: PathBuf,
    /// Whether the runs of all files are read from their sources again.
    pub replay: bool,
    /// Where the sources are now, by position in the report; where it names no more, where they were.
    pub sources: Vec<PathBuf>,
    /// The public key of whoever signed the report.
    pub key: Option<PathBuf>,
    /// Whether nothing at all is written into the folder, not even that it was verified.
    pub no_log: bool,
    /// Worker threads; 0 means one a core.
    pub threads: usize,
    /// The command line, for the audit log.
    pub command: Vec<String>,
}

/// Compares an output folder with its report; `progress` counts the bytes that were read.
///
/// # Errors
///
/// When there is no such folder, or the key is of no use. What differs and what could not be compared is part of
/// what is given back.
pub fn verify(asked: &Verify, progress: &Progress) -> Result<Verified, Error> {
    let key = asked.key.as_deref().map(sign::public_key).transpose()?;
    let folder = open_output(&asked.folder, Owner::from_environment())?;
    let mut verified = Verified::default();
    let line = AuditLine::now("verify", &asked.command);
    report::compare(&folder, key.as_ref(), &mut verified);
    let head = match ReportReader::open(&folder) {
        Ok(mut report) => {
            files(asked, &folder, &mut report, progress, &mut verified)?;
            Some(report.head)
        }
        Err(error) => {
            verified.impossible.push(error.with_cause());
            None
        }
    };
    verified.interrupted = progress.stopped();
    if !asked.no_log {
        log(&folder, line, head.as_ref(), &asked.sources, &mut verified);
    }
    Ok(verified)
}

/// Compares all files, with what was written and with their sources.
fn files(
    asked: &Verify,
    folder: &Folder,
    report: &mut ReportReader,
    progress: &Progress,
    verified: &mut Verified,
) -> Result<(), Error> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(asked.threads)
        .build()
        .map_err(|error| Error::Start { what: "workers", why: error.to_string() })?;
    let is_asked = asked.replay || !asked.sources.is_empty();
    let paths = is_asked.then_some(asked.sources.as_slice());
    let known = report.head.sources.clone();
    let sources = Sources::open(&known, paths, progress, verified);
    let registry = Registry::default();
    let check = Check { folder, sources: &sources, registry: &registry, progress };
    let (mut batch, mut named) = (Vec::with_capacity(BATCH), HashSet::new());
    let mut compare = |batch: &mut Vec<ReportFile>| {
        let compared: Vec<Option<Compared>> =
            pool.install(|| batch.par_iter().map(|file| check.file(file)).collect());
        compared.into_iter().flatten().for_each(|compared| count(compared, verified));
        batch.clear();
    };
    let read = report.files(|file| {
        if progress.stopped() {
            return Ok(());
        }
        named.extend(file.path.clone());
        batch.push(file);
        if batch.len() == BATCH {
            compare(&mut batch);
        }
        Ok(())
    });
    compare(&mut batch);
    if let Err(error) = read {
        verified.impossible.push(error.with_cause());
        // What it does not name any more is not added.
        return Ok(());
    }
    if !progress.stopped() {
        let mut found = added(folder, &named, &mut verified.impossible);
        verified.differences.append(&mut found);
    }
    sources.compare(&known, progress, verified);
    sources.tell_unreadable(&known, verified);
    Ok(())
}

fn count(compared: Compared, verified: &mut Verified) {
    match compared.read {
        Some(bytes) => {
            verified.files += 1;
            verified.bytes += bytes;
        }
        None => verified.unwritten += u64::from(!compared.is_named),
    }
    verified.replayed += u64::from(compared.replayed);
    verified.not_replayed += u64::from(compared.has_no_runs);
    verified.differences.extend(compared.differences);
    verified.impossible.extend(compared.impossible);
}

/// Puts on record that the folder was verified; where it cannot be written to, that is no failure.
fn log(
    folder: &Folder,
    line: AuditLine,
    head: Option<&ReportHead>,
    sources: &[PathBuf],
    verified: &mut Verified,
) {
    let started = line.at.clone();
    let named = sources.iter().map(|path: &PathBuf| source(path));
    let count = |kind: DifferenceKind| {
        verified.differences.iter().filter(|difference| difference.kind == kind).count()
    };
    let mut line = AuditLine {
        at: jiff::Timestamp::now().to_string(),
        started: Some(started),
        sources: named.collect(),
        ..line
    }
    .of_case(head.and_then(|head| head.case.as_ref()))
    .with("files", verified.files)
    .with("replayed", verified.replayed)
    .with("impossible", verified.impossible.len());
    for kind in DifferenceKind::ALL {
        line = line.with(kind.name(), count(kind));
    }
    if verified.interrupted {
        line = line.with("interrupted", true);
    }
    verified.notes.extend(audit::unrecorded(audit::append(folder, line)));
}

/// A source by its path alone.
fn source(path: &Path) -> AuditSource {
    AuditSource { path: path.to_string_lossy().into_owned(), ..AuditSource::default() }
}

//! All of it, in order.

use std::collections::HashSet;
use std::path::PathBuf;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use super::added::added;
use super::chosen::Chosen;
use super::difference::DifferenceKind;
use super::file::{Check, Compared};
use super::found::Verified;
use super::report;
use super::sources::Sources;
use super::views;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::formats::Registry;
use crate::output::report::{ReportFile, ReportHead, ReportReader};
use crate::run::audit::{self, AuditLine, AuditSource, Chain};
use crate::run::output_folder::{open_for_writing, open_output};
use crate::run::sign;
use crate::source::unlock::Keys;
use crate::system::folder::Folder;

/// Files that are read at once.
const BATCH: usize = 256;

/// Why nothing is put on record where the log is missing or cannot be read.
const WITHOUT_LOG: &str = "That it was verified was not put on record: there is no audit log to add it to, and a new one \
                           would hide that.";

/// What is said of a copy for sharing.
const WITHOUT_PHOTOS: &str =
    "This is a redacted copy of a report, which photos are no part of: none were compared.";

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
    /// What opens the encrypted volumes that files lie in.
    pub keys: Keys,
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
    let folder = open_output(&asked.folder)?;
    let mut verified = Verified::default();
    let line = AuditLine::now("verify", &asked.command);
    let report = ReportReader::open(&folder);
    let tells = report.as_ref().is_ok_and(|report| report.head.audit_log);
    let log = report::compare(&folder, tells, key.as_ref(), &mut verified);
    let chain = log.as_ref().map(|log| &log.chain);
    if let Some(chain) = chain {
        views::compare(&folder, chain, tells, &mut verified);
    }
    let (head, read) = match report {
        Ok(mut report) => {
            let read = files(asked, &folder, &mut report, chain, progress, &mut verified)?;
            (Some(report.head), read)
        }
        Err(error) => {
            verified.impossible.push(error.with_cause());
            (None, Vec::new())
        }
    };
    verified.interrupted = progress.stopped();
    let has_log = log.is_some_and(|log| !log.is_missing);
    // A folder without a report is none of ours to write to.
    let is_recorded = !asked.no_log && head.is_some();
    if is_recorded && !has_log {
        verified.notes.push(WITHOUT_LOG.to_owned());
    } else if is_recorded {
        put_on_record(asked, AuditLine { sources: read, ..line }, head.as_ref(), &mut verified);
    }
    Ok(verified)
}

/// Compares all files, with what was written and with their sources; gives the sources that were read.
fn files(
    asked: &Verify,
    folder: &Folder,
    report: &mut ReportReader,
    chain: Option<&Chain>,
    progress: &Progress,
    verified: &mut Verified,
) -> Result<Vec<AuditSource>, Error> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(asked.threads)
        .build()
        .map_err(|error| Error::Start { what: "workers", why: error.to_string() })?;
    let is_asked = asked.replay || !asked.sources.is_empty();
    let paths = is_asked.then_some(asked.sources.as_slice());
    let known = report.head.sources.clone();
    let sources = Sources::open(&known, paths, &asked.keys, progress, verified)?;
    let registry = Registry::default();
    let is_copy = !report.head.redacted.is_empty();
    if is_copy {
        verified.notes.push(WITHOUT_PHOTOS.to_owned());
    }
    let check = Check { folder, sources: &sources, registry: &registry, progress, is_copy };
    let (mut batch, mut named) = (Vec::with_capacity(BATCH), HashSet::new());
    let (has_chosen, mut content) = (Chosen::is_any(folder), HashSet::new());
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
        if has_chosen {
            content.extend(blake3::Hash::from_hex(&file.blake3));
        }
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
        return Ok(sources.read());
    }
    if !progress.stopped() {
        let mut found = added(folder, &named, &mut verified.impossible);
        verified.differences.append(&mut found);
        if let Some(chain) = chain {
            Chosen { folder, chain, content: &content, progress }.compare(verified);
        }
    }
    sources.compare(&known, progress, verified);
    sources.tell_unreadable(&known, verified);
    Ok(sources.read())
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

/// Puts on record that the folder was verified; where it cannot be written to, or must not be since it lies on a source,
/// that is no failure.
fn put_on_record(
    asked: &Verify,
    line: AuditLine,
    head: Option<&ReportHead>,
    verified: &mut Verified,
) {
    let started = line.at.clone();
    let count = |kind: DifferenceKind| {
        verified.differences.iter().filter(|difference| difference.kind == kind).count()
    };
    let mut line =
        AuditLine { at: jiff::Timestamp::now().to_string(), started: Some(started), ..line }
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
    let known = head.map(ReportHead::source_paths).unwrap_or_default();
    let folder = open_for_writing(&asked.folder, known, &asked.sources);
    let recorded = folder.and_then(|folder| audit::append(&folder, line));
    verified.notes.extend(audit::unrecorded(recorded));
}

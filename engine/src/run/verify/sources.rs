//! The sources that a verification reads again.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use super::difference::{Difference, DifferenceKind};
use super::found::Verified;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::Content;
use crate::model::{Algorithm, Hasher};
use crate::output::report::ReportSource;
use crate::run::audit::AuditSource;
use crate::run::reopen::{refuse_surplus, reopen, unread};
use crate::run::source_location::location;
use crate::run::unlock::refuse_needless;
use crate::source::unlock::Keys;
use crate::source::{Pace, Source};

/// A source, as far as it is read again.
pub(super) enum Opened<'s> {
    /// Nobody asked for it.
    NotAsked,
    /// It is not the one of the report or cannot be opened, which is told once.
    Told,
    /// It is the one of the report, by its length.
    Source(&'s dyn Source),
}

/// The sources of a report by their position in it; nothing for those that are told of already.
pub(super) struct Sources {
    /// Nothing at all where nobody asked.
    asked: Option<Vec<Option<Box<dyn Source>>>>,
}

impl Sources {
    /// Opens the sources of a report at `paths` and, where those name no more, where they were; or none, where
    /// nobody asked for them.
    ///
    /// # Errors
    ///
    /// When one that is named cannot be opened, or is none of the report.
    pub(super) fn open(
        known: &[ReportSource],
        paths: Option<&[PathBuf]>,
        keys: &Keys,
        progress: &Progress,
        verified: &mut Verified,
    ) -> Result<Self, Error> {
        let Some(paths) = paths else { return Ok(Sources { asked: None }) };
        refuse_surplus(paths, known.len())?;
        refuse_needless(keys, known.iter())?;
        let mut opened = Vec::new();
        for (at, known) in known.iter().enumerate() {
            let given = paths.get(at);
            let path = given.cloned().unwrap_or_else(|| location(known));
            let source = match open(known, &path, keys, progress, verified) {
                Err(error) if given.is_some() => return Err(error),
                Err(error @ Error::Locked { .. }) => return Err(error),
                Err(error) => {
                    let why = error.with_cause();
                    verified.impossible.push(format!("{why}; --source names where it is now"));
                    None
                }
                Ok(source) => source,
            };
            opened.push(source);
        }
        Ok(Sources { asked: Some(opened) })
    }

    /// The one at a position in the report.
    pub(super) fn of(&self, position: u32) -> Opened<'_> {
        let Some(asked) = &self.asked else { return Opened::NotAsked };
        let source = usize::try_from(position).ok().and_then(|at| asked.get(at));
        match source.and_then(Option::as_ref) {
            Some(source) => Opened::Source(source.as_ref()),
            None => Opened::Told,
        }
    }

    /// Compares the digests of whole sources with those of the report, where it has them.
    pub(super) fn compare(
        &self,
        known: &[ReportSource],
        progress: &Progress,
        verified: &mut Verified,
    ) {
        for (source, known) in self.asked.iter().flatten().zip(known) {
            let Some(source) = source else { continue };
            if !known.hashes.is_empty() && !progress.stopped() {
                compare(source.as_ref(), known, progress, verified);
            }
        }
    }

    /// Tells of what could not be read.
    pub(super) fn tell_unreadable(&self, known: &[ReportSource], verified: &mut Verified) {
        for (source, known) in self.asked.iter().flatten().zip(known) {
            let Some(source) = source else { continue };
            let unreadable = source.unreadable();
            let unreadable =
                unreadable.iter().fold(0, |all: u64, span| all.saturating_add(span.len));
            let before = unread(known).total();
            let path = source.path().display();
            if source.is_gone() {
                let what = format!("{path} was removed or cut short while it was read");
                verified.impossible.push(what);
            } else if unreadable > before {
                verified.notes.push(format!(
                    "{unreadable} bytes of {path} cannot be read now and count as zeros; when it was scanned, \
                     {before} could not"
                ));
            } else if before > 0 {
                verified.notes.push(format!(
                    "{before} bytes of {path} could not be read when it was scanned; they count as zeros and were \
                     not read now"
                ));
            }
        }
    }

    /// Those that were read, for the audit log.
    pub(super) fn read(&self) -> Vec<AuditSource> {
        let opened = self.asked.iter().flatten().flatten();
        opened.map(|source| AuditSource::of(source.as_ref())).collect()
    }
}

fn open(
    known: &ReportSource,
    path: &Path,
    keys: &Keys,
    progress: &Progress,
    verified: &mut Verified,
) -> Result<Option<Box<dyn Source>>, Error> {
    if known.kind == "folder" {
        let what = "its files lie in a folder, a backup or an archive, which have no runs to be read again";
        verified.notes.push(format!("{}: {what}", path.display()));
        return Ok(None);
    }
    match reopen(path, known, &Pace::default(), keys, progress) {
        Err(Error::OtherSource { path, len, known }) => {
            let what = format!("it has {len} bytes, not {known}");
            let path = path.display().to_string();
            verified.differences.push(Difference::at(DifferenceKind::Source, &path, what));
            Ok(None)
        }
        Err(Error::OtherVersion { path, known, now }) => {
            let what = format!("it is version {now} on its server, not {known}");
            let path = path.display().to_string();
            verified.differences.push(Difference::at(DifferenceKind::Source, &path, what));
            Ok(None)
        }
        opened => opened.map(Some),
    }
}

fn compare(
    source: &dyn Source,
    known: &ReportSource,
    progress: &Progress,
    verified: &mut Verified,
) {
    let said = |name: &str| known.hashes.get(name);
    let algorithms: Vec<Algorithm> =
        Algorithm::ALL.into_iter().filter(|one| said(one.name()).is_some()).collect();
    if algorithms.is_empty() {
        let path = source.path().display();
        verified.impossible.push(format!(
            "{path} cannot be compared as a whole: its digests in the report are of kinds that are not known"
        ));
        return;
    }
    let source = source.stored().unwrap_or(source);
    let mut hasher = Hasher::new(&algorithms);
    let runs = Runs::new(vec![Span { at: 0, len: source.len() }]);
    let read = Content::of_runs(&runs).each(source, |bytes| {
        if progress.stopped() {
            return Err(());
        }
        hasher.update(bytes);
        progress.scanned.fetch_add(bytes.len() as u64, Relaxed);
        Ok(())
    });
    if read.is_err() {
        return;
    }
    verified.sources += 1;
    let path = source.path().display().to_string();
    for (kind, digits) in hasher.finish().all() {
        let name = kind.name();
        if let Some(said) = said(name).filter(|said| **said != digits) {
            let what = format!("the {name} of all its bytes is {digits}, not {said}");
            verified.differences.push(Difference::at(DifferenceKind::Source, &path, what));
        }
    }
}

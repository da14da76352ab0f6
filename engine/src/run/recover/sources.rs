//! The sources that photos of a report are written from.

use std::path::PathBuf;

use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::output::report::ReportFile;
use crate::run::audit::AuditSource;
use crate::run::kept_report::KeptReport;
use crate::run::reopen::{refuse_surplus, reopen};
use crate::run::unlock::refuse_needless;
use crate::source::unlock::Keys;
use crate::source::{Pace, Source};
use crate::system::folder::Folder;

/// The sources of a report, or why one is not at hand.
pub(super) struct Sources(Vec<SourceAtHand>);

struct SourceAtHand {
    opened: Result<Box<dyn Source>, Error>,
    /// Files that would be written if it were there, by their number in the report.
    missed: Vec<u64>,
}

impl Sources {
    /// Opens the sources of a report: at the paths that are `given`, where they have to be, and the others at theirs of
    /// `paths`.
    pub(super) fn open(
        paths: &[PathBuf],
        given: &[PathBuf],
        report: &KeptReport,
        pace: &Pace,
        keys: &Keys,
        progress: &Progress,
    ) -> Result<Self, Error> {
        refuse_surplus(given, report.sources.len())?;
        refuse_needless(keys, report.sources.iter().map(|source| &source.known))?;
        let mut sources = Vec::new();
        for (path, source) in paths.iter().zip(&report.sources) {
            match reopen(path, &source.known, pace, keys, progress) {
                Err(error) if sources.len() < given.len() => return Err(error),
                // Whoever has the key can give it.
                Err(error @ Error::Locked { .. }) => return Err(error),
                opened => sources.push(SourceAtHand { opened, missed: Vec::new() }),
            }
        }
        Ok(Sources(sources))
    }

    /// Fails where files are `chosen`, all of which would have to be read from sources that are not there. What is in the
    /// folder `here` already need not be.
    pub(super) fn any_of(
        &mut self,
        chosen: &[usize],
        report: &KeptReport,
        here: Option<&Folder>,
    ) -> Result<(), Error> {
        let files = chosen.iter().map(|position| &report.files[*position].known);
        let is_there = |file: &ReportFile| {
            here.zip(file.path.as_ref()).is_some_and(|(here, path)| !here.is_free(path))
        };
        if files.clone().any(|file| file.from.is_some() || is_there(file)) {
            return Ok(());
        }
        let mut needed: Vec<usize> = files.map(|file| file.source as usize).collect();
        needed.sort_unstable();
        needed.dedup();
        let is_absent = |at: &usize| self.0.get(*at).is_some_and(|source| source.opened.is_err());
        match needed.first() {
            Some(first) if needed.iter().all(is_absent) => {
                self.0.swap_remove(*first).opened.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// The one in which a file lies, if the report has it; nothing in that where it is not there, and one more file misses
    /// it then.
    pub(super) fn of(&mut self, file: &ReportFile) -> Option<Option<&dyn Source>> {
        let source = self.0.get_mut(usize::try_from(file.source).ok()?)?;
        if source.opened.is_err() {
            source.missed.push(file.id);
        }
        Some(source.opened.as_deref().ok())
    }

    /// Those that are there, for the audit log.
    pub(super) fn there(&self) -> Vec<AuditSource> {
        let opened = self.0.iter().filter_map(|source| source.opened.as_deref().ok());
        opened.map(AuditSource::of).collect()
    }

    /// Why sources are not there in which files lie that were to be written, and the numbers of those.
    pub(super) fn into_absent(self) -> Vec<(String, Vec<u64>)> {
        let missed = self.0.into_iter().filter(|source| !source.missed.is_empty());
        missed
            .filter_map(|source| Some((source.opened.err()?.with_cause(), source.missed)))
            .collect()
    }
}

//! The sources that photos of a report are written from.

use std::path::{Path, PathBuf};

use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::output::report::ReportFile;
use crate::run::kept_report::KeptReport;
use crate::source::{Io, Limited, Pace, Source, Watched, open_watched};
use crate::system::folder::Folder;

/// The sources of a report, or why one is not at hand.
pub(super) struct Sources(Vec<SourceAtHand>);

struct SourceAtHand {
    opened: Result<Box<dyn Source>, Error>,
    /// Files that would be written if it were there.
    missed: u64,
}

impl Sources {
    /// Opens the sources at `paths`, of which the first ones, `given`, were named and have to be there.
    pub(super) fn open(
        paths: &[PathBuf],
        given: usize,
        report: &KeptReport,
        pace: &Pace,
        progress: &Progress,
    ) -> Result<Self, Error> {
        let mut sources = Vec::new();
        for (path, source) in paths.iter().zip(&report.sources) {
            let opened = open_one(path, source.known.size, pace, progress);
            match opened {
                Err(error) if sources.len() < given => return Err(error),
                opened => sources.push(SourceAtHand { opened, missed: 0 }),
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
            here.zip(file.path.as_ref())
                .is_some_and(|(here, path)| !matches!(here.kind(path), Ok(None)))
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

    /// The one at a position in the report, or why it is not there: one more file misses it then.
    pub(super) fn of(&mut self, position: u32) -> Option<Result<&dyn Source, String>> {
        let source = self.0.get_mut(usize::try_from(position).ok()?)?;
        source.missed += u64::from(source.opened.is_err());
        Some(source.opened.as_deref().map_err(Error::with_cause))
    }

    /// Why sources are not there in which files lie that were to be written, and how many of those there are.
    pub(super) fn absent(&self) -> Vec<(String, u64)> {
        let missed = self.0.iter().filter(|source| source.missed > 0);
        let told = missed
            .filter_map(|source| Some((source.opened.as_ref().err()?.with_cause(), source.missed)));
        told.collect()
    }
}

fn open_one(
    path: &Path,
    known: u64,
    pace: &Pace,
    progress: &Progress,
) -> Result<Box<dyn Source>, Error> {
    let source = open_watched(path, Io::Auto, progress.wish())?;
    let len = source.len();
    if len != known {
        return Err(Error::OtherSource { path: path.to_path_buf(), len, known });
    }
    Ok(Box::new(Watched::new(Limited::at(source, pace), progress.wish())))
}

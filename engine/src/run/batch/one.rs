//! One image of a batch, from its folder to what the batch tells of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::images::FoundImage;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::options::Options;
use crate::output::destination::REPORT;
use crate::output::report::{BatchImage, BatchStatus, ReportEnd, ReportHead, ReportSource};
use crate::run::open::scan;
use crate::run::results::Results;
use crate::source::absolute;

/// An image and where its photos go.
#[derive(Debug)]
pub(super) struct BatchJob {
    pub(super) image: FoundImage,
    /// Its folder below the output folder.
    pub(super) folder: String,
    /// Its place in the state of the batch.
    pub(super) place: usize,
    /// Whether an earlier run of the same batch has finished it, as far as its files tell.
    pub(super) is_done: bool,
    /// Whether it has another length or date than when that run began to scan it.
    pub(super) is_changed: bool,
}

/// Why an image is not gone on with whose folder holds the scan of another one, and what to do.
const OTHER: (&str, &str) = (
    "it is another one than was scanned into its folder, or was written to since",
    "to scan it too, move that folder away, or name another output folder",
);

/// What is told where a fault of this program ends the scan of an image, and what to do.
const FAULT: (&str, &str) = ("a fault of this program ended its scan", "please report it");

/// What an image came to.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) told: BatchImage,
    /// What kept it from being scanned, or from being scanned to its end.
    pub(super) error: Option<Error>,
}

impl BatchJob {
    /// Bytes that are to be scanned of it, as far as is known: of what an earlier run has finished, none.
    pub(super) fn expected(&self) -> u64 {
        if self.is_done { 0 } else { self.image.len.unwrap_or_default() }
    }

    /// What is told of it before its scan begins.
    pub(super) fn waiting(&self) -> BatchImage {
        let path = &self.image.path;
        let absolute = absolute(path).ok().filter(|absolute| absolute != path);
        BatchImage {
            path: path.to_string_lossy().into_owned(),
            absolute_path: absolute.map(|path| path.to_string_lossy().into_owned()),
            size: self.image.len.unwrap_or_default(),
            ..BatchImage::default()
        }
    }

    /// Scans it below `output`, or takes what an earlier run has of it.
    pub(super) fn run(&mut self, output: &Path, options: &Options, progress: &Progress) -> Scanned {
        let own = output.join(&self.folder);
        if self.is_done
            && let Some(told) = self.kept(&own)
        {
            return Scanned { told, error: None };
        }
        if let Some(error) = self.image.error.take() {
            return self.failed(error);
        }
        let path = self.image.path.clone();
        let options = Options { output: Some(own.clone()), ..options.clone() };
        // A fault of this program that one image brings out must not cost the others their reports.
        let scanned = catch_unwind(AssertUnwindSafe(|| scan(&[path], &options, progress)));
        match scanned {
            Err(_) => self.refused(FAULT),
            Ok(Err(Error::Differs { .. })) => self.refused(OTHER),
            // A few sectors tell images apart, and these need not be the ones that were changed.
            Ok(Err(Error::Finished { .. })) if self.is_changed => self.refused(OTHER),
            Ok(Err(Error::Finished { .. })) => match self.kept(&own) {
                Some(told) => Scanned { told, error: None },
                None => self.failed(Error::Report {
                    path: own.join(REPORT),
                    why: "its scan is finished, and its report cannot be read",
                }),
            },
            // Opening may take long, and ends with an error when it is stopped.
            Ok(Err(error)) if progress.stopped() && !matches!(error, Error::NoRoom { .. }) => {
                Scanned { told: self.waiting(), error: None }
            }
            Ok(Err(error)) => self.failed(error),
            Ok(Ok(outcome)) => {
                let has_report = outcome.report.is_some();
                let error =
                    outcome.failure.or_else(|| outcome.failed.into_iter().next().map(|one| one.1));
                let mut told = self.of(&outcome.head, has_report);
                if let Some(error) = &error {
                    (told.status, told.error) = (BatchStatus::Failed, Some(error.with_cause()));
                }
                Scanned { told, error }
            }
        }
    }

    fn refused(&self, (why, advice): (&'static str, &'static str)) -> Scanned {
        self.failed(Error::InBatch { path: self.image.path.clone(), why, advice })
    }

    /// What an earlier run has made of it; nothing where that was not all.
    fn kept(&self, own: &Path) -> Option<BatchImage> {
        let head = Results::open(own).ok()?.report().ok()?.head;
        head.ended.is_complete().then(|| self.of(&head, true))
    }

    /// What is told of it by its report.
    fn of(&self, head: &ReportHead, has_report: bool) -> BatchImage {
        let source = head.sources.first();
        let number = |of: fn(&ReportSource) -> u64| source.map_or(0, of);
        let volumes = source.map(|source| source.volumes.as_slice()).unwrap_or_default();
        let encrypted = volumes.iter().filter(|volume| volume.locked.is_some());
        BatchImage {
            status: match head.ended {
                ReportEnd::Complete => BatchStatus::Complete,
                ReportEnd::Stopped => BatchStatus::Stopped,
                ReportEnd::Failed => BatchStatus::Failed,
            },
            folder: Some(self.folder.clone()),
            report: has_report.then(|| format!("{}/{REPORT}", self.folder)),
            error: head.incomplete.clone(),
            size: number(|source| source.size),
            unreadable_bytes: number(ReportSource::unreadable_bytes),
            unreadable_ranges: number(|source| source.unreadable.len() as u64),
            unreadable_files: number(|source| source.unreadable_files),
            encrypted: encrypted.cloned().collect(),
            noise: source.and_then(|source| source.noise).filter(|_| volumes.is_empty()),
            container: source.and_then(|source| source.container.clone()),
            started: Some(head.started.clone()),
            finished: Some(head.finished.clone()),
            summary: Some(head.summary.clone()),
            notes: head.notes.clone(),
            ..self.waiting()
        }
    }

    /// What is told of it where `error` keeps it from being scanned.
    pub(super) fn failed(&self, error: Error) -> Scanned {
        let told = BatchImage {
            status: BatchStatus::Failed,
            error: Some(error.with_cause()),
            ..self.waiting()
        };
        Scanned { told, error: Some(error) }
    }
}

/// Where the report of an image lies below `output`.
pub(super) fn folder_of(output: &Path, image: &BatchImage) -> Option<PathBuf> {
    image.report.as_ref()?;
    Some(output.join(image.folder.as_ref()?))
}

//! What a report comes to, as its sentences ask it.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Grade, Kinds};
use crate::output::report::{ReportEnd, ReportHead, ReportSource};

/// What is said of a scan that was stopped. Its chunks end in no order, so that no position tells what is missing.
pub const CUT_SHORT: &str = "It was stopped before the end: not all of it was looked at.";

/// What stands before the files of a report, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The report.
    pub head: &'a ReportHead,
}

impl<'a> Facts<'a> {
    /// The facts of a report.
    pub fn of(head: &'a ReportHead) -> Self {
        Facts { head }
    }

    /// Photos and videos of their own that are recovered.
    pub fn recovered(self) -> Kinds {
        Kinds { photos: self.head.summary.photos, videos: self.head.summary.videos }
    }

    /// Photos and videos of their own that are still there and only listed.
    pub fn live(self) -> Kinds {
        self.head.summary.live_kinds()
    }

    /// Whether something is recovered.
    pub fn has_photos(self) -> bool {
        self.recovered().sum() > 0
    }

    /// Whether something was found, even if it is only listed.
    pub fn has_any(self) -> bool {
        self.has_photos() || self.live().sum() > 0 || self.head.summary.unwritten > 0
    }

    /// Whether options are the reason that there is not more: nobody has to guess at others then.
    pub(super) fn has_left_out(self) -> bool {
        !self.head.summary.left_out.is_nothing()
    }

    /// Those with something missing, or all others.
    pub fn of_grade(self, incomplete: bool) -> Kinds {
        let is_incomplete = |grade: &Grade| matches!(grade, Grade::Partial | Grade::Damaged);
        let counts = self.head.summary.by_grade_recovered().into_iter();
        counts.filter(|(grade, _)| is_incomplete(grade) == incomplete).map(|(_, kinds)| kinds).sum()
    }

    /// Whether only a part of each source was asked for.
    fn is_part(self) -> bool {
        self.head.options.range.is_some() || self.head.options.volume.is_some()
    }

    /// Whether all photos of all kinds were asked for.
    pub fn is_all(self) -> bool {
        let options = &self.head.options;
        let is_any = options.formats.is_empty() && options.paths.is_empty();
        let is_ever = options.since.is_none() && options.until.is_none();
        let is_of_any_size = (options.min_size, options.min_pixels) == (0, 0);
        is_any && is_ever && options.camera.is_none() && is_of_any_size && !self.is_part()
    }

    /// Whether somebody stopped the run.
    pub fn is_stopped(self) -> bool {
        self.head.ended == ReportEnd::Stopped
    }

    /// Whether something kept the run from being finished.
    pub fn has_failed(self) -> bool {
        self.head.ended == ReportEnd::Failed
    }

    /// Whether the scan ended before all that was asked for was scanned.
    pub(super) fn is_cut_short(self) -> bool {
        // Those that could not be opened are told of one by one.
        self.head.sources.iter().any(|source| source.error.is_some() && is_open(source))
    }

    /// Whether every byte that was asked for was scanned.
    pub(super) fn is_whole(self) -> bool {
        self.head.ended.is_complete() && !self.is_part()
    }

    /// Whether what was looked at are files: folders, backups, archives.
    pub(super) fn is_of_files(self) -> bool {
        let mut sources = self.head.sources.iter().filter(|source| is_open(source)).peekable();
        sources.peek().is_some() && sources.all(|source| source.kind == "folder")
    }

    /// Bytes of the sources that were looked through.
    pub(super) fn scanned(self) -> u64 {
        let scanned = |source: &ReportSource| {
            let unscanned = source.unscanned.iter().map(|range| range.length);
            let missing = unscanned.fold(0, u64::saturating_add);
            self.asked(source).saturating_sub(missing)
        };
        self.head.sources.iter().map(scanned).fold(0, u64::saturating_add)
    }

    /// Bytes of a source that were to be looked through.
    fn asked(self, source: &ReportSource) -> u64 {
        let options = &self.head.options;
        if let Some(range) = options.range {
            return range.length.min(source.size.saturating_sub(range.offset));
        }
        let Some(number) = options.volume else { return source.size };
        let mut volumes = source.volumes.iter().filter(|volume| !volume.lost);
        let volume = volumes.find(|volume| volume.partition.is_none_or(|one| one == number));
        volume.map_or(source.size, |volume| volume.length)
    }

    /// How long the run took, where the report tells.
    pub(super) fn time(self) -> Option<Duration> {
        let moment = |text: &str| text.parse::<Timestamp>().ok();
        let time = moment(&self.head.finished)?.duration_since(moment(&self.head.started)?);
        Duration::try_from(time).ok()
    }
}

/// Whether a source could be opened.
pub(super) fn is_open(source: &ReportSource) -> bool {
    !source.kind.is_empty()
}

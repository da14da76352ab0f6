//! What a scan came to, as all parts of the summary ask it.

use afterimage_engine::LeftOut;
use afterimage_engine::options::Options;
use afterimage_engine::report::{Grade, Kinds};
use afterimage_engine::run::Outcome;

use crate::memory::Memory;

/// What is said of a scan that was stopped. Its chunks end in no order, so that no position tells what is missing.
pub const CUT_SHORT: &str = "It was stopped before the end: not all of it was looked at.";

/// What there is to tell.
pub struct Told<'a> {
    /// What the scan came to.
    pub outcome: &'a Outcome,
    /// What was asked for.
    pub options: &'a Options,
    /// The most memory it used, where what it cost is to be told too.
    pub memory: Option<Memory>,
}

impl Told<'_> {
    /// Photos and videos of their own that are recovered.
    pub fn recovered(&self) -> Kinds {
        self.outcome.photos.iter().map(|(_, count)| *count).sum()
    }

    /// Whether something is recovered.
    pub(super) fn has_photos(&self) -> bool {
        self.recovered().sum() > 0
    }

    /// Whether options are the reason that there is not more: nobody has to guess at others then.
    pub(super) fn has_left_out(&self) -> bool {
        let LeftOut { by_format, by_choice, by_size } = self.outcome.left_out;
        by_format.sum() + by_choice.sum() + by_size.sum() > 0
    }

    /// Whether something was found, even if it is only listed.
    pub fn has_any(&self) -> bool {
        self.has_photos() || self.outcome.live.sum() > 0 || self.outcome.summary.unwritten > 0
    }

    /// Those with something missing, which go to `partial`, or all others.
    pub(super) fn of_grade(&self, incomplete: bool) -> Kinds {
        let is_incomplete = |grade: &Grade| matches!(grade, Grade::Partial | Grade::Damaged);
        let counts = self.outcome.photos.iter();
        counts
            .filter(|(grade, _)| is_incomplete(grade) == incomplete)
            .map(|(_, count)| *count)
            .sum()
    }

    /// Whether only a part of each source was asked for.
    fn is_part(&self) -> bool {
        self.options.range.is_some() || self.options.volume.is_some()
    }

    /// Whether all photos of all kinds were asked for.
    pub fn is_all(&self) -> bool {
        let Options { formats, select, min_size, min_pixels, .. } = self.options;
        formats.is_empty()
            && select.is_all()
            && (*min_size, *min_pixels) == (0, 0)
            && !self.is_part()
    }

    /// Whether the scan ended before all that was asked for was scanned.
    pub(super) fn is_cut_short(&self) -> bool {
        let unfinished = self.outcome.sources.iter().filter(|source| source.error.is_some());
        // Those that could not be opened are told of one by one.
        unfinished.count() > self.outcome.failed.len()
    }

    /// Whether every byte that was asked for was scanned.
    pub(super) fn whole(&self) -> bool {
        !self.outcome.interrupted && self.outcome.failure.is_none() && !self.is_part()
    }
}

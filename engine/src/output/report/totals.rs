//! What files come to: every number that is said of a run is made here.

use std::collections::BTreeMap;

use super::disposition::ReportDisposition;
use super::file::ReportFile;
use super::summary::{ReportRecovered, Summary};
use super::word::word;
use crate::formats::Registry;
use crate::ledger::{Ledger, NONE};
use crate::model::{Grade, Origin};
use crate::settle::{LostRow, ReportOrder};

/// A file as it is counted.
struct Counted<'f> {
    format: &'f str,
    is_video: bool,
    grade: Grade,
    origin: Origin,
    bytes: u64,
    is_inner: bool,
    is_copy: bool,
    disposition: ReportDisposition,
}

/// What files come to.
#[derive(Debug, Default)]
pub(super) struct Totals {
    summary: Summary,
    recovered: BTreeMap<(String, Grade), ReportRecovered>,
}

/// The summary with all that files tell counted anew; the rest is what it was.
pub fn recount<'f>(summary: &Summary, files: impl Iterator<Item = &'f ReportFile>) -> Summary {
    let mut totals = Totals::default();
    files.for_each(|file| totals.add(&Counted::from(file)));
    Summary {
        lost_known: summary.lost_known,
        lost_by_state: summary.lost_by_state.clone(),
        left_out: summary.left_out,
        ..totals.summary()
    }
}

impl Totals {
    /// What the files of a report come to; `disposition` tells by position what becomes of one.
    pub(super) fn of(
        listing: &ReportOrder,
        ledger: &Ledger,
        registry: &Registry,
        disposition: impl Fn(usize) -> ReportDisposition,
    ) -> Self {
        let mut totals = Totals::default();
        for (position, &index) in listing.order.iter().enumerate() {
            let entry = &ledger.entries[index as usize];
            let format = usize::from(entry.format);
            let is_inner = listing.parent[position] != NONE;
            totals.add(&Counted {
                format: registry.name(format),
                is_video: registry.is_video(format),
                grade: entry.grade,
                origin: if is_inner { Origin::Embedded } else { entry.origin },
                bytes: entry.size(),
                is_inner,
                is_copy: listing.copy_of[position] != NONE,
                disposition: disposition(position),
            });
        }
        totals.summary.left_out = listing.left_out.into();
        totals
    }

    /// Counts photos that are known to have existed, by what is left of them.
    pub(super) fn count_lost(&mut self, lost: &[LostRow]) {
        self.summary.lost_known = lost.len() as u64;
        for row in lost {
            *self.summary.lost_by_state.entry(word(row.state)).or_default() += 1;
        }
    }

    /// What the report says.
    pub(super) fn summary(self) -> Summary {
        Summary { recovered: self.recovered.into_values().collect(), ..self.summary }
    }

    fn add(&mut self, file: &Counted<'_>) {
        let summary = &mut self.summary;
        summary.files += 1;
        summary.bytes = summary.bytes.saturating_add(file.bytes);
        *summary.by_format.entry(file.format.to_owned()).or_default() += 1;
        *summary.by_grade.entry(word(file.grade)).or_default() += 1;
        *summary.by_origin.entry(word(file.origin)).or_default() += 1;
        summary.duplicates += u64::from(file.is_copy);
        if file.is_inner {
            summary.inside += 1;
            summary.embedded += u64::from(file.disposition == ReportDisposition::Recovered);
            return;
        }
        match file.disposition {
            ReportDisposition::Copy => summary.copies += 1,
            ReportDisposition::Unseen => summary.unseen += 1,
            ReportDisposition::Surpassed => summary.surpassed += 1,
            ReportDisposition::Unwritten => summary.unwritten += 1,
            ReportDisposition::Known => {
                summary.known += 1;
                summary.known_videos += u64::from(file.is_video);
            }
            ReportDisposition::Live => {
                summary.live += 1;
                summary.live_videos += u64::from(file.is_video);
            }
            ReportDisposition::Recovered => {
                *(if file.is_video { &mut summary.videos } else { &mut summary.photos }) += 1;
                self.recover(file);
            }
        }
    }

    fn recover(&mut self, file: &Counted<'_>) {
        let row = self.recovered.entry((file.format.to_owned(), file.grade));
        let row = row.or_insert_with(|| ReportRecovered {
            format: file.format.to_owned(),
            video: file.is_video,
            grade: file.grade,
            files: 0,
            bytes: 0,
        });
        row.files += 1;
        row.bytes = row.bytes.saturating_add(file.bytes);
    }
}

impl<'f> From<&'f ReportFile> for Counted<'f> {
    fn from(file: &'f ReportFile) -> Self {
        Counted {
            format: &file.format,
            is_video: file.is_video(),
            grade: file.grade,
            origin: file.origin,
            bytes: file.size,
            is_inner: file.parent.is_some(),
            is_copy: file.duplicate_of.is_some(),
            disposition: file.disposition,
        }
    }
}

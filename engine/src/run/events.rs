//! What a run tells whoever keeps a log: its stages, what it opened, what could not be read, and which files it put
//! together. There is no event for a candidate, and none costs anything where nobody listens.

use tracing::{debug, info, warn};

use super::source_job::SourceJob;
use crate::ledger::{IndexEntry, ScanTally};
use crate::output::report::ReportHead;

/// Sources are open, and their file systems surveyed.
pub(super) fn opened(sources: &[SourceJob]) {
    for job in sources {
        let path = &job.path;
        match &job.source {
            Ok(source) => info!(?path, kind = source.kind().name(), bytes = source.len(), "opened"),
            Err(error) => warn!(?path, %error, "could not be opened"),
        }
        for volume in &job.survey.volumes {
            let contents = &volume.contents;
            info!(
                ?path,
                kind = %contents.kind,
                offset = contents.span.at,
                bytes = contents.span.len,
                entries = contents.entries.len(),
                partition = volume.partition,
                is_lost = volume.lost,
                "found a volume"
            );
        }
    }
}

/// A source is to be scanned.
pub(super) fn scanning(job: &SourceJob, bytes: u64) {
    info!(path = ?job.path, bytes, "scans");
}

/// A source is scanned, or as much of it as could be.
pub(super) fn scanned(job: &SourceJob, tally: &ScanTally) {
    let path = &job.path;
    info!(?path, is_whole = tally.complete, bytes_of_one_value = tally.erased, "has scanned");
    if tally.left_out > 0 {
        let candidates = tally.left_out;
        warn!(?path, candidates, "left out candidates in dense regions");
    }
}

/// Files were put together that lie in several runs, or that only a file system could tell of.
pub(super) fn restored<'e>(job: &SourceJob, files: impl Iterator<Item = &'e IndexEntry>) {
    let mut count = 0_u64;
    for file in files {
        count += 1;
        debug!(
            path = ?job.path,
            offset = file.offset,
            bytes = file.len,
            is_in_pieces = file.pieces,
            grade = ?file.grade,
            "restored a file"
        );
    }
    info!(path = ?job.path, files = count, "has restored");
}

/// It is settled what is listed.
pub(super) fn settled(head: &ReportHead) {
    for source in &head.sources {
        let lengths = source.unreadable.iter().map(|range| range.length);
        let bytes = lengths.fold(0, u64::saturating_add);
        if bytes > 0 {
            let ranges = source.unreadable.len();
            warn!(path = source.path, ranges, bytes, "could not be read");
        }
        for range in &source.unreadable {
            debug!(path = source.path, offset = range.offset, bytes = range.length, "unreadable");
        }
    }
    let summary = &head.summary;
    info!(
        files = summary.files,
        photos = summary.photos,
        videos = summary.videos,
        live = summary.live,
        copies = summary.copies,
        unseen = summary.unseen,
        unwritten = summary.unwritten,
        incomplete = head.incomplete,
        "has settled"
    );
}

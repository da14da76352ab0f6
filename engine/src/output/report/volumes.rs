//! What the report says of the file systems of a source.

use afterimage_signatures::Bytes;

use super::source::{ReportNameOnly, ReportVolume};
use crate::model::SpanSet;
use crate::names::NameOnlyEntry;
use crate::volumes::entropy::{Filling, Samples};
use crate::volumes::survey::{Survey, Volume};

/// Name-only entries of one volume that are listed; all are counted.
const MOST_LISTED: usize = 10_000;

/// The volumes of a source, with what their free space holds by samples, some of which are known, and the name-only entries
/// of each.
pub fn describe_volumes(
    survey: &Survey,
    source: &dyn Bytes,
    samples: &Samples,
    name_only: &[Vec<NameOnlyEntry>],
) -> Vec<ReportVolume> {
    let none = Vec::new();
    let volumes = survey.volumes.iter().enumerate();
    let blank = |free: &SpanSet| Some(Filling::of(source, free.as_slice(), samples)?.blank);
    let row = |(at, volume): (usize, &Volume)| ReportVolume {
        free_blank: volume.trusted_free().and_then(blank),
        ..row(volume, name_only.get(at).unwrap_or(&none))
    };
    volumes.map(row).collect()
}

/// All of a volume but what its free space holds.
fn row(volume: &Volume, name_only: &[NameOnlyEntry]) -> ReportVolume {
    let contents = &volume.contents;
    let deleted = contents.entries.iter().filter(|entry| entry.deleted).count() as u64;
    ReportVolume {
        kind: contents.kind.to_owned(),
        offset: contents.span.at,
        length: contents.span.len,
        label: contents.label.clone(),
        cluster_size: contents.cluster_len,
        consistent: contents.faults.is_empty() && contents.encrypted.is_none(),
        faults: contents.faults.clone(),
        locked: contents.encrypted.map(str::to_owned),
        lost: volume.lost,
        partition: volume.partition,
        live: contents.entries.len() as u64 - deleted,
        deleted,
        free: volume.trusted_free().map(SpanSet::total),
        free_blank: None,
        gone: name_only.len() as u64,
        gone_files: name_only.iter().take(MOST_LISTED).map(listed).collect(),
    }
}

fn listed(entry: &NameOnlyEntry) -> ReportNameOnly {
    let modified = entry.modified.map(|moment| moment.to_string());
    ReportNameOnly { path: entry.path.clone(), size: entry.size, modified }
}

//! What is known of the time when the files of a volume were written.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use afterimage_signatures::verdict::Span;
use jiff::civil::DateTime;

use super::layouts::Space;
use super::layouts::history::{self, DatedFile, Doubtful, Turn};
use super::missing::MissingFile;
use crate::claims::{CarvedFile, Occupied};
use crate::model::{ClusterGrid, Grade, SpanSet};
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::survey::{EntryId, Survey, Volume};

/// The order in which the photos of a volume were written, as far as their dates tell.
pub(super) struct Timeline {
    written: Vec<(DateTime, u64)>,
    /// When the last photos were written that begin there.
    starts: BTreeMap<u64, Turn>,
}

impl Timeline {
    /// The order of those entries of a volume that are photos by their names.
    pub(super) fn of(volume: &Volume, is_photo: impl Fn(&Entry) -> bool) -> Self {
        let photos = volume.contents.entries.iter().filter(|entry| is_photo(entry));
        let mut written: Vec<_> = photos.clone().filter_map(key).collect();
        written.sort_unstable();
        let mut timeline = Timeline { written, starts: BTreeMap::new() };
        let starts = photos
            .filter_map(|entry| Some((entry.locations.first()?.start()?, timeline.turn(entry)?)));
        for (start, turn) in starts.collect::<Vec<_>>() {
            let last = timeline.starts.entry(start).or_default();
            *last = turn.max(*last);
        }
        timeline
    }

    /// Whether a photo begins at `start` that was there before the file of an entry was written.
    pub(super) fn is_older(&self, start: u64, entry: &Entry) -> bool {
        let turn = self.turn(entry);
        self.starts.get(&start).is_some_and(|older| turn.is_some_and(|turn| *older < turn))
    }

    /// When a photo was written.
    pub(super) fn turn(&self, entry: &Entry) -> Option<Turn> {
        let position = self.written.binary_search(&key(entry)?).ok()?;
        Turn::try_from(position).ok()
    }
}

fn key(entry: &Entry) -> Option<(DateTime, u64)> {
    Some((entry.modified?.civil, entry.record))
}

/// An entry whose file is proven, and where that lies.
pub(super) struct RestoredFile {
    pub(super) id: EntryId,
    pub(super) runs: Vec<Span>,
}

/// What is known of a source when a round begins.
pub(super) struct ProvenSoFar<'k> {
    pub(super) survey: &'k Survey,
    pub(super) occupied: &'k Occupied,
    /// All that is occupied.
    pub(super) spans: &'k SpanSet,
    /// The entries whose files were restored.
    pub(super) restored: &'k [RestoredFile],
}

/// Where the files of the volume at a position of the survey may lie, by what was proven so far and by which
/// of its entries are `missing`.
pub(super) fn space(
    position: u32,
    timeline: &Timeline,
    missing: &[&MissingFile<'_>],
    known: &ProvenSoFar<'_>,
    is_photo: impl Fn(&Entry) -> bool,
) -> Space {
    let contents = &known.survey.volumes[position as usize].contents;
    let grid = ClusterGrid::new(contents.clusters_at, contents.cluster_len);
    let space = Space::new(contents.free.clone(), known.spans, grid);
    // Those after the likeliest may be anybody's, or none.
    let headers = missing.iter().filter_map(|one| one.headers.first());
    let headers: Vec<Span> = headers.map(|&at| Span { at, len: contents.cluster_len }).collect();
    let keys: BTreeSet<(u64, u64)> =
        missing.iter().map(|one| (one.entry.record, one.entry.size)).collect();
    let is_missing = |entry: &Entry| keys.contains(&(entry.record, entry.size));
    let doubtful = doubtful(&contents.entries, is_missing, is_photo);
    let settled = settled(position, timeline, known);
    let mut claims = history::claims(&doubtful, &settled, &space.unclaimed);
    claims.extend(headers.iter().map(|&span| history::Claim::lasting(span)));
    space.with(claims, headers.into(), &settled)
}

/// The files that are known to lie where they do and of which it is known when they were written.
fn settled<'r>(position: u32, timeline: &Timeline, known: &ProvenSoFar<'r>) -> Vec<DatedFile<'r>> {
    let volume = &known.survey.volumes[position as usize];
    let carved: &BTreeMap<u64, CarvedFile> = &known.occupied.carved;
    let simple = volume.contents.entries.iter().filter_map(|entry| {
        let turn = timeline.turn(entry)?;
        let runs = match entry.locations.first()? {
            Location::Runs(runs) if volume.has_live(entry) => Cow::from(runs),
            location => {
                let at = location.start()?;
                let file = carved.get(&at).filter(|file| file.grade == Grade::Verified)?;
                Cow::from(vec![Span { at, len: file.len }])
            }
        };
        Some(DatedFile { turn, runs })
    });
    let pieces = known.restored.iter().filter(|one| one.id.volume == position);
    let pieces = pieces.filter_map(|one| {
        let (_, entry) = known.survey.entry(one.id);
        Some(DatedFile { turn: timeline.turn(entry)?, runs: Cow::from(&one.runs) })
    });
    simple.chain(pieces).collect()
}

/// Deleted files that nothing proves and that are not looked for: those that are lost but not erased, or
/// were deleted last. Such a file is taken to lie in one piece, since nothing can tell better.
fn doubtful<'e>(
    entries: &'e [Entry],
    is_missing: impl Fn(&Entry) -> bool,
    is_photo: impl Fn(&Entry) -> bool,
) -> Vec<Doubtful<'e>> {
    let lost = entries.iter().all(|entry| entry.deleted);
    let counts = |entry: &&Entry| entry.deleted && !(lost && entry.erased) && !is_missing(entry);
    let doubtful = entries.iter().filter(counts).filter_map(|entry| {
        let spans: Vec<Span> = match entry.locations.first()? {
            Location::Runs(runs) => {
                runs.iter().map(|run| Span { at: run.at, len: run.len }).collect()
            }
            // Where such a photo began lies something else by now.
            Location::Start(_) if is_photo(entry) => return None,
            &Location::Start(at) => vec![Span { at, len: entry.size }],
        };
        Some(Doubtful { entry, spans: spans.into_iter().filter(|span| span.len > 0).collect() })
    });
    doubtful.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erased_records_of_a_lost_volume_tell_of_nothing() {
        let of = |path: &str, at, size, deleted, erased| Entry {
            path: path.to_owned(),
            certain: true,
            deleted,
            erased,
            size,
            written: size,
            locations: vec![Location::Start(at)],
            modified: None,
            deleted_at: None,
            record: at,
            coded: None,
        };
        let told = |entries: &[Entry], open: u64| {
            let is_photo = |entry: &Entry| entry.path.ends_with("jpg");
            let doubtful = doubtful(entries, |entry| entry.record == open, is_photo);
            doubtful.iter().flat_map(|one| &one.spans).map(|span| span.at).collect::<Vec<_>>()
        };
        let mut entries = [
            of("a.dat", 1, 20, true, false),
            of("a.jpg", 40, 25, true, false),
            of("b.dat", 90, 20, true, true),
            of("c.dat", 200, 0, true, true),
        ];
        assert_eq!((told(&entries, 1), told(&entries, 2)), (vec![], vec![1]));
        entries[0].deleted = false;
        assert_eq!(told(&entries, 40), [90]);
    }
}

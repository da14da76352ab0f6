//! The entries whose files carving did not find.

use std::collections::BTreeMap;

use super::confidence::Confidence;
use crate::claims::CarvedFile;
use crate::model::Grade;
use crate::names::{Fit, LEAST_SIZE, distance};
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::survey::{EntryId, Survey, Volume};

/// Files of one source that are measured for their entries' sake.
const MOST_MEASURED: usize = 1 << 20;

/// An entry whose file carving did not find.
pub(super) struct MissingFile<'s> {
    pub(super) id: EntryId,
    pub(super) volume: &'s Volume,
    pub(super) entry: &'s Entry,
    /// Where it may begin and something that is known does.
    pub(super) headers: Vec<u64>,
    /// Whether it may be of a format whose payload proves itself.
    pub(super) provable: bool,
    /// How much of it carving found already: its picture. What follows that is looked for once all others
    /// had their turn.
    pub(super) picture: Option<u64>,
    /// Layouts in which it is not proven to lie, by their digests.
    pub(super) tried: Vec<u64>,
    /// The last confidence with which its format was let look for it.
    pub(super) followed: Option<Confidence>,
}

/// The entries of files that carving did not find whole where they say.
pub(super) fn missing<'s>(
    survey: &'s Survey,
    entries: &[EntryId],
    carved: &BTreeMap<u64, CarvedFile>,
) -> Vec<MissingFile<'s>> {
    let missing = entries.iter().filter_map(|&id| {
        let (volume, entry) = survey.entry(id);
        if entry.size < LEAST_SIZE || entry.coded.is_some() {
            return None;
        }
        let picture = found(carved, volume, entry);
        let clusters = |len: u64| len.div_ceil(volume.contents.cluster_len.max(1));
        // What follows the picture in clusters of its own may lie elsewhere.
        let is_missing = picture.is_none_or(|len| clusters(len) < clusters(entry.size));
        is_missing.then(|| MissingFile {
            id,
            volume,
            entry,
            headers: Vec::new(),
            provable: false,
            picture,
            tried: Vec::new(),
            followed: None,
        })
    });
    missing.take(MOST_MEASURED).collect()
}

/// How much carving found of the file of an entry, as the entry tells it: its picture, at least.
fn found(carved: &BTreeMap<u64, CarvedFile>, volume: &Volume, entry: &Entry) -> Option<u64> {
    entry.locations.iter().find_map(|location| {
        let piece = match location {
            Location::Runs(runs) => runs.first().map_or(0, |run| run.len),
            Location::Start(_) => 0,
        };
        let file = location.start().and_then(|start| carved.get(&start));
        let found = file.filter(|file| {
            let in_one = file.grade == Grade::Verified || piece >= file.len;
            in_one
                && match distance(volume, entry, file.len, file.end) {
                    Fit::Not => false,
                    Fit::Far => entry.has_one_start(),
                    Fit::Exact | Fit::Near => true,
                }
        });
        // More than a trailer is looked for nowhere but in the same clusters, when it is named.
        let is_all = |file: &CarvedFile| {
            piece >= entry.size || distance(volume, entry, file.len, file.end) == Fit::Far
        };
        found.map(|file| if is_all(file) { entry.size } else { file.len })
    })
}

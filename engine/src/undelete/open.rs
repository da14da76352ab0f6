//! The entries whose files carving did not find.

use std::collections::BTreeMap;

use super::claims::Carved;
use crate::filesystem::{Entry, Place};
use crate::join::is_near;
use crate::layouts;
use crate::report::Grade;
use crate::survey::{Survey, Told, Volume};

/// A file of a photo is not shorter, in bytes.
const LEAST_SIZE: u64 = 64;

/// Files of one source that are measured for their entries' sake.
const MOST_MEASURED: usize = 1 << 20;

/// An entry whose file carving did not find.
pub(super) struct Open<'s> {
    pub(super) told: Told<'s>,
    /// Whether it may be of a format whose payload proves itself.
    pub(super) provable: bool,
    /// Layouts in which it is not proven to lie, by their digests.
    pub(super) tried: Vec<u64>,
    /// Whether its format was let look for it.
    pub(super) guided: bool,
}

/// The entries of files that carving did not find whole where they say.
pub(super) fn open<'s>(survey: &'s Survey, carved: &BTreeMap<u64, Carved>) -> Vec<Open<'s>> {
    let is_open = |told: &Told<'_>| {
        let entry = told.entry;
        let asked = entry.size >= LEAST_SIZE && entry.coded.is_none();
        asked && !is_found(carved, told.volume, entry)
    };
    let open = survey.told().into_iter().filter(is_open).take(MOST_MEASURED);
    open.map(|told| Open { told, provable: false, tried: Vec::new(), guided: false }).collect()
}

/// Whether carving found the file of an entry as the entry tells it.
pub(super) fn is_found(carved: &BTreeMap<u64, Carved>, volume: &Volume, entry: &Entry) -> bool {
    entry.places.iter().any(|place| {
        let piece = match place {
            Place::Runs(runs) => runs.first().map_or(0, |run| run.len),
            Place::Start(_) => 0,
        };
        let file = layouts::start(place).and_then(|start| carved.get(&start));
        file.is_some_and(|file| {
            let in_one = file.grade == Grade::Verified || piece >= file.len;
            in_one && is_near(volume, entry, file.len, file.end)
        })
    })
}

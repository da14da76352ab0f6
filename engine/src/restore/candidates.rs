//! The entries whose files carving did not find.

use std::collections::BTreeMap;

use super::confidence::Stage;
use crate::claims::occupied::Carved;
use crate::names::join::is_near;
use crate::output::report::Grade;
use crate::restore::layouts;
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::survey::{Survey, Told, Volume};

/// A file of a photo is not shorter, in bytes.
pub const LEAST_SIZE: u64 = 64;

/// Files of one source that are measured for their entries' sake.
const MOST_MEASURED: usize = 1 << 20;

/// An entry whose file carving did not find.
pub(super) struct Open<'s> {
    pub(super) told: Told<'s>,
    /// Where it may begin and something that is known does.
    pub(super) heads: Vec<u64>,
    /// Whether it may be of a format whose payload proves itself.
    pub(super) provable: bool,
    /// How much of it carving found already: its picture. What is behind that is looked for once all others
    /// had their turn.
    pub(super) picture: Option<u64>,
    /// Layouts in which it is not proven to lie, by their digests.
    pub(super) tried: Vec<u64>,
    /// The last stage in which its format was let look for it.
    pub(super) guided: Option<Stage>,
}

/// The entries of files that carving did not find whole where they say.
pub(super) fn open<'s>(survey: &'s Survey, carved: &BTreeMap<u64, Carved>) -> Vec<Open<'s>> {
    let asked = |told: &Told<'_>| told.entry.size >= LEAST_SIZE && told.entry.coded.is_none();
    let open = survey.told().into_iter().filter(asked).filter_map(|told| {
        let len = found(carved, told.volume, told.entry);
        let clusters = |len: u64| len.div_ceil(told.volume.contents.cluster_len.max(1));
        // What lies behind the picture in clusters of its own may lie elsewhere.
        let is_open = len.is_none_or(|len| clusters(len) < clusters(told.entry.size));
        let open = Open {
            told,
            heads: Vec::new(),
            provable: false,
            picture: len,
            tried: Vec::new(),
            guided: None,
        };
        is_open.then_some(open)
    });
    open.take(MOST_MEASURED).collect()
}

/// How much carving found of the file of an entry, as the entry tells it: its picture, at least.
fn found(carved: &BTreeMap<u64, Carved>, volume: &Volume, entry: &Entry) -> Option<u64> {
    entry.locations.iter().find_map(|place| {
        let piece = match place {
            Location::Runs(runs) => runs.first().map_or(0, |run| run.len),
            Location::Start(_) => 0,
        };
        let file = layouts::start(place).and_then(|start| carved.get(&start));
        let found = file.filter(|file| {
            let in_one = file.grade == Grade::Verified || piece >= file.len;
            in_one && is_near(volume, entry, file.len, file.end)
        });
        found.map(|file| if piece >= entry.size { entry.size } else { file.len })
    })
}

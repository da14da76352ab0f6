//! The files that the volumes of a source tell of.

use std::cmp::Reverse;

use crate::volumes::filesystem::Entry;
use crate::volumes::survey::volume::Volume;

/// A file that a volume tells of.
#[derive(Clone, Copy, Debug)]
pub struct Told<'s> {
    /// Position of the volume in [`Survey::volumes`].
    pub(crate) position: usize,
    /// The volume.
    pub(crate) volume: &'s Volume,
    /// What it tells.
    pub(crate) entry: &'s Entry,
}

/// All files of all volumes: live before deleted, newer before older, those of volumes that are lost
/// last.
pub(super) fn told(volumes: &[Volume]) -> Vec<Told<'_>> {
    let entries = volumes.iter().enumerate().flat_map(|(position, volume)| {
        volume.contents.entries.iter().map(move |entry| Told { position, volume, entry })
    });
    let mut all: Vec<Told<'_>> = entries.collect();
    all.sort_by_key(|Told { volume, entry, .. }| {
        let when = entry.modified.map(|stamp| stamp.civil);
        (volume.lost, entry.deleted, Reverse(when), entry.record)
    });
    all
}

//! The files that the volumes of a source tell of.

use std::cmp::Reverse;

use super::Survey;
use super::entry_id::EntryId;
use super::volume::Volume;
use crate::volumes::filesystem::Entry;

impl Survey {
    /// All files of all volumes.
    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &Volume, &Entry)> {
        (0..).zip(&self.volumes).flat_map(|(at, volume)| {
            let entries = (0..).zip(&volume.contents.entries);
            entries.map(move |(index, entry)| (EntryId { volume: at, entry: index }, volume, entry))
        })
    }

    /// The volume and the entry of a file of this survey.
    pub fn entry(&self, id: EntryId) -> (&Volume, &Entry) {
        let volume = &self.volumes[id.volume as usize];
        (volume, &volume.contents.entries[id.entry as usize])
    }

    /// All files in the order in which they count where several may lie at one offset: live before deleted,
    /// newer before older, those of volumes that are lost last.
    pub fn by_precedence(&self) -> Vec<EntryId> {
        let mut all: Vec<_> = self.entries().collect();
        all.sort_by_key(|(_, volume, entry)| {
            let when = entry.modified.map(|moment| moment.civil);
            (volume.lost, entry.deleted, Reverse(when), entry.record)
        });
        all.into_iter().map(|(id, ..)| id).collect()
    }
}

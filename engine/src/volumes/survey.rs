//! Which volumes there are on a source, and what they say of their files.
//!
//! Before the scan, partition tables lead to volumes. After it, the traces that the scan came upon
//! lead to volumes that no table names any more, and to records that no volume reaches.

mod entries;
mod entry_id;
mod inside;
mod noted;
mod precedence;
#[cfg(test)]
mod tests;

mod traced;
mod volume;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::source::unlock::UnlockedVolume;
use crate::volumes::filesystem::MOST_ENTRIES;
use crate::volumes::partition::{self, Partition};
pub use entry_id::EntryId;
use noted::Noted;
pub use volume::Volume;

/// Volumes of one source that are read through partitions and traces; one that was formatted often has
/// a few, one that holds images of disks some more.
const MOST_VOLUMES: usize = 256;

/// The volumes of a source.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// By their first byte, those that are lost last.
    pub volumes: Vec<Volume>,
    /// In what the partition table is damaged.
    pub faults: Vec<String>,
}

impl Survey {
    /// The volumes that the partition table leads to, and the one that begins where the source does:
    /// a table may have been put over it, or may be part of a file of it.
    pub fn of(bytes: &dyn Bytes) -> Self {
        Self::of_open(bytes, &[])
    }

    /// The same, and the volumes inside encrypted ones that are open.
    pub fn of_open(bytes: &dyn Bytes, open: &[UnlockedVolume]) -> Self {
        let noted = &Noted::new(bytes);
        let bytes: &dyn Bytes = noted;
        let table = partition::partitions(bytes);
        let mut survey = Survey { volumes: Vec::new(), faults: table.faults };
        survey.volumes.extend(Volume::read(bytes, Span { at: 0, len: bytes.len() }, None));
        for Partition { span, number, .. } in table.list {
            let is_known = survey.volumes.iter().any(|known| known.contents.span.at == span.at);
            if !is_known
                && !survey.is_full()
                && let Some(new) = Volume::read(bytes, span, Some(number))
            {
                precedence::admit(&mut survey.volumes, new);
            }
        }
        open.iter().for_each(|open| survey.add_inside(bytes, open));
        if !open.is_empty() {
            let place = |volume: &Volume| (volume.lost, volume.contents.span.at, volume.system);
            survey.volumes.sort_by_key(place);
        }
        survey.note_unreadable(noted);
        survey
    }

    /// Says of each volume how much of its records could not be read, and of the table.
    fn note_unreadable(&mut self, noted: &Noted<'_>) {
        let unreadable = noted.unreadable();
        let of = |span: Span| {
            let met = unreadable.meeting(span).iter();
            met.map(|one| Span::between(one.at.max(span.at), one.end().min(span.end())).len).sum()
        };
        let mut inside: u64 = 0;
        for volume in &mut self.volumes {
            let lost: u64 = of(volume.contents.span);
            inside = inside.saturating_add(lost);
            if lost > 0 {
                let fault = format!("{lost} bytes of its records could not be read");
                volume.contents.faults.push(fault);
            }
        }
        if unreadable.total() > inside {
            let lost = unreadable.total() - inside;
            self.faults.push(format!("{lost} bytes of partition tables could not be read"));
        }
    }

    /// Whether there are as many volumes or files as are kept of one source.
    fn is_full(&self) -> bool {
        let entries: usize = self.volumes.iter().map(|one| one.contents.entries.len()).sum();
        self.volumes.len() >= MOST_VOLUMES || entries >= MOST_ENTRIES
    }

    /// Keeps the volume of that partition only; the only volume of a source without partitions is
    /// number 1.
    ///
    /// # Errors
    ///
    /// The numbers that there are, when this is none of them.
    pub fn keep_only(&mut self, number: u32) -> Result<(), Vec<u32>> {
        let mut known: Vec<u32> = self.volumes.iter().filter_map(|one| one.partition).collect();
        let numbered = !known.is_empty();
        if !numbered && !self.volumes.is_empty() {
            known.push(1);
        }
        if !known.contains(&number) {
            known.sort_unstable();
            return Err(known);
        }
        self.volumes.retain(|volume| !numbered || volume.partition == Some(number));
        Ok(())
    }
}

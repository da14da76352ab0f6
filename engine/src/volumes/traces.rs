//! Traces of file systems, looked for in every sector while a source is scanned, so that volumes and
//! folders whose way from a partition table is lost are found without reading the source again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::scan::is_constant;
use crate::volumes::filesystem::{self, Clue, SECTOR};

/// A sector that may be a trace of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trace {
    /// Its first byte in the source.
    pub at: u64,
    /// Which of [`filesystem::ALL`] it is of.
    pub system: u8,
    /// What it may be.
    pub clue: Clue,
}

impl Trace {
    /// Whether it is of a file system that there is: logs come from disks, and from others.
    pub fn is_known(&self) -> bool {
        usize::from(self.system) < filesystem::ALL.len()
    }
}

/// Traces that are kept of one source; of more, only those on a coarser grid.
const MOST_TRACES: usize = 1 << 20;

/// Looks at the sectors that begin in `own` of a chunk that begins at `at` of the source.
pub fn look(chunk: &[u8], at: u64, own: Range<usize>, traces: &mut Vec<Trace>) {
    let sector = SECTOR as u64;
    let mut start = ((at + own.start as u64).next_multiple_of(sector) - at) as usize;
    while start < own.end {
        let Some(bytes) = chunk.get(start..).and_then(|rest| rest.first_chunk::<SECTOR>()) else {
            return;
        };
        if filesystem::may_be_trace(bytes) && !is_constant(bytes) {
            for (system, filesystem) in (0..).zip(filesystem::ALL) {
                if let Some(clue) = filesystem.clue(bytes) {
                    traces.push(Trace { at: at + start as u64, system, clue });
                }
            }
        }
        start += SECTOR;
    }
}

/// Traces from all chunks of a source.
#[derive(Debug)]
pub struct Traces {
    found: Vec<Trace>,
    /// Only traces at multiples of this are kept.
    grid: u64,
}

impl Default for Traces {
    fn default() -> Self {
        Traces { found: Vec::new(), grid: SECTOR as u64 }
    }
}

impl Traces {
    /// Adds the traces of a chunk. Which of too many are kept does not depend on their order.
    pub fn add(&mut self, more: &[Trace]) {
        self.add_within(more, MOST_TRACES);
    }

    fn add_within(&mut self, more: &[Trace], most: usize) {
        let grid = self.grid;
        self.found.extend(more.iter().filter(|trace| trace.at.is_multiple_of(grid)));
        if self.found.len() > most {
            // No scan tells of a trace twice, and a log of somebody else may.
            self.found.sort_unstable();
            self.found.dedup();
        }
        while self.found.len() > most
            && let Some(grid) = self.grid.checked_mul(2)
        {
            self.grid = grid;
            self.found.retain(|trace| trace.at.is_multiple_of(grid));
        }
    }

    /// All of them by their place in the source.
    pub fn sorted(mut self) -> Vec<Trace> {
        self.found.sort_unstable();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boot_sector() -> Vec<u8> {
        let volume = afterimage_testdata::ntfs::Volume::new(256);
        volume.image()[..SECTOR].to_vec()
    }

    #[test]
    fn a_trace_is_found_at_the_sectors_that_a_chunk_owns() {
        let mut chunk = vec![7; 8 * SECTOR];
        chunk[2 * SECTOR..3 * SECTOR].copy_from_slice(&boot_sector());
        for (own, found) in [(0..8, true), (2..3, true), (3..8, false), (0..2, false)] {
            let mut traces = Vec::new();
            look(&chunk, 1 << 20, own.start * SECTOR..own.end * SECTOR, &mut traces);
            let at = traces.iter().map(|trace| trace.at).collect::<Vec<_>>();
            let expected = found.then_some((1 << 20) + 2 * SECTOR as u64);
            assert_eq!(at, expected.into_iter().collect::<Vec<_>>(), "{own:?}");
        }
    }

    /// The only leaf of a catalog begins with two links that lead nowhere.
    #[test]
    fn a_sector_that_begins_with_zeros_is_looked_at() {
        use afterimage_testdata::hfsplus::{BLOCK, ROOT, Volume};
        let mut volume = Volume::new("CARD");
        volume.write((ROOT, "a.jpg"), &[7; 3000], 1_700_000_000, 1);
        let (image, mut traces) = (volume.image(), Vec::new());
        look(image, 0, 0..image.len(), &mut traces);
        let is_leaf = |at: u64| image[at as usize..].starts_with(&[0, 0, 0, 0, 0, 0, 0, 0, 0xff]);
        let records = traces.iter().filter(|one| one.clue == Clue::Records);
        let leaves = records.filter(|one| one.at % BLOCK as u64 == 0 && is_leaf(one.at));
        assert_eq!(leaves.count(), 1, "{traces:?}");
    }

    #[test]
    fn no_trace_is_lost_to_the_glance_before() {
        use afterimage_testdata::{
            apfs, encrypted, exfat, ext, fat, hfsplus, ntfs, random::Random,
        };
        let stamp = afterimage_testdata::fat::Stamp::new(2024, 5, 17, 18, 3, 22);
        let mut fat = fat::Volume::new(fat::Kind::Fat16, 40_000, 2048, "CARD");
        fat.write("A.JPG", &[7; 3000], stamp, 0);
        let mut exfat = exfat::Volume::new(64, "CARD");
        exfat.write("A.JPG", &[7; 3000], stamp, 0);
        let mut ntfs = ntfs::Volume::new(256);
        ntfs.make_folder("DCIM");
        let mut hfsplus = hfsplus::Volume::new("CARD");
        hfsplus.write((hfsplus::ROOT, "a.jpg"), &[7; 3000], 1_700_000_000, 1);
        let ext = ext::Volume::new(ext::Kind::Ext4);
        let apfs = apfs::Container::new(false);
        let (luks, bitlocker) = (encrypted::luks1(&[7; 512]), encrypted::bitlocker(&[7; 512]));
        let images = [fat.image(), exfat.image(), ntfs.image(), hfsplus.image(), ext.image()];
        let (mut random, mut found) = (Random::new(1), 0);
        for image in images.into_iter().chain([apfs.image(), &luks, &bitlocker]) {
            let before = found;
            for sector in image.as_chunks::<SECTOR>().0 {
                for changes in 0..4 {
                    let mut sector = *sector;
                    for _ in 0..changes {
                        sector[random.below(SECTOR)] = random.bits() as u8;
                    }
                    let clues = filesystem::ALL.iter().filter(|one| one.clue(&sector).is_some());
                    let clues = clues.count();
                    assert!(
                        clues == 0 || filesystem::may_be_trace(&sector),
                        "{:02x?}",
                        &sector[..96]
                    );
                    found += clues;
                }
            }
            assert!(found > before);
        }
    }

    #[test]
    fn which_of_too_many_traces_are_kept_does_not_depend_on_their_order() {
        let trace = |at: u64| Trace { at: at * 512, system: 0, clue: Clue::Records };
        let all: Vec<Trace> = (0..100).map(trace).collect();
        let (mut forward, mut backward) = (Traces::default(), Traces::default());
        all.chunks(7).for_each(|some| forward.add_within(some, 30));
        all.chunks(3).rev().for_each(|some| backward.add_within(some, 30));
        let kept = forward.sorted();
        assert_eq!(kept, backward.sorted());
        assert_eq!(kept.len(), 25);
    }
}

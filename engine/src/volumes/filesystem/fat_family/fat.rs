//! FAT12, FAT16 and FAT32: the file system of cards, sticks and old disks.
//!
//! A deleted file keeps its record except for the first byte of each part: name, size, dates and
//! first cluster are there, its chain is not. So a deleted file gives a [`Location::Start`] unless the
//! table still has its chain, and a deleted folder gives the files of its first cluster.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000).
//!
//! [`Location::Start`]: crate::volumes::filesystem::Location::Start

mod boot;
mod clue;
mod contents;
mod folder;
mod letters;
mod name;
mod salvage;
mod slot;
#[cfg(test)]
mod tests;
mod tree;
mod volume;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::read;
use crate::volumes::filesystem::{Clue, Contents, FileSystem, SECTOR};
use boot::Boot;

/// FAT of all widths.
#[derive(Clone, Copy, Debug)]
pub struct Fat;

impl FileSystem for Fat {
    fn name(&self) -> &'static str {
        "fat"
    }

    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        clue::clue(sector)
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        contents::read(bytes, boot_at(bytes, at)?, at, room)
    }

    /// A copy looks as its original does: its own place in the volume tells where that begins.
    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        let boot = boot_at(bytes, at)?;
        let start = at.checked_sub(boot.copy_at?)?;
        contents::read(bytes, boot, start, bytes.len() - start)
    }

    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
        salvage::salvage(bytes, clues, known)
    }
}

/// The boot sector at `at`, if there is one.
fn boot_at(bytes: &dyn Bytes, at: u64) -> Option<Boot> {
    Boot::parse(read(bytes, at, SECTOR).first_chunk()?)
}

/// The boot sector of a volume that was read, or its copy.
fn boot_of(bytes: &dyn Bytes, known: &Contents) -> Option<Boot> {
    let agrees = |boot: &Boot| {
        known.span.at.saturating_add(boot.clusters_at) == known.clusters_at
            && boot.cluster_len == known.cluster_len
    };
    // Where the copy lies is told by what may be lost: that is nearly always sector 6.
    [0, 6 * SECTOR as u64]
        .into_iter()
        .find_map(|after| boot_at(bytes, known.span.at.saturating_add(after)).filter(agrees))
}

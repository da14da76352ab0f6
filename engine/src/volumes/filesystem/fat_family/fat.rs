//! FAT12, FAT16 and FAT32: the file system of cards, sticks and old disks.
//!
//! A deleted file keeps its entry except for the first byte of each part: name, size, dates and
//! first cluster are there, its chain is not. So a deleted file gives a [`Location::Start`] unless the
//! table still has its chain, and a deleted directory gives the files of its first cluster.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000).
//!
//! [`Location::Start`]: crate::volumes::filesystem::location::Location::Start

mod boot;
mod clue;
mod directory;
mod entry;
mod letters;
mod names;
mod salvage;
#[cfg(test)]
mod tests;
mod volume;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::volume::{original, read, read_copy};
use crate::volumes::filesystem::system::{Clue, FileSystem, SECTOR};
use volume::FatVolume;

/// FAT of all widths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fat;

impl FileSystem for Fat {
    fn name(&self) -> &'static str {
        "fat"
    }

    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        clue::clue(sector)
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        read::<FatVolume>(bytes, at, room)
    }

    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        read_copy::<FatVolume>(bytes, at)
    }

    fn original(&self, bytes: &dyn Bytes, at: u64) -> Option<u64> {
        original::<FatVolume>(bytes, at)
    }

    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
        salvage::salvage(bytes, clues, known)
    }
}

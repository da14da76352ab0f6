//! exFAT: the file system of large cards.
//!
//! Deletion clears one bit of each entry and nothing else: name, size, dates and first cluster
//! stay, with checksums that prove them, and nearly all files lie in one run.
//!
//! Source: Microsoft, "exFAT file system specification" (2019).

mod boot;
mod clue;
mod entry;
mod entry_set;
mod salvage;
#[cfg(test)]
mod tests;
mod upcase;
mod volume;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::volume::{original, read, read_copy};
use crate::volumes::filesystem::system::{Clue, FileSystem, SECTOR};
use volume::ExFatVolume;

/// exFAT.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExFat;

impl FileSystem for ExFat {
    fn name(&self) -> &'static str {
        "exfat"
    }

    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        clue::clue(sector)
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        read::<ExFatVolume>(bytes, at, room)
    }

    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        read_copy::<ExFatVolume>(bytes, at)
    }

    fn original(&self, bytes: &dyn Bytes, at: u64) -> Option<u64> {
        original::<ExFatVolume>(bytes, at)
    }

    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
        salvage::salvage(bytes, clues, known)
    }
}

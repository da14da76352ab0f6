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
use crate::volumes::filesystem::system::{Clue, FileSystem, SECTOR};
use boot::COPY;
use volume::boot_at;

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
        volume::read(bytes, boot_at(bytes, at)?, at, room)
    }

    /// A copy looks as its original does: it lies 12 sectors behind the start.
    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        let boot = boot_at(bytes, at)?;
        let start = at.checked_sub(COPY * boot.sector_len)?;
        volume::read(bytes, boot, start, bytes.len() - start)
    }

    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
        salvage::salvage(bytes, clues, known)
    }
}

//! exFAT: the file system of large cards.
//!
//! Deletion clears one bit of each record and nothing else: name, size, dates and first cluster
//! stay, with checksums that prove them, and nearly all files lie in one piece.
//!
//! Source: Microsoft, "exFAT file system specification" (2019).

mod boot;
mod clue;
mod contents;
mod salvage;
mod set;
#[cfg(test)]
mod tests;
mod upcase;
mod volume;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::read;
use crate::volumes::filesystem::{Clue, Contents, FileSystem, SECTOR};
use boot::{Boot, COPY};

/// exFAT.
#[derive(Clone, Copy, Debug)]
pub struct ExFat;

impl FileSystem for ExFat {
    fn name(&self) -> &'static str {
        "exfat"
    }

    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        clue::clue(sector)
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        contents::read(bytes, boot_at(bytes, at)?, at, room)
    }

    /// A copy looks as its original does: it lies 12 sectors behind the start.
    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        let boot = boot_at(bytes, at)?;
        let start = at.checked_sub(COPY * boot.sector_len)?;
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

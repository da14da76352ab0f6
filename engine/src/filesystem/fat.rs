//! FAT12, FAT16 and FAT32: the file system of cards, sticks and old disks.
//!
//! A deleted file keeps its record except for the first byte of each part: name, size, dates and
//! first cluster are there, its chain is not. So a deleted file gives a [`Place::Start`] unless the
//! table still has its chain, and a deleted folder gives the files of its first cluster.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000).
//!
//! [`Place::Start`]: crate::filesystem::Place::Start

mod boot;
mod clue;
mod contents;
mod folder;
mod letters;
mod name;
mod slot;
mod tree;
mod volume;

use afterimage_signatures::Bytes;

use crate::filesystem::clusters::read;
use crate::filesystem::{Clue, Contents, FileSystem, SECTOR};
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

    fn salvage(&self, _: &dyn Bytes, _: &[u64], _: &[Contents]) -> Vec<Contents> {
        Vec::new()
    }
}

/// The boot sector at `at`, if there is one.
fn boot_at(bytes: &dyn Bytes, at: u64) -> Option<Boot> {
    Boot::parse(read(bytes, at, SECTOR).first_chunk()?)
}

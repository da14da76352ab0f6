//! NTFS: a table of file records, each with the names, the times and the run lists of a file.
//!
//! Deletion clears a bit of the record and frees the clusters; names, sizes and run lists stay
//! until the record is used again. A quick format writes a short new table over the beginning of
//! the old one.
//!
//! Source: linux-ntfs, "NTFS Documentation" (2009); structure names are those of Microsoft.

mod attribute;
mod bitmap;
mod boot;
mod file;
mod geometry;
mod history;
mod index;
mod index_block;
mod listing;
mod name;
mod record;
mod run_list;
mod salvage;
mod table;
#[cfg(test)]
mod tests;
mod tree;
mod volume;

pub(crate) use time::stamp as windows_time;

use afterimage_signatures::Bytes;

use self::boot::NtfsBoot;
use super::{Clue, Contents, FileSystem, SECTOR};

/// The reader of NTFS.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ntfs;

impl FileSystem for Ntfs {
    fn name(&self) -> &'static str {
        "ntfs"
    }

    /// A boot sector and its copy are the same: what is called a start may be a copy, which
    /// [`FileSystem::read`] then does not take.
    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        match sector[0] {
            b'F' if record::begins(sector) => Some(Clue::Records),
            b'I' if index_block::block_len(sector).is_some() => Some(Clue::Records),
            _ if sector[3] == b'N' && NtfsBoot::parse(sector).is_some() => Some(Clue::Start),
            _ => None,
        }
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        volume::read(bytes, at, room, &NtfsBoot::read(bytes, at)?)
    }

    /// The copy is the sector after the last one that the volume counts.
    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        let boot = NtfsBoot::read(bytes, at)?;
        let room = boot.len().checked_add(boot.sector_len)?;
        volume::read(bytes, at.checked_sub(boot.len())?, room, &boot)
    }

    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
        salvage::of(bytes, clues, known)
    }
}

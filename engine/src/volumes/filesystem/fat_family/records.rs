//! The bytes of a folder: records of 32 bytes, in FAT and exFAT.

use afterimage_signatures::{Bytes, Run};

use crate::volumes::filesystem::fat_family::clusters::read;

/// Bytes of a record.
pub const LEN: usize = 32;

/// The records of a folder and where they lie.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    slots: Vec<u8>,
    /// Where each piece begins, in the folder and in the source.
    pieces: Vec<(u64, u64)>,
}

impl Listing {
    /// The folder that lies in these runs, at most `most` bytes of it.
    pub fn read(bytes: &dyn Bytes, runs: impl IntoIterator<Item = Run>, most: u64) -> Self {
        let mut listing = Listing::default();
        for run in runs {
            let have = listing.slots.len() as u64;
            let len = run.len.min(most.saturating_sub(have));
            if len == 0 {
                break;
            }
            listing.pieces.push((have, run.at));
            listing.slots.extend(read(bytes, run.at, len as usize));
        }
        listing
    }

    /// The records, one behind the other.
    pub fn slots(&self) -> &[u8] {
        &self.slots
    }

    /// Where the `index`th record lies in the source.
    pub fn offset(&self, index: usize) -> u64 {
        let at = (index * LEN) as u64;
        let piece = self.pieces.partition_point(|&(start, _)| start <= at);
        match piece.checked_sub(1).and_then(|piece| self.pieces.get(piece)) {
            Some(&(start, offset)) => offset + (at - start),
            None => at,
        }
    }
}

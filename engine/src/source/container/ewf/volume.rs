//! What the files of an image say of the whole disk.

use super::walk::Shape;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::piece::MOST_PACKED;
use crate::source::container::unpack::adler32;

/// Bytes of a description of the disk, and of that of SMART.
const VOLUME: u64 = 1052;
const SMART: u64 = 94;

/// Where the description of an image has what tells it from others.
const SET: usize = 64;

/// Bytes of a sector of a disk.
const SECTORS: std::ops::RangeInclusive<u32> = 128..=65_536;

/// The description of a disk.
#[derive(Clone, Copy)]
pub(super) struct Volume {
    /// Chunks that it says there are.
    pub(super) chunks: u32,
    chunk_sectors: u32,
    pub(super) sector_size: u32,
    sectors: u64,
    /// What all files of an image have in common; zeros where the program has none.
    set: [u8; 16],
}

impl Volume {
    /// Whether two files may be of one image. What is zero was not known when it was written.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let are_known = |volume: &Volume| volume.set != [0; 16];
        if are_known(self) && are_known(other) {
            return self.set == other.set;
        }
        let is_same = |one: u64, other: u64| one == other || one == 0 || other == 0;
        is_same(self.sectors, other.sectors) && self.chunk_len() == other.chunk_len()
    }

    /// Bytes of a chunk.
    pub(super) fn chunk_len(&self) -> u64 {
        u64::from(self.chunk_sectors) * u64::from(self.sector_size)
    }

    /// Bytes of the disk, where that may be.
    pub(super) fn len(&self) -> Option<u64> {
        let len = self.sectors.checked_mul(u64::from(self.sector_size));
        len.filter(|len| *len <= i64::MAX as u64)
    }

    pub(super) fn shape(&self) -> Option<Shape> {
        self.len().map(|len| Shape::new(len, self.chunk_len()))
    }

    /// The description in a section, when its checksum holds and its numbers make sense.
    pub(super) fn read(files: &Files, file: usize, at: u64) -> Option<Self> {
        let read = |len: u64| {
            let bytes = files.bytes(file, at, len)?;
            let (covered, checksum) = bytes.split_at(len as usize - 4);
            (u32_le(checksum, 0)? == adler32(covered)).then(|| covered.to_vec())
        };
        let (bytes, is_long) = match read(VOLUME) {
            Some(bytes) => (bytes, true),
            None => (read(SMART)?, false),
        };
        let sectors = match is_long {
            true => u64_le(&bytes, 16)?,
            false => u64::from(u32_le(&bytes, 16)?),
        };
        let [chunks, chunk_sectors, sector_size] = [4, 8, 12].map(|at| u32_le(&bytes, at));
        let (chunks, chunk_sectors, sector_size) = (chunks?, chunk_sectors?, sector_size?);
        let set = if is_long {
            bytes.get(SET..).and_then(|set| set.first_chunk().copied())
        } else {
            None
        };
        let set = set.unwrap_or_default();
        let volume = Volume { chunks, chunk_sectors, sector_size, sectors, set };
        let chunk = volume.chunk_len();
        let is_fine = SECTORS.contains(&volume.sector_size) && (1..=MOST_PACKED).contains(&chunk);
        is_fine.then_some(volume)
    }
}

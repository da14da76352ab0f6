//! VHDX, the disk images of Hyper-V.
//!
//! Source: Microsoft, [MS-VHDX], "Virtual Hard Disk v2 (VHDX) File Format". All numbers are little-endian.

mod guid;
mod header;
mod log;
mod metadata;
mod parent;

use afterimage_signatures::verdict::Span;

use super::bitmaps::Bitmaps;
use super::files::Files;
use super::opening::{Opened, Opening};
use super::piece::{Layout, Piece, Stored};
use super::places::{LOST, NONE, check_count, lose_impossible};
use super::refusal::Refusal;
use header::Header;
use metadata::Metadata;

const MIB: u64 = 1 << 20;

/// Bytes of a bitmap.
const BITMAP: u64 = MIB;

/// Whether a file is one: by its first letters, and a header whose checksum holds.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    opening.starts(0, header::MAGIC) && Header::newest(&opening.files).is_some()
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let header = Header::newest(&opening.files).ok_or_else(|| Refusal::damaged("header"))?;
    let opening = log::replayed(opening, &header)?;
    let regions = header::Regions::read(&opening.files)
        .ok_or_else(|| Refusal::damaged("table of regions"))?;
    let metadata = Metadata::read(&opening.files, regions.metadata)?;
    let parent = match metadata.has_parent {
        true => Some(parent::find(&opening, &metadata)?),
        false => None,
    };
    let ratio = metadata.ratio();
    let count = metadata.len.div_ceil(metadata.block_len);
    // A bitmap follows the blocks that it is for.
    let entries = match metadata.has_parent {
        true => count.div_ceil(ratio) * (ratio + 1),
        false => count + count.saturating_sub(1) / ratio,
    };
    check_count(entries)?;
    let bytes = Some(entries * 8).filter(|len| *len <= regions.blocks.len);
    let bytes = bytes.and_then(|len| opening.files.bytes(0, regions.blocks.at, len));
    let bytes = bytes.ok_or_else(|| Refusal::damaged("table of blocks"))?;
    let blocks: Vec<Block> = bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|entry| Block::of(u64::from_le_bytes(*entry)))
        .collect();
    drop(bytes);
    let blocks = checked(blocks, opening.len(), &metadata);
    let (id, bitmaps) = (header.data_id, Bitmaps::default());
    let layout = Vhdx { files: opening.files, id, metadata, blocks, bitmaps };
    Ok(Opened { layout: Box::new(layout), parent })
}

/// An entry of the table of blocks.
#[derive(Clone, Copy)]
struct Block {
    state: State,
    /// Where it lies in the file.
    at: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not here: in the parent, where there is one.
    Absent,
    /// Zeros, whatever the parent has.
    Zero,
    /// All of it is here.
    Full,
    /// A bitmap says what of it is here.
    Partial,
    /// No state that there is.
    Unknown,
}

impl Block {
    fn of(entry: u64) -> Self {
        let state = match entry & 7 {
            0 => State::Absent,
            // Undefined, zero and unmapped: nothing that was written can be read there.
            1..=3 => State::Zero,
            6 => State::Full,
            7 => State::Partial,
            _ => State::Unknown,
        };
        Block { state, at: (entry >> 20).saturating_mul(MIB) }
    }

    fn is_here(&self) -> bool {
        matches!(self.state, State::Full | State::Partial)
    }
}

/// The blocks without those that cannot be where they are said to be.
fn checked(mut blocks: Vec<Block>, end: u64, metadata: &Metadata) -> Vec<Block> {
    let ratio = metadata.ratio();
    let is_bitmap = |index: usize| index as u64 % (ratio + 1) == ratio;
    for (bitmaps, len) in [(false, metadata.block_len), (true, BITMAP)] {
        let chosen = |index: usize, block: &Block| is_bitmap(index) == bitmaps && block.is_here();
        let mut places: Vec<u64> = blocks
            .iter()
            .enumerate()
            .map(|(index, block)| if chosen(index, block) { block.at.max(1) } else { NONE })
            .collect();
        lose_impossible(&mut places, end, MIB, len);
        for (block, place) in blocks.iter_mut().zip(places) {
            if place == LOST {
                block.state = State::Unknown;
            }
        }
    }
    blocks
}

/// A disk in blocks.
struct Vhdx {
    files: Files,
    id: [u8; 16],
    metadata: Metadata,
    blocks: Vec<Block>,
    bitmaps: Bitmaps,
}

impl Vhdx {
    /// The sectors from `at` on that are all in the block, which begins at `start` of the disk, or all not.
    fn sectors(&self, number: u64, block: Block, start: u64, at: u64) -> Piece {
        let Metadata { block_len, sector_size, .. } = self.metadata;
        let (ratio, sector) = (self.metadata.ratio(), u64::from(sector_size));
        let whole = Span { at: start, len: block_len };
        let bitmap = self.blocks.get((number / ratio * (ratio + 1) + ratio) as usize);
        let Some(bitmap) = bitmap.filter(|bitmap| bitmap.state == State::Full) else {
            return Piece::new(whole, Stored::Lost);
        };
        let len = block_len / sector / 8;
        let bits = self.bitmaps.get(&self.files, bitmap.at + number % ratio * len, len);
        let Some(bits) = bits else {
            return Piece::new(whole, Stored::Lost);
        };
        // The first sector is the lowest bit.
        let is_here = |sector: u64| {
            bits.get((sector / 8) as usize).copied().unwrap_or(0) >> (sector % 8) & 1 == 1
        };
        let first = (at - start) / sector;
        let same = is_here(first);
        let count =
            (first..block_len / sector).take_while(|sector| is_here(*sector) == same).count();
        let span = Span { at: start + first * sector, len: count as u64 * sector };
        let stored = match same {
            true => Stored::Plain { file: 0, at: block.at + first * sector },
            false => Stored::Parent,
        };
        Piece::new(span, stored)
    }
}

impl Layout for Vhdx {
    fn name(&self) -> &'static str {
        "a VHDX disk image"
    }

    fn len(&self) -> u64 {
        self.metadata.len
    }

    fn sector_size(&self) -> u32 {
        self.metadata.sector_size
    }

    fn identity(&self) -> Option<[u8; 16]> {
        Some(self.id)
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let len = self.metadata.block_len;
        let number = at / len;
        let span = Span { at: number * len, len };
        let index = number + number / self.metadata.ratio();
        let Some(block) = self.blocks.get(index as usize).copied() else {
            return Piece::new(span, Stored::Lost);
        };
        let stored = match block.state {
            State::Absent => Stored::Parent,
            State::Zero => Stored::Zero,
            State::Full => Stored::Plain { file: 0, at: block.at },
            State::Partial => return self.sectors(number, block, span.at, at),
            State::Unknown => Stored::Lost,
        };
        Piece::new(span, stored)
    }
}

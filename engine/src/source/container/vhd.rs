//! VHD, the disk images of Virtual PC and Hyper-V: fixed, dynamic and differencing.
//!
//! Source: Microsoft, "Virtual Hard Disk Image Format Specification", version 1.0. All numbers are big-endian.

mod footer;
mod header;

use afterimage_signatures::verdict::Span;

use super::beside::beside;
use super::bitmaps::Bitmaps;
use super::files::Files;
use super::flat::Flat;
use super::opening::{Opened, Opening, Parent};
use super::piece::{Layout, Piece, Stored};
use super::places::{LOST, NONE, SECTOR, check_count, lose_impossible};
use super::refusal::Refusal;
use footer::{Footer, Kind};
use header::Header;

const FIXED: &str = "a fixed VHD disk image";

/// An entry of the table of a block that there is not.
const UNUSED: u32 = u32::MAX;

/// Whether a file is one: by a footer at either end whose checksum holds, or in which all else makes sense.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    Footer::find(opening).is_some()
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let footer = Footer::find(&opening).ok_or_else(|| Refusal::damaged("footer"))?;
    if footer.kind == Kind::Fixed {
        // What follows is no part of the disk, whatever the size is said to be.
        let len = footer.len.min(footer.at);
        return Ok(Opened::whole(Flat::first(FIXED, opening.files, len, footer.id)));
    }
    let header = Header::read(&opening, footer.header_at)?;
    let blocks = blocks(&opening.files, &footer, &header)?;
    let parent = match footer.kind {
        Kind::Differencing => Some(parent(&opening, &header)?),
        _ => None,
    };
    let is_difference = parent.is_some();
    let bitmaps = Bitmaps::default();
    let layout = Vhd { files: opening.files, footer, header, blocks, bitmaps, is_difference };
    Ok(Opened { layout: Box::new(layout), parent })
}

/// The disk that a differencing one was made of, by the first of its names that leads to a file.
fn parent(opening: &Opening<'_>, header: &Header) -> Result<Parent, Refusal> {
    let names = header.parent_names(opening);
    let found = names.iter().find_map(|name| beside(opening.path(), name));
    let path = found.ok_or_else(|| {
        let name = names.first().map_or("without a name", String::as_str);
        Refusal::with(
            format!("which holds what changed since another VHD was made, and that parent, {name}, is missing"),
            "put the parent into the folder of the image, under the same name",
        )
    })?;
    Ok(Parent { path, is_raw: false, identity: Some(header.parent_id) })
}

/// Where the blocks begin, each with its bitmap.
fn blocks(files: &Files, footer: &Footer, header: &Header) -> Result<Vec<u64>, Refusal> {
    let needed = footer.len.div_ceil(header.block_len).min(u64::from(header.entries));
    check_count(needed)?;
    let bytes = files.bytes(0, header.table_at, needed * 4);
    let bytes = bytes.ok_or_else(|| Refusal::damaged("table of blocks"))?;
    let entries = bytes.as_chunks::<4>().0.iter().map(|entry| u32::from_be_bytes(*entry));
    let place = |entry| if entry == UNUSED { NONE } else { u64::from(entry) * SECTOR };
    let mut blocks: Vec<u64> = entries.map(place).collect();
    let len = header.block_len + header.bitmap_len();
    lose_impossible(&mut blocks, files.len_of(0), SECTOR, len);
    Ok(blocks)
}

/// A disk in blocks, each behind a bitmap of its sectors.
struct Vhd {
    files: Files,
    footer: Footer,
    header: Header,
    blocks: Vec<u64>,
    bitmaps: Bitmaps,
    is_difference: bool,
}

impl Vhd {
    /// The sectors from `at` on that are all in the block at `place`, which begins at `start` of the disk, or all not.
    fn sectors(&self, place: u64, start: u64, at: u64) -> Piece {
        let (len, first) = (self.header.block_len, (at - start) / SECTOR);
        let bitmap = self.bitmaps.get(&self.files, place, self.header.bitmap_len());
        let Some(bitmap) = bitmap else {
            return Piece::new(Span { at: start, len }, Stored::Lost);
        };
        // The first sector is the highest bit.
        let is_here = |sector: u64| {
            let byte = bitmap.get((sector / 8) as usize).copied().unwrap_or(0);
            byte >> (7 - sector % 8) & 1 == 1
        };
        let same = is_here(first);
        let count = (first..len / SECTOR).take_while(|sector| is_here(*sector) == same).count();
        let from = start + first * SECTOR;
        let data = place + self.header.bitmap_len() + first * SECTOR;
        let stored = if same { Stored::Plain { file: 0, at: data } } else { Stored::Parent };
        Piece::new(Span { at: from, len: count as u64 * SECTOR }, stored)
    }
}

impl Layout for Vhd {
    fn name(&self) -> &'static str {
        if self.is_difference {
            "a differencing VHD disk image"
        } else {
            "a dynamic VHD disk image"
        }
    }

    fn len(&self) -> u64 {
        self.footer.len
    }

    fn identity(&self) -> Option<[u8; 16]> {
        Some(self.footer.id)
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let len = self.header.block_len;
        let (number, start) = (at / len, at / len * len);
        let span = Span { at: start, len };
        match self.blocks.get(number as usize).copied() {
            None => Piece::after_table(self.blocks.len(), len),
            Some(LOST) => Piece::new(span, Stored::Lost),
            Some(NONE) => Piece::new(span, Stored::Parent),
            Some(place) if self.is_difference => self.sectors(place, start, at),
            Some(place) => {
                let data = place + self.header.bitmap_len();
                Piece::new(span, Stored::Plain { file: 0, at: data })
            }
        }
    }
}

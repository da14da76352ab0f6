//! A sparse part: grains that two levels of tables tell.

use std::borrow::Cow;

use afterimage_signatures::verdict::Span;

use super::description::MOST_TEXT;
use crate::source::container::files::{Files, u16_le, u32_le, u64_le};
use crate::source::container::opening::Opening;
use crate::source::container::piece::{Packed, Piece, Stored};
use crate::source::container::places::{LOST, NONE, SECTOR, lose_impossible};
use crate::source::container::refusal::Refusal;
use crate::source::container::unpack::Codec;

/// What a part of a desktop program begins with, and what one of a server does.
const HOSTED: &[u8] = b"KDMV";
const SERVER: &[u8] = b"COWD";

/// Bytes of a header.
const HEADER: u64 = 512;

/// In place of the offset of the tables in a stream: they are told by a copy of the header at its end.
const AT_END: u64 = u64::MAX;

/// Where that copy lies, from the end: before it the marker, after it the end of the stream.
const FOOTER_FROM_END: u64 = 1024;

/// Versions that there are.
const MOST_VERSION: u32 = 3;

/// Grains that anybody makes, in sectors: 64 KiB is usual.
const GRAINS: std::ops::RangeInclusive<u64> = 1..=4096;

/// Entries of a table at the most; 512 are usual, and 4096 on servers.
const MOST_ENTRIES: u64 = 4096;

/// Bytes of the tables of tables of all parts of a disk at the most.
pub(super) const MOST_TABLES: u64 = 64 << 20;

/// Flags of the header: an entry of 1 is a grain of zeros; grains are packed, and have markers.
const HAS_ZEROS: u32 = 1 << 2;
const IS_PACKED: u32 = 1 << 16;

/// The only way to pack.
const DEFLATE: u16 = 1;

/// Bytes of a marker before a packed grain: its place, and its length.
const MARKER: u64 = 12;

/// A sparse part of a disk.
pub(super) struct Sparse {
    file: usize,
    len: u64,
    grain_len: u64,
    /// Entries of a table.
    entries: u64,
    /// Where the tables lie.
    tables: Vec<u64>,
    has_zeros: bool,
    is_packed: bool,
    /// Where the description lies in the file; nothing where there is none.
    description: Option<Span>,
}

impl Sparse {
    /// Whether the file is one, by fields that make sense behind the magic.
    pub(super) fn is_one(opening: &Opening<'_>) -> bool {
        let Some(header) = opening.read(0, HEADER) else {
            // Nothing else is that short and begins so.
            return opening.len() < HEADER
                && (opening.starts(0, HOSTED) || opening.starts(0, SERVER));
        };
        let version =
            u32_le(&header, 4).is_some_and(|version| (1..=MOST_VERSION).contains(&version));
        let grain = |sectors: Option<u64>| sectors.is_some_and(|sectors| GRAINS.contains(&sectors));
        let hosted = header.starts_with(HOSTED) && grain(u64_le(&header, 20));
        let server = header.starts_with(SERVER) && grain(u32_le(&header, 16).map(u64::from));
        version && (hosted || server)
    }

    /// Opens the part in a file, whose table of tables takes some of the bytes that are `left`.
    pub(super) fn open(files: &Files, file: usize, left: &mut u64) -> Result<Self, Refusal> {
        let damaged = || Refusal::damaged("header");
        let header = files.bytes(file, 0, HEADER).ok_or_else(damaged)?;
        let (mut sparse, tables_at) = match header.get(..4) {
            Some(HOSTED) => hosted(files, file, header).ok_or_else(damaged)?,
            Some(SERVER) => server(&header, file).ok_or_else(damaged)?,
            _ => return Err(damaged()),
        };
        sparse.check()?;
        let count = sparse.len.div_ceil(sparse.entries * sparse.grain_len);
        let bytes = tables_at.checked_mul(SECTOR).zip(left.checked_sub(count * 4));
        let bytes = bytes.and_then(|(at, rest)| {
            *left = rest;
            files.bytes(file, at, count * 4)
        });
        let bytes = bytes.ok_or_else(|| Refusal::damaged("table of tables"))?;
        let place = |entry: &[u8; 4]| u64::from(u32::from_le_bytes(*entry)) * SECTOR;
        sparse.tables = bytes.as_chunks::<4>().0.iter().map(place).collect();
        lose_impossible(&mut sparse.tables, files.len_of(file), SECTOR, sparse.entries * 4);
        Ok(sparse)
    }

    fn check(&self) -> Result<(), Refusal> {
        let grain = self.grain_len / SECTOR;
        let is_fine = GRAINS.contains(&grain)
            && grain.is_power_of_two()
            && (1..=MOST_ENTRIES).contains(&self.entries)
            && self.len <= i64::MAX as u64;
        is_fine.then_some(()).ok_or_else(|| Refusal::damaged("header"))
    }

    /// Bytes of the part.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The text in the file that describes the disk.
    pub(super) fn description<'f>(&self, files: &'f Files) -> Option<Cow<'f, [u8]>> {
        let Span { at, len } = self.description?;
        files.bytes(self.file, at, len.min(MOST_TEXT))
    }

    /// The piece of the part that holds its byte at `at`.
    pub(super) fn piece(&self, files: &Files, at: u64) -> Piece {
        let number = at / self.grain_len;
        let (table, index) = (number / self.entries, number % self.entries);
        let reach = self.entries * self.grain_len;
        let whole = Span { at: table * reach, len: reach };
        let grain = Span { at: number * self.grain_len, len: self.grain_len };
        let table = match self.tables.get(table as usize).copied() {
            None => return Piece::after_table(self.tables.len(), reach),
            Some(LOST) => return Piece::new(whole, Stored::Lost),
            Some(NONE) => return Piece::new(whole, Stored::Parent),
            Some(table) => table,
        };
        let stored = match files.array::<4>(self.file, table + index * 4).map(u32::from_le_bytes) {
            None => Stored::Lost,
            Some(0) => Stored::Parent,
            Some(1) if self.has_zeros => Stored::Zero,
            Some(sector) if self.is_packed => return self.packed(files, grain, u64::from(sector)),
            Some(sector) => Stored::Plain { file: self.file, at: u64::from(sector) * SECTOR },
        };
        Piece::new(grain, stored)
    }

    /// A packed grain, by the marker before it. The last one may be shorter.
    fn packed(&self, files: &Files, grain: Span, sector: u64) -> Piece {
        let at = sector * SECTOR;
        let marker = files.array::<{ MARKER as usize }>(self.file, at);
        let told = marker.and_then(|marker| Some((u64_le(&marker, 0)?, u32_le(&marker, 8)?)));
        // No packed grain is much longer than what is in it.
        let most = self.grain_len * 2 + SECTOR;
        let stored = match told {
            Some((place, len)) if place == grain.at / SECTOR && u64::from(len) <= most => {
                let (at, len) = (at + MARKER, u64::from(len));
                Stored::Packed(Packed { file: self.file, at, len, codec: Codec::ZlibPart })
            }
            _ => Stored::Lost,
        };
        Piece::new(grain, stored)
    }
}

/// The header of a part of a desktop program; and where the table of tables lies, in sectors.
fn hosted(files: &Files, file: usize, first: Cow<'_, [u8]>) -> Option<(Sparse, u64)> {
    let (at, len) = (u64_le(&first, 28)?, u64_le(&first, 36)?);
    let description = match (at.checked_mul(SECTOR)?, len.checked_mul(SECTOR)?) {
        (0, _) | (_, 0) => None,
        (at, len) => Some(Span { at, len: len.min(files.len_of(file).checked_sub(at)?) }),
    };
    let mut header = first;
    if u64_le(&header, 56)? == AT_END {
        let at = files.len_of(file).checked_sub(FOOTER_FROM_END)?;
        header = files.bytes(file, at, HEADER).filter(|footer| footer.starts_with(HOSTED))?;
    }
    let flags = u32_le(&header, 8)?;
    let is_packed = flags & IS_PACKED != 0;
    if is_packed && u16_le(&header, 77)? != DEFLATE {
        return None;
    }
    let sparse = Sparse {
        file,
        len: u64_le(&header, 12)?.checked_mul(SECTOR)?,
        grain_len: u64_le(&header, 20)?.checked_mul(SECTOR)?,
        entries: u64::from(u32_le(&header, 44)?),
        tables: Vec::new(),
        has_zeros: flags & HAS_ZEROS != 0,
        is_packed,
        description,
    };
    Some((sparse, u64_le(&header, 56)?))
}

/// The header of a part of a server.
///
/// Source: libvmdk, "VMware Virtual Disk (VMDK) format specification", "COWD".
fn server(header: &[u8], file: usize) -> Option<(Sparse, u64)> {
    let number = |at| u32_le(header, at).map(u64::from);
    let sparse = Sparse {
        file,
        len: number(12)?.checked_mul(SECTOR)?,
        grain_len: number(16)?.checked_mul(SECTOR)?,
        entries: MOST_ENTRIES,
        tables: Vec::new(),
        has_zeros: false,
        is_packed: false,
        description: None,
    };
    Some((sparse, number(20)?))
}

//! VDI, the disk images of VirtualBox.
//!
//! Source: VirtualBox, `src/VBox/Storage/VDICore.h`, header of version 1.1. All numbers are little-endian.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use afterimage_signatures::verdict::Span;

use super::files::{Files, u32_le, u64_le};
use super::opening::{Opened, Opening, Parent};
use super::piece::{Layout, Piece, Stored};
use super::places::{LOST, NONE, check_count, lose_impossible};
use super::refusal::Refusal;
use crate::source::address::is_address;
use crate::system::folder_of;

/// Where the magic stands, behind a text.
const MAGIC_AT: u64 = 0x40;
const MAGIC: &[u8] = b"\x7f\x10\xda\xbe";

/// The major version that is read.
const VERSION: u32 = 1;

/// Bytes of the text and the header together.
const LEN: u64 = 0x1C8;

/// Blocks that anybody makes: 1 MiB is usual.
const BLOCKS: std::ops::RangeInclusive<u32> = 4096..=256 << 20;

/// Entries of the table of blocks: of one that there is not, and of one that was never written.
const UNUSED: u32 = u32::MAX;
const ZERO: u32 = u32::MAX - 1;

/// A differencing disk, by its type.
const DIFFERENCING: u32 = 4;

/// Files in a folder that are looked at for a parent, which is known by no name.
const MOST_FILES: usize = 1000;

/// Whether a file is one: by the magic, a version that is read and blocks of a size that is used.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    opening.starts(MAGIC_AT, MAGIC)
        && opening
            .read(MAGIC_AT, 8)
            .and_then(|bytes| u32_le(&bytes, 4))
            .is_some_and(|version| version >> 16 <= VERSION)
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let damaged = || Refusal::damaged("header");
    let header = opening.read(0, LEN).ok_or_else(damaged)?;
    let number = |at| u32_le(&header, at).ok_or_else(damaged);
    if number(0x44)? >> 16 != VERSION {
        return Err(Refusal::new("of a version that is not known"));
    }
    let (kind, block_len, extra) = (number(0x4C)?, number(0x178)?, number(0x17C)?);
    let len = u64_le(&header, 0x170).ok_or_else(damaged)?;
    if !BLOCKS.contains(&block_len) || !block_len.is_power_of_two() || extra > block_len {
        return Err(damaged());
    }
    let id = |at: usize| header.get(at..).and_then(|bytes| bytes.first_chunk::<16>()).copied();
    let own = id(0x188).ok_or_else(damaged)?;
    let parent = match kind {
        DIFFERENCING => Some(parent(&opening, id(0x1A8).ok_or_else(damaged)?)?),
        _ => None,
    };
    let (block_len, extra) = (u64::from(block_len), u64::from(extra));
    let needed = len.div_ceil(block_len).min(u64::from(number(0x180)?));
    let (table_at, data_at) = (u64::from(number(0x154)?), u64::from(number(0x158)?));
    check_count(needed)?;
    let table = opening.files.bytes(0, table_at, needed * 4);
    let table = table.ok_or_else(|| Refusal::damaged("table of blocks"))?;
    let place = |entry: &[u8; 4]| match u32::from_le_bytes(*entry) {
        UNUSED => NONE,
        ZERO => IS_ZERO,
        number => data_at + u64::from(number) * (block_len + extra) + extra,
    };
    let mut blocks: Vec<u64> = table.as_chunks::<4>().0.iter().map(place).collect();
    drop(table);
    let zeros: Vec<usize> = (0..blocks.len()).filter(|at| blocks[*at] == IS_ZERO).collect();
    lose_impossible(&mut blocks, opening.len(), 1, block_len);
    zeros.into_iter().for_each(|at| blocks[at] = IS_ZERO);
    let layout = Vdi { files: opening.files, len, block_len, blocks, id: own };
    Ok(Opened { layout: Box::new(layout), parent })
}

/// In place of the offset of a block of zeros.
const IS_ZERO: u64 = u64::MAX - 1;

/// The disk of that identity: some VDI in the same folder.
fn parent(opening: &Opening<'_>, id: [u8; 16]) -> Result<Parent, Refusal> {
    if is_address(opening.path()) {
        return Err(Refusal::with(
            "which holds what changed since a snapshot, and its parent has no name by which it could be found on a server",
            "download both into one folder, and scan that file",
        ));
    }
    let entries = std::fs::read_dir(folder_of(opening.path())).into_iter();
    let is_file = |entry: &DirEntry| {
        entry.metadata().is_ok_and(|found| found.is_file() && found.len() >= LEN)
    };
    let entries = entries.flatten().flatten().filter(is_file);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    // Those that are called as such a disk come first.
    let is_vdi = |path: &Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("vdi"));
    paths.sort_by_cached_key(|path| (!is_vdi(path), path.clone()));
    let is_over = paths.len() > MOST_FILES;
    paths.truncate(MOST_FILES);
    let is_it = |path: &PathBuf| {
        let Ok(source) = crate::source::open_one(path, opening.io) else { return false };
        let other = Opening::new(path, source, opening.io, opening.stop);
        is(&other) && other.starts(0x188, &id)
    };
    let path = paths.into_iter().find(is_it).ok_or_else(|| {
        let id = hex(id);
        let among = match is_over {
            true => format!(" among the first {MOST_FILES} files of its folder"),
            false => String::new(),
        };
        Refusal::with(
            format!("which holds what changed since a snapshot, and its parent, the VDI with the UUID {id}, is missing{among}"),
            "put the parent into the folder of the image",
        )
    })?;
    Ok(Parent { path, is_raw: false, identity: Some(id) })
}

/// A UUID as VirtualBox writes it: its first three numbers are little-endian.
fn hex(id: [u8; 16]) -> String {
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let dash = |nth: usize| if matches!(nth, 4 | 6 | 8 | 10) { "-" } else { "" };
    order.iter().enumerate().map(|(nth, at)| format!("{}{:02x}", dash(nth), id[*at])).collect()
}

/// A disk in blocks.
struct Vdi {
    files: Files,
    len: u64,
    block_len: u64,
    blocks: Vec<u64>,
    id: [u8; 16],
}

impl Layout for Vdi {
    fn name(&self) -> &'static str {
        "a VirtualBox disk image (VDI)"
    }

    fn len(&self) -> u64 {
        self.len
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
        let number = at / self.block_len;
        let span = Span { at: number * self.block_len, len: self.block_len };
        let stored = match self.blocks.get(number as usize).copied() {
            None => return Piece::after_table(self.blocks.len(), self.block_len),
            Some(LOST) => Stored::Lost,
            Some(NONE) => Stored::Parent,
            Some(IS_ZERO) => Stored::Zero,
            Some(at) => Stored::Plain { file: 0, at },
        };
        Piece::new(span, stored)
    }
}

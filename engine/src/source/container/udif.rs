//! UDIF, the disk images of macOS (`.dmg`).
//!
//! Source: documentation of libmodi, "Mac OS disk image types", UDIF; dmg2img. All numbers are big-endian.

mod blocks;
mod properties;

use super::files::{Files, u32_be, u64_be};
use super::opening::{Opened, Opening};
use super::piece::{Layout, Piece, Stored};
use super::places::SECTOR;
use super::refusal::Refusal;
use blocks::Run;

/// Bytes of the trailer, and what it begins with: its magic, the version and its length.
const TRAILER: u64 = 512;
const MAGIC: &[u8] = b"koly\0\0\0\x04\0\0\x02\0";

/// What encrypted images begin with, or end with when they are of the first version.
const ENCRYPTED: &[u8] = b"encrcdsa\0\0\0\x02";
const ENCRYPTED_END: &[u8] = b"cdsaencr";

/// Bytes of the list of blocks that are read; a disk of a terabyte has some hundred million.
const MOST_LIST: u64 = 128 << 20;

/// Whether a file is one: by all of the start of its trailer, or by that of an encrypted one.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    trailer_at(opening).is_some_and(|at| opening.starts(at, MAGIC)) || is_encrypted(opening)
}

fn trailer_at(opening: &Opening<'_>) -> Option<u64> {
    opening.len().checked_sub(TRAILER)
}

fn is_encrypted(opening: &Opening<'_>) -> bool {
    let end = opening.len().checked_sub(ENCRYPTED_END.len() as u64);
    opening.starts(0, ENCRYPTED) || end.is_some_and(|at| opening.starts(at, ENCRYPTED_END))
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    if is_encrypted(&opening) {
        return Err(Refusal::with(
            "encrypted",
            "open it on a Mac with its password: `hdiutil convert IN -format UDTO -o OUT` makes a raw image of it",
        ));
    }
    let damaged = || Refusal::damaged("trailer");
    let trailer =
        trailer_at(&opening).and_then(|at| opening.read(at, TRAILER)).ok_or_else(damaged)?;
    let long = |at| u64_be(&trailer, at).ok_or_else(damaged);
    if u32_be(&trailer, 60).is_some_and(|segments| segments > 1) {
        return Err(Refusal::new("in several parts"));
    }
    let (list_at, list_len) = (long(216)?, long(224)?);
    if list_len == 0 {
        return Err(Refusal::new("of an old kind that describes its blocks in a resource fork"));
    }
    let list = (list_len <= MOST_LIST).then(|| opening.read(list_at, list_len)).flatten();
    let list = list.ok_or_else(|| Refusal::damaged("list of blocks"))?;
    let data_at = long(24)?;
    let runs = blocks::all(&properties::tables(&list), data_at);
    let end = runs.iter().map(|run| run.at.saturating_add(run.len)).max().unwrap_or(0);
    let said = long(492)?.checked_mul(SECTOR).filter(|len| *len <= i64::MAX as u64);
    let len = said.unwrap_or(0).max(end);
    if runs.is_empty() {
        return Err(Refusal::damaged("list of blocks"));
    }
    Ok(Opened::whole(Udif { files: opening.files, len, runs }))
}

/// A disk in runs of sectors, each packed in its own way.
struct Udif {
    files: Files,
    len: u64,
    /// In order, and apart.
    runs: Vec<Run>,
}

impl Layout for Udif {
    fn name(&self) -> &'static str {
        "a disk image of macOS (DMG)"
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let next = self.runs.partition_point(|run| run.at <= at);
        let before = next.checked_sub(1).and_then(|index| self.runs.get(index));
        match before {
            Some(run) if at - run.at < run.len => {
                Piece { at: run.at, len: run.len, stored: run.stored }
            }
            _ => {
                // Nobody says what is there.
                let end = self.runs.get(next).map_or(u64::MAX, |run| run.at);
                Piece { at, len: end - at, stored: Stored::Lost }
            }
        }
    }
}

//! Sets of records: each names a file or a folder and proves itself.
//!
//! Deletion clears one bit of each record. With it set again the checksum over the set fits, and
//! the hash of the name: 32 bits of proof.
//!
//! Source: "exFAT file system specification", 6.3, 7.4, 7.6 and 7.7.

use crate::volumes::filesystem::Stamp;
use crate::volumes::filesystem::fat_family::dos;
use crate::volumes::filesystem::fat_family::exfat::upcase::Upcase;
use crate::volumes::filesystem::fat_family::records::LEN;

/// The bit of a record's type that deletion clears.
const IN_USE: u8 = 0x80;

const FILE: u8 = 0x05;
const STREAM: u8 = 0x40;
const NAME: u8 = 0x41;

/// Records of a set after the first: a stream and up to 17 parts of a name, or other things.
const MOST_SECONDARY: usize = 18;

/// Records of the longest set.
pub const MOST_RECORDS: usize = MOST_SECONDARY + 1;

/// Characters of a part of a name.
const PART: usize = 15;

/// Attribute of a folder.
const FOLDER: u16 = 0x10;

/// Seconds of a step of the offset from UTC.
const QUARTER: i32 = 15 * 60;

/// How a file's clusters are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// It has none.
    Nothing,
    /// They follow each other on the disk.
    Contiguous,
    /// They follow each other in the allocation table.
    Chained,
}

/// A set.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// How many records it has.
    pub records: usize,
    /// Whether it is in use.
    pub live: bool,
    /// Whether its own record says that it was deleted.
    pub erased: bool,
    /// Whether its checksum fits.
    pub whole: bool,
    /// Whether it stands for a folder.
    pub folder: bool,
    /// Its name.
    pub name: String,
    /// When it was last modified.
    pub modified: Option<Stamp>,
    /// How its clusters are found.
    pub layout: Layout,
    /// Its first cluster.
    pub cluster: u32,
    /// Its length in bytes.
    pub size: u64,
    /// How many of these bytes were written.
    pub valid: u64,
}

impl Set {
    /// Whether its first record is there, and not only the stream and the name.
    pub fn is_whole(&self) -> bool {
        self.whole || self.modified.is_some()
    }
}

/// The set that begins at the `index`th record, if its checksum or the hash of its name proves it.
///
/// Where the first record is lost, what is left begins with the stream, and the hash proves it: such
/// a set has no times, and whether it is a folder is not known.
pub fn parse(slots: &[u8], index: usize, upcase: &Upcase) -> Option<Set> {
    let first = slot(slots, index)?;
    let live = first[0] & IN_USE != 0;
    match first[0] & !IN_USE {
        FILE => {
            let count = usize::from(first[1]);
            let mut set = streamed(slots, index + 1, live, count, upcase)?;
            let fits = (2..=MOST_SECONDARY).contains(&count)
                && checksum(slots, index, count + 1) == Some(u16_at(first, 2));
            let proven = fits || set.whole;
            set.whole = fits;
            set.records = count + 1;
            set.folder = u16_at(first, 4) & FOLDER != 0;
            set.modified = modified(first);
            proven.then_some(set)
        }
        STREAM => streamed(slots, index, live, MOST_SECONDARY, upcase)
            .filter(|set| set.whole)
            .map(|set| Set { whole: false, ..set }),
        _ => None,
    }
}

/// What the stream at `index` and the parts of a name behind it say, of at most `count` records;
/// `whole` is whether the hash of the name fits.
fn streamed(slots: &[u8], index: usize, live: bool, count: usize, upcase: &Upcase) -> Option<Set> {
    let stream = slot(slots, index)?;
    let used = if live { IN_USE } else { 0 };
    let len = usize::from(stream[3]);
    let parts = len.div_ceil(PART);
    let (flags, cluster) = (stream[1], u32_at(stream, 20));
    let (size, valid) = (u64_at(stream, 24), u64_at(stream, 8));
    let possible = stream[0] == STREAM | used
        && len > 0
        && parts < count
        && valid <= size
        && (cluster >= 2 || cluster == 0 && size == 0);
    if !possible {
        return None;
    }
    let mut characters = Vec::with_capacity(parts * PART);
    for part in 1..=parts {
        let part = slot(slots, index + part)?;
        if part[0] != NAME | used {
            return None;
        }
        characters.extend((0..PART).map(|at| u16_at(part, 2 + 2 * at)));
    }
    characters.truncate(len);
    if !characters.iter().all(|&character| legal(character)) {
        return None;
    }
    Some(Set {
        records: parts + 1,
        live,
        erased: !live,
        whole: upcase.hash(&characters) == u16_at(stream, 4),
        folder: false,
        name: String::from_utf16_lossy(&characters),
        modified: None,
        layout: match flags & 3 {
            _ if cluster == 0 => Layout::Nothing,
            3 => Layout::Contiguous,
            1 => Layout::Chained,
            _ => Layout::Nothing,
        },
        cluster,
        size,
        valid,
    })
}

/// The checksum over `count` records, with their bit of use set.
fn checksum(slots: &[u8], index: usize, count: usize) -> Option<u16> {
    let start = index.checked_mul(LEN)?;
    let set = slots.get(start..start.checked_add(count * LEN)?)?;
    let bytes = set.iter().enumerate().filter(|(at, _)| !matches!(at, 2 | 3));
    Some(bytes.fold(0, |sum: u16, (at, &byte)| {
        let byte = if at % LEN == 0 { byte | IN_USE } else { byte };
        sum.rotate_right(1).wrapping_add(byte.into())
    }))
}

fn modified(first: &[u8; LEN]) -> Option<Stamp> {
    let civil = dos::moment(u16_at(first, 14), u16_at(first, 12), first[21])?;
    let zone = first[23];
    // Seven bits with a sign, in quarters of an hour; the eighth says that they are valid.
    let quarters = i32::from((zone << 1) as i8 >> 1);
    Some(Stamp { civil, offset: (zone & 0x80 != 0).then_some(quarters * QUARTER) })
}

/// Whether a name may have the character. Source: 7.7.3.
fn legal(character: u16) -> bool {
    let sign = u8::try_from(character).is_ok_and(|byte| b"\"*/:<>?\\|".contains(&byte));
    character >= 0x20 && !sign
}

/// The `index`th record.
pub fn slot(slots: &[u8], index: usize) -> Option<&[u8; LEN]> {
    slots.get(index.checked_mul(LEN)?..)?.first_chunk()
}

/// The 16-bit number at `at`.
fn u16_at(record: &[u8; LEN], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// The 32-bit number at `at`.
pub fn u32_at(record: &[u8; LEN], at: usize) -> u32 {
    u32::from(u16_at(record, at + 2)) << 16 | u32::from(u16_at(record, at))
}

/// The 64-bit number at `at`.
pub fn u64_at(record: &[u8; LEN], at: usize) -> u64 {
    u64::from(u32_at(record, at + 4)) << 32 | u64::from(u32_at(record, at))
}

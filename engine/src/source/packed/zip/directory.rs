//! The directory at the end of a zip archive.

use std::sync::Arc;

use afterimage_signatures::verdict::Span;

use super::kept::{self, ArchiveKey};
use crate::source::definition::Source;
use crate::source::packed::bytes::{read, starts};

/// Bytes of the last record without its comment, of a row of the directory without its names, of that of 64-bit archives,
/// and of what leads to it.
const END: usize = 22;
const ROW: usize = 46;
const LONG_END: usize = 56;
const LOCATOR: usize = 20;

/// Bytes of a header before a member without its names.
const LOCAL: usize = 30;

/// What a header says of a file that follows without its length being known, and how such a one is packed.
const IS_STREAMED: u16 = 1 << 3;
const DEFLATED: u16 = 8;

/// Bytes of the record after the rows that are read with them: it has more.
const NEXT: usize = 4;

/// The longest comment.
const MOST_COMMENT: u64 = u16::MAX as u64;

/// Bytes of a directory that are read: those of more than half a million files.
const MOST_DIRECTORY: u64 = 64 << 20;

/// What stands in place of a number that is told in an extra field, since it is too long.
const LONG: u64 = u32::MAX as u64;

/// Whether a source begins as an archive does.
pub(in crate::source) fn begins(source: &dyn Source) -> bool {
    let magics: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04"];
    magics.into_iter().any(|magic| starts(source, 0, magic))
}

/// Why it is not known what files are in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum NoRows {
    /// Its directory is missing or damaged.
    Damaged,
    /// That is longer than is read.
    TooLong,
}

/// A file in an archive, as its directory tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Row {
    pub name: String,
    /// How it is packed: 0 for not at all, 8 for deflate.
    pub method: u16,
    pub is_encrypted: bool,
    pub checksum: u32,
    /// Bytes of it in the archive, and of the file.
    pub packed_len: u64,
    pub len: u64,
    /// Where the header before it stands.
    pub header_at: u64,
}

impl Row {
    /// Whether it lies in the archive as it is.
    pub(in crate::source) fn is_stored(&self) -> bool {
        self.method == 0 && !self.is_encrypted
    }

    /// Where its bytes begin, when a header stands where the directory says and they lie inside of the archive.
    pub(in crate::source) fn data_at(&self, source: &dyn Source) -> Option<u64> {
        let at = self.start(source)?;
        at.checked_add(self.packed_len).filter(|end| *end <= source.len()).map(|_| at)
    }

    /// The same, wherever they end.
    pub(in crate::source) fn start(&self, source: &dyn Source) -> Option<u64> {
        let header = read(source, self.header_at, LOCAL)?;
        let [name, extra] = [26, 28].map(|at| u64::from(u16_at(&header, at)));
        let at = self.header_at + LOCAL as u64 + name + extra;
        header.starts_with(b"PK\x03\x04").then_some(at)
    }
}

/// The file that an archive begins with, as the header before it tells: for one whose directory is missing. Where that does
/// not tell how long it is, as in what was written without going back, its length is 0, and all the rest is its packed bytes.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.7.
pub(in crate::source) fn first(source: &dyn Source) -> Option<Row> {
    let header_at = if starts(source, 0, b"PK00PK\x03\x04") { 4 } else { 0 };
    let fixed = read(source, header_at, LOCAL).filter(|bytes| bytes.starts_with(b"PK\x03\x04"))?;
    let [flags, method, name_len, extra_len] = [6, 8, 26, 28].map(|at| u16_at(&fixed, at));
    let [name_len, extra_len] = [name_len, extra_len].map(usize::from);
    let names = read(source, header_at + LOCAL as u64, name_len + extra_len)?;
    let (name, extra) = names.split_at_checked(name_len)?;
    let numbers = [22, 18].map(|at| u64::from(u32_at(&fixed, at)));
    let [len, packed_len, _] = long([numbers[0], numbers[1], 0], extra)?;
    let is_told = packed_len > 0 && packed_len != LONG && len != LONG;
    let rest = source.len().saturating_sub(header_at + (LOCAL + names.len()) as u64);
    let (len, packed_len) = if is_told { (len, packed_len) } else { (0, rest) };
    let row = Row {
        name: String::from_utf8_lossy(name).into_owned(),
        method,
        is_encrypted: flags & 1 != 0,
        checksum: u32_at(&fixed, 14),
        packed_len,
        len,
        header_at,
    };
    let is_streamed = flags & IS_STREAMED != 0 && method == DEFLATED;
    (is_told || is_streamed).then_some(row)
}

/// All files of an archive, in the order of its directory.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.
pub(in crate::source) fn rows(source: &dyn Source) -> Result<Vec<Row>, NoRows> {
    rows_in(&directory(source)?).ok_or(NoRows::Damaged)
}

fn rows_in(bytes: &[u8]) -> Option<Vec<Row>> {
    let (mut rest, mut rows) = (bytes, Vec::new());
    while rest.starts_with(b"PK\x01\x02") && rest.len() >= ROW {
        let [flags, method, name, extra, comment] = [8, 10, 28, 30, 32].map(|at| u16_at(rest, at));
        let [name, extra, comment] = [name, extra, comment].map(usize::from);
        let (fixed, after) = rest.split_at(ROW);
        let (name, after) = after.split_at_checked(name)?;
        let (extra, after) = after.split_at_checked(extra)?;
        let numbers = [24, 20, 42].map(|at| u64::from(u32_at(fixed, at)));
        let [len, packed_len, header_at] = long(numbers, extra)?;
        rows.push(Row {
            name: String::from_utf8_lossy(name).into_owned(),
            method,
            is_encrypted: flags & 1 != 0,
            checksum: u32_at(fixed, 16),
            packed_len,
            len,
            header_at,
        });
        rest = after.get(comment..)?;
    }
    Some(rows)
}

/// Numbers of a row, with those of an extra field in place of what is too long for it.
fn long(mut numbers: [u64; 3], mut extra: &[u8]) -> Option<[u64; 3]> {
    const LONG_FIELD: u16 = 1;
    if numbers.iter().all(|number| *number != LONG) {
        return Some(numbers);
    }
    while let Some((head, rest)) = extra.split_first_chunk::<4>() {
        let (field, rest) = rest.split_at_checked(usize::from(u16_at(head, 2)))?;
        extra = rest;
        if u16_at(head, 0) == LONG_FIELD {
            let mut field = field;
            for number in numbers.iter_mut().filter(|number| **number == LONG) {
                let (long, rest) = field.split_first_chunk()?;
                (*number, field) = (u64::from_le_bytes(*long), rest);
            }
            return Some(numbers);
        }
    }
    Some(numbers)
}

/// What is said of an archive at its end.
pub(in crate::source) fn comment(source: &dyn Source) -> Option<Vec<u8>> {
    let (_, tail) = end(source)?;
    let (record, rest) = tail.split_at_checked(END)?;
    rest.get(..usize::from(u16_at(record, 20))).map(<[u8]>::to_vec)
}

/// The record at the end and all after it, and where it stands.
fn end(source: &dyn Source) -> Option<(u64, Vec<u8>)> {
    // Few archives have a comment.
    [0, MOST_COMMENT].into_iter().find_map(|comment| {
        let len = source.len().min(comment + END as u64);
        let from = source.len() - len;
        let mut tail = read(source, from, len as usize)?;
        let at = record_in(&tail, from)?;
        tail.drain(..at);
        Some((from + at as u64, tail))
    })
}

/// Where the record stands in the `tail` of an archive, which begins at `from`: its comment is all that follows, or else it
/// follows its directory, and something was added. The files of an archive may have such records in them.
fn record_in(tail: &[u8], from: u64) -> Option<usize> {
    let last = tail.len().checked_sub(END)?;
    let records = (0..=last).rev().filter(|at| tail[*at..].starts_with(b"PK\x05\x06"));
    let is_end = |at: &usize| usize::from(u16_at(&tail[*at..], 20)) == last - at;
    let ends_directory = |at: &usize| {
        let (before, record) = tail.split_at(*at);
        let (size, start) = place_of(record);
        let stands_at = from + *at as u64;
        let is_led_to = || before.last_chunk().is_some_and(|last| leads_to(last).is_some());
        size > 0 && start + size == stands_at || is_long(size, start) && is_led_to()
    };
    records.clone().find(is_end).or_else(|| records.clone().find(ends_directory))
}

/// Bytes of the directory, and where it begins, as a record at the end tells.
fn place_of(record: &[u8]) -> (u64, u64) {
    (u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)))
}

/// Whether the record of 64-bit archives tells it in its place.
fn is_long(size: u64, start: u64) -> bool {
    [size, start].contains(&LONG)
}

/// Where that record stands.
fn leads_to(locator: &[u8; LOCATOR]) -> Option<u64> {
    u64_at(locator, 8).filter(|_| locator.starts_with(b"PK\x06\x07"))
}

/// The bytes of the rows, which the record at the end points at.
fn directory(source: &dyn Source) -> Result<Arc<[u8]>, NoRows> {
    let (size, start) = directory_place(source).ok_or(NoRows::Damaged)?;
    // What begins with a file has one.
    if size == 0 && starts(source, 0, b"PK\x05\x06") {
        return Ok(Arc::default());
    }
    let rows = |len: usize| {
        read(source, start, len)
            .filter(|rows| rows.starts_with(b"PK\x01\x02"))
            .ok_or(NoRows::Damaged)
    };
    let first = rows(ROW)?;
    let len =
        usize::try_from(size).ok().filter(|_| size <= MOST_DIRECTORY).ok_or(NoRows::TooLong)?;
    let key = ArchiveKey::of(source, (size, start), first);
    if let Some(known) = key.as_ref().and_then(kept::get) {
        return Ok(known);
    }
    let mut directory = rows(len + NEXT)?;
    // A card that does not read now may do so the next time, and after a stop all is zeros: then no record follows.
    let is_read = source.unreadable_in(Span { at: start, len: size }).is_none()
        && directory.split_off(len).starts_with(b"PK");
    let directory: Arc<[u8]> = directory.into();
    if let Some(key) = key.filter(|_| is_read) {
        kept::keep(key, Arc::clone(&directory));
    }
    Ok(directory)
}

/// Bytes of the directory, and where it begins; nothing where it does not lie before the record at the end.
fn directory_place(source: &dyn Source) -> Option<(u64, u64)> {
    let (at, record) = end(source)?;
    let (mut size, mut start) = place_of(&record);
    if is_long(size, start) {
        let locator = read(source, at.checked_sub(LOCATOR as u64)?, LOCATOR)?;
        let end = read(source, leads_to(locator.first_chunk()?)?, LONG_END)?;
        (size, start) = (u64_at(&end, 40)?, u64_at(&end, 48)?);
    }
    start.checked_add(size).filter(|end| *end <= at).map(|_| (size, start))
}

/// Little-endian numbers at places that are there.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

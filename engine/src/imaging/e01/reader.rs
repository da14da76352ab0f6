//! Reading an E01 image back, to see whether it still holds what was written.

use std::fs::File;
use std::path::{Path, PathBuf};

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::format::{CHUNK, DESCRIPTOR, FILE_HEADER, adler32};
use super::writer::segment_path;
use crate::control::error::Error;
use crate::system::offset::read_exact_at;

/// The most sections of a segment that are followed.
const MOST_SECTIONS: usize = 1 << 16;
/// The longest table that is read, in bytes.
const LONGEST_TABLE: u64 = 1 << 20;

/// A section of a segment.
struct Section {
    kind: Vec<u8>,
    at: u64,
    next: u64,
}

/// A segment that is open.
struct Segment {
    path: PathBuf,
    file: File,
    len: u64,
}

/// Hands the bytes of an E01 image to `each`, chunk by chunk, until it says that it is enough.
///
/// # Errors
///
/// When a segment cannot be read, or does not hold what its own checksums say.
pub(super) fn read_chunks(
    first: &Path,
    mut each: impl FnMut(Vec<u8>) -> bool,
) -> Result<(), Error> {
    for path in (1..).map_while(|number| segment_path(first, number)) {
        let segment = Segment::open(&path)?;
        let sections = segment.sections()?;
        for (index, table) in sections.iter().enumerate().filter(|(_, one)| one.kind == b"table") {
            let before = index.checked_sub(1).and_then(|index| sections.get(index));
            let sectors = before.filter(|one| one.kind == b"sectors");
            let sectors = sectors.ok_or_else(|| segment.wrong("a table without sectors"))?;
            if !segment.chunks(table, sectors, &mut each)? {
                return Ok(());
            }
        }
        if sections.last().is_none_or(|last| last.kind != b"next") {
            return Ok(());
        }
    }
    Ok(())
}

impl Segment {
    fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error| Error::open(path, error);
        let file = File::open(path).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        let segment = Segment { path: path.to_path_buf(), file, len };
        let header = segment.bytes(0, FILE_HEADER)?;
        match header.starts_with(b"EVF\x09\x0d\x0a\xff\x00") {
            true => Ok(segment),
            false => Err(segment.wrong("no E01 file")),
        }
    }

    fn wrong(&self, what: &str) -> Error {
        let why = format!("it is damaged: {what}");
        Error::Image { path: self.path.clone(), why }
    }

    /// `len` bytes at `at`; both were checked to lie in the file.
    fn bytes(&self, at: u64, len: u64) -> Result<Vec<u8>, Error> {
        if at.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(self.wrong("it ends early"));
        }
        let mut bytes = vec![0; len as usize];
        let read = read_exact_at(&self.file, at, &mut bytes);
        read.map_err(|error| Error::open(&self.path, error))?;
        Ok(bytes)
    }

    fn sections(&self) -> Result<Vec<Section>, Error> {
        let (mut at, mut sections) = (FILE_HEADER, Vec::new());
        while sections.len() < MOST_SECTIONS {
            let bytes = self.checked(at, DESCRIPTOR - 4)?;
            let next = number(&bytes, 16);
            let end = bytes.iter().take(16).position(|byte| *byte == 0).unwrap_or(16);
            sections.push(Section { kind: bytes[..end].to_vec(), at, next });
            if next <= at {
                return Ok(sections);
            }
            at = next;
        }
        Err(self.wrong("too many sections"))
    }

    /// `len` bytes and the checksum after them, which is right.
    fn checked(&self, at: u64, len: u64) -> Result<Vec<u8>, Error> {
        let bytes = self.bytes(at, len + 4)?;
        let (bytes, sum) = bytes.split_at(len as usize);
        match sum == adler32(bytes).to_le_bytes() {
            true => Ok(bytes.to_vec()),
            false => Err(self.wrong(&format!("the checksum at {at:#x}"))),
        }
    }

    fn chunks(
        &self,
        table: &Section,
        sectors: &Section,
        each: &mut impl FnMut(Vec<u8>) -> bool,
    ) -> Result<bool, Error> {
        let at = table.at + DESCRIPTOR;
        let header = self.checked(at, 20)?;
        let count = u64::from(u32::from_le_bytes([header[0], header[1], header[2], header[3]]));
        let base = number(&header, 8);
        if count * 4 > LONGEST_TABLE {
            return Err(self.wrong("a table is too long"));
        }
        let entries = self.checked(at + 24, count * 4)?;
        let entries: Vec<u32> =
            entries.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let place = |entry: &u32| base.saturating_add(u64::from(entry & (u32::MAX >> 1)));
        for (index, entry) in entries.iter().enumerate() {
            let start = place(entry);
            let end = entries.get(index + 1).map_or(sectors.next, place);
            let len = end.checked_sub(start).filter(|len| *len > 4 && *len <= 2 * CHUNK as u64);
            let len = len.ok_or_else(|| self.wrong(&format!("the chunk at {start:#x}")))?;
            let chunk = if entry >> 31 == 1 {
                let packed = self.bytes(start, len)?;
                let unpacked = decompress_to_vec_zlib_with_limit(&packed, CHUNK);
                unpacked.map_err(|_| self.wrong(&format!("the chunk at {start:#x}")))?
            } else {
                self.checked(start, len - 4)?
            };
            if !each(chunk) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Eight bytes at `at`, which are there.
fn number(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

//! The header of a file, and its sections, each of which is described after its data.

use crate::source::container::files::{Files, u16_le, u32_le, u64_le};
use crate::source::container::unpack::adler32;

/// What a file begins with: the magic and the major version.
const MAGIC: &[u8] = b"EVF2\r\n\x81\0\x02";

/// Bytes of a header, and of what describes a section.
pub(super) const HEADER: u64 = 32;
const DESCRIPTOR: u64 = 64;

/// Bytes of the latter that its checksum covers.
const COVERED: usize = 60;

/// Ways of packing, by their numbers.
const BZIP2: u16 = 2;

/// What data of sections may be, by the bits of its flags.
const IS_ENCRYPTED: u32 = 2;

/// The header of a file.
pub(super) struct Header {
    pub(super) is_bzip2: bool,
    /// The number of the file among those of an image.
    pub(super) number: u32,
    /// What all files of an image have in common.
    pub(super) set: [u8; 16],
}

impl Header {
    /// The header of a file, when all of it makes sense.
    pub(super) fn read(files: &Files, file: usize) -> Option<Self> {
        let bytes = files.bytes(file, 0, HEADER).filter(|bytes| bytes.starts_with(MAGIC))?;
        let (method, number) = (u16_le(&bytes, 10)?, u32_le(&bytes, 12)?);
        let is_fine = method <= BZIP2 && number > 0;
        let set = *bytes.get(16..)?.first_chunk()?;
        is_fine.then_some(Header { is_bzip2: method == BZIP2, number, set })
    }
}

/// What a section is, by its number. Others say nothing of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Device,
    Case,
    Table,
    Errors,
    Keys,
    Next,
    Done,
    Other,
}

/// A section.
#[derive(Clone, Copy)]
pub(super) struct Section {
    pub(super) kind: Kind,
    pub(super) is_encrypted: bool,
    /// Where its data begin, and how many bytes they are, with what fills them up.
    pub(super) at: u64,
    pub(super) len: u64,
    /// Bytes that fill them up.
    pub(super) padding: u64,
    /// Where the section before it is described; 0 for the first.
    before: u64,
}

impl Section {
    /// The section that is described at `at`, when its checksum holds.
    fn read(files: &Files, file: usize, at: u64) -> Option<Self> {
        let bytes = files.array::<{ DESCRIPTOR as usize }>(file, at)?;
        if u32_le(&bytes, COVERED)? != adler32(&bytes[..COVERED]) {
            return None;
        }
        let (len, before) = (u64_le(&bytes, 16)?, u64_le(&bytes, 8)?);
        let kind = match u32_le(&bytes, 0)? {
            1 => Kind::Device,
            2 => Kind::Case,
            4 => Kind::Table,
            5 => Kind::Errors,
            11 => Kind::Keys,
            13 => Kind::Next,
            15 => Kind::Done,
            _ => Kind::Other,
        };
        Some(Section {
            kind,
            is_encrypted: u32_le(&bytes, 4)? & IS_ENCRYPTED != 0,
            at: at.checked_sub(len).filter(|start| *start >= HEADER)?,
            len,
            padding: u64::from(u32_le(&bytes, 28)?),
            before,
        })
    }
}

/// The sections of a file from the last one backwards, as far as they can be followed; `most` of them.
pub(super) fn sections(files: &Files, file: usize, most: usize) -> Vec<Section> {
    let mut found = Vec::new();
    let mut next = files.len_of(file).checked_sub(DESCRIPTOR);
    while let Some(at) = next.filter(|_| found.len() < most) {
        let Some(section) = Section::read(files, file, at) else { break };
        // The first one has none before it; one that is said to lie after it is damaged.
        next = Some(section.before).filter(|before| *before > 0 && *before < at);
        found.push(section);
    }
    found
}

//! Headers of frames and of blocks.

use std::borrow::Cow;

use crate::source::container::files::{Files, u16_le, u32_le, u64_le};

/// What a frame begins with, and one that holds no data: the lowest four bits of that are free.
const MAGIC: u32 = 0xFD2F_B528;
const SKIPPABLE: u32 = 0x184D_2A50;

/// Bytes of the magic, and of the length after that of a frame without data.
const MAGIC_LEN: u64 = 4;
const SKIPPABLE_HEADER: u64 = 8;

/// Frames without data that come before the first one at the most.
const MOST_SKIPPED: usize = 16;

/// Bytes of the header of a block, and of the checksum after the last one.
const BLOCK_HEADER: u64 = 3;
const CHECKSUM: u64 = 4;

/// The longest block, packed or not, in bytes.
pub(super) const MOST_BLOCK: u64 = 128 << 10;

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of it: the first block comes after them.
    pub(super) len: u64,
    /// How far the frame looks back, in bytes.
    pub(super) window: u64,
    /// How many bytes come out of it, where it says.
    pub(super) content: Option<u64>,
    pub(super) has_checksum: bool,
    /// Whether it cannot be unpacked without a dictionary, which lies elsewhere.
    pub(super) needs_dictionary: bool,
}

/// What stands at a place of a stream.
pub(super) enum Frame {
    Data(Header),
    /// Nothing for the one who unpacks; bytes of it.
    Skippable(u64),
}

/// The frame that begins at `at`.
pub(super) fn at(files: &Files, at: u64) -> Option<Frame> {
    match u32::from_le_bytes(files.array(0, at)?) {
        MAGIC => header(files, at).map(Frame::Data),
        magic if is_skippable(magic) => {
            let len = u32::from_le_bytes(files.array(0, at.checked_add(MAGIC_LEN)?)?);
            Some(Frame::Skippable(SKIPPABLE_HEADER + u64::from(len)))
        }
        _ => None,
    }
}

fn is_skippable(magic: u32) -> bool {
    magic & !0xF == SKIPPABLE
}

/// Whether a frame of any kind may begin a file, by four bytes: most files are none, and no page of a device is
/// read for them.
fn may_begin(files: &Files) -> bool {
    let magic = files.bytes(0, 0, MAGIC_LEN);
    let magic = magic.and_then(|bytes| bytes.first_chunk().copied()).map(u32::from_le_bytes);
    magic.is_some_and(|magic| magic == MAGIC || is_skippable(magic))
}

/// The first frame with data, and where it begins.
pub(super) fn first(files: &Files) -> Option<(u64, Header)> {
    if !may_begin(files) {
        return None;
    }
    let mut place = 0u64;
    for _ in 0..=MOST_SKIPPED {
        match at(files, place)? {
            Frame::Data(header) => return Some((place, header)),
            Frame::Skippable(len) => place = place.checked_add(len)?,
        }
    }
    None
}

/// Source: RFC 8878, 3.1.1.1.
fn header(files: &Files, at: u64) -> Option<Header> {
    const LONGEST: u64 = 18;
    let rest = files.len_of(0).checked_sub(at)?.min(LONGEST);
    let bytes = files.bytes(0, at, rest)?;
    let descriptor = *bytes.get(MAGIC_LEN as usize)?;
    let (is_single, is_reserved) = (descriptor & 0x20 != 0, descriptor & 0x08 != 0);
    if is_reserved {
        return None;
    }
    let mut next = MAGIC_LEN as usize + 1;
    let mut window = None;
    if !is_single {
        let byte = *bytes.get(next)?;
        let base = 1u64 << (10 + (byte >> 3));
        window = Some(base + base / 8 * u64::from(byte & 7));
        next += 1;
    }
    let id_len = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let needs_dictionary = bytes.get(next..next + id_len)?.iter().any(|byte| *byte != 0);
    next += id_len;
    let (content, content_len) = match (descriptor >> 6, is_single) {
        (0, false) => (None, 0),
        (0, true) => (Some(u64::from(*bytes.get(next)?)), 1),
        (1, _) => (Some(u64::from(u16_le(&bytes, next)?) + 256), 2),
        (2, _) => (Some(u64::from(u32_le(&bytes, next)?)), 4),
        _ => (Some(u64_le(&bytes, next)?), 8),
    };
    Some(Header {
        len: (next + content_len) as u64,
        window: window.or(content)?,
        content,
        has_checksum: descriptor & 4 != 0,
        needs_dictionary,
    })
}

/// How a block is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Raw,
    /// One byte again and again.
    Repeated,
    Compressed,
}

/// A block, which was not looked into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    at: u64,
    pub(super) kind: Kind,
    /// Bytes of it, packed for a compressed one.
    pub(super) size: u64,
    pub(super) is_last: bool,
    /// The first byte after it.
    pub(super) end: u64,
}

impl Block {
    /// The block whose header stands at `at`.
    ///
    /// Source: RFC 8878, 3.1.1.2.
    pub(super) fn at(files: &Files, at: u64) -> Option<Self> {
        let [low, middle, high] = files.array::<3>(0, at)?;
        let bits = u32::from_le_bytes([low, middle, high, 0]);
        let size = u64::from(bits >> 3);
        let (kind, stored) = match bits >> 1 & 3 {
            0 => (Kind::Raw, size),
            1 => (Kind::Repeated, 1),
            2 => (Kind::Compressed, size),
            _ => return None,
        };
        let end = at.checked_add(BLOCK_HEADER + stored)?;
        let is_fine = size <= MOST_BLOCK && end <= files.len_of(0);
        is_fine.then_some(Block { at, kind, size, is_last: bits & 1 == 1, end })
    }

    /// Bytes that come out of it at the most.
    pub(super) fn most(&self) -> u64 {
        match self.kind {
            Kind::Raw | Kind::Repeated => self.size,
            Kind::Compressed => MOST_BLOCK,
        }
    }

    /// All of it, with its header.
    pub(super) fn bytes<'f>(&self, files: &'f Files) -> Option<Cow<'f, [u8]>> {
        files.bytes(0, self.at, self.end - self.at)
    }

    /// What stands in `bytes`, which are all of a block, after the header.
    pub(super) fn content(bytes: &[u8]) -> &[u8] {
        bytes.get(BLOCK_HEADER as usize..).unwrap_or_default()
    }
}

/// The checksum after the last block of a frame, which ends at `end`.
pub(super) fn checksum(files: &Files, end: u64) -> Option<u32> {
    files.array(0, end).map(u32::from_le_bytes)
}

/// The first byte after a frame whose last block ends at `end`.
pub(super) fn end(header: &Header, end: u64) -> u64 {
    end.saturating_add(if header.has_checksum { CHECKSUM } else { 0 })
}

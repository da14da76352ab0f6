//! The first bytes: byte order, magic, where the first directory lies.

use crate::verdict::Reject;
use crate::view::{Endian, View};

/// Which number follows the byte order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// 42.
    Classic,
    /// 43: offsets and counts of 64 bits.
    Big,
    /// "RO", "RS" (or "OR" the other way round) in Olympus's files.
    Olympus,
    /// 0x55 in Panasonic's files and in what Panasonic makes for Leica.
    Panasonic,
}

/// How a directory counts: byte order, width and origin of its offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Byte order.
    pub endian: Endian,
    /// Whether counts and offsets have 64 bits.
    pub big: bool,
    /// Where offset 0 lies, from the file's first byte. Not 0 in some maker notes.
    pub base: u64,
}

impl Frame {
    /// Length in bytes of the number of entries.
    pub fn count_len(&self) -> u64 {
        if self.big { 8 } else { 2 }
    }

    /// Length in bytes of an offset, and of what an entry holds itself.
    pub fn pointer_len(&self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    /// Length in bytes of an entry.
    pub fn entry_len(&self) -> u64 {
        4 + 2 * self.pointer_len()
    }

    /// The number of entries of the directory at `at`.
    pub fn count(&self, view: &mut View<'_>, at: u64) -> Result<u64, Reject> {
        match self.big {
            true => view.u64(at, self.endian),
            false => Ok(u64::from(view.u16(at, self.endian)?)),
        }
    }

    /// The offset stored at `at`, as it stands.
    pub fn pointer(&self, view: &mut View<'_>, at: u64) -> Result<u64, Reject> {
        match self.big {
            true => view.u64(at, self.endian),
            false => Ok(u64::from(view.u32(at, self.endian)?)),
        }
    }
}

/// The header of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// How its directories count.
    pub frame: Frame,
    /// Which magic it has.
    pub variant: Variant,
    /// Where the first directory lies.
    pub first: u64,
}

impl Header {
    /// Reads the header at the view's start.
    ///
    /// Source: TIFF 6.0, section 2 "Image File Header".
    pub fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let start: [u8; 8] = view.array(0)?;
        let (endian, variant) = match &start[..4] {
            b"II*\0" => (Endian::Little, Variant::Classic),
            b"MM\0*" => (Endian::Big, Variant::Classic),
            b"II+\0" => (Endian::Little, Variant::Big),
            b"MM\0+" => (Endian::Big, Variant::Big),
            b"IIRO" | b"IIRS" => (Endian::Little, Variant::Olympus),
            b"MMOR" => (Endian::Big, Variant::Olympus),
            b"IIU\0" => (Endian::Little, Variant::Panasonic),
            _ => return Err(view.malformed(0, "TIFF header")),
        };
        let big = variant == Variant::Big;
        let frame = Frame { endian, big, base: 0 };
        if big && (view.u16(4, endian)?, view.u16(6, endian)?) != (8, 0) {
            return Err(view.malformed(4, "BigTIFF offset size"));
        }
        let (at, least) = if big { (8, 16) } else { (4, 8) };
        let first = frame.pointer(view, at)?;
        if first < least {
            return Err(view.malformed(at, "offset of the first directory"));
        }
        view.check(first, frame.count_len() + frame.entry_len())?;
        Ok(Header { frame, variant, first })
    }
}

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
        if self.big {
            return view.u64(at, self.endian);
        }
        Ok(u64::from(view.u16(at, self.endian)?))
    }

    /// The offset stored at `at`, as it stands.
    pub fn pointer(&self, view: &mut View<'_>, at: u64) -> Result<u64, Reject> {
        if self.big {
            return view.u64(at, self.endian);
        }
        Ok(u64::from(view.u32(at, self.endian)?))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(start: &[u8], expected: Option<(Variant, Endian, u64)>) {
        let bytes = [start, &[0; 64]].concat();
        let source = bytes.as_slice();
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let header = Header::read(&mut View::new(&source, &runs, &mut buffer)).ok();
        let found = header.map(|header| (header.variant, header.frame.endian, header.first));
        assert_eq!(found, expected, "{start:02x?}");
    }

    #[test]
    fn every_variant_names_its_first_directory() {
        use Endian::{Big, Little};
        check(b"II*\0\x08\0\0\0", Some((Variant::Classic, Little, 8)));
        check(b"MM\0*\0\0\0\x10", Some((Variant::Classic, Big, 16)));
        check(b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0", Some((Variant::Big, Little, 16)));
        check(b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10", Some((Variant::Big, Big, 16)));
        check(b"IIRO\x08\0\0\0", Some((Variant::Olympus, Little, 8)));
        check(b"IIRS\x08\0\0\0", Some((Variant::Olympus, Little, 8)));
        check(b"MMOR\0\0\0\x08", Some((Variant::Olympus, Big, 8)));
        check(b"IIU\0\x18\0\0\0", Some((Variant::Panasonic, Little, 24)));
    }

    #[test]
    fn a_directory_inside_the_header_or_beyond_the_end_is_none() {
        check(b"II*\0\x04\0\0\0", None);
        check(b"II*\0\0\0\0\x7f", None);
        check(b"MM*\0\0\0\0\x08", None);
        check(b"II+\0\x04\0\0\0\x10\0\0\0\0\0\0\0", None);
    }
}

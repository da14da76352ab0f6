//! The header of a member of a tape archive.
//!
//! Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".

use std::ops::Range;

/// Bytes of a header, and of the blocks that members fill up.
pub(crate) const TAR_BLOCK: usize = 512;

/// Where its fields stand: the checksum counts as blanks in itself.
const NAME: Range<usize> = 0..100;
const LEN: Range<usize> = 124..136;
const CHECKSUM: Range<usize> = 148..156;
const KIND: usize = 156;
const MAGIC: Range<usize> = 257..262;

/// A header whose checksum holds.
pub(crate) struct TarHeader<'h> {
    /// The name of the member, as far as the header has room for it.
    pub(crate) name: &'h [u8],
    /// Bytes of the member, where that is a number.
    pub(crate) len: Option<u64>,
    /// What it is: 0 or `0` for a file.
    pub(crate) kind: u8,
    /// Whether it says by a magic that it is one, as all do but those of the oldest programs.
    pub(crate) has_magic: bool,
}

impl<'h> TarHeader<'h> {
    /// Reads a header, unless its checksum says that it is none.
    pub(crate) fn read(header: &'h [u8; TAR_BLOCK]) -> Option<Self> {
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        let own = &header[CHECKSUM];
        let expected = sum(header) - sum(own) + own.len() as u64 * u64::from(b' ');
        if header[0] == 0 || number(own) != Some(expected) {
            return None;
        }
        Some(TarHeader {
            name: header[NAME].split(|byte| *byte == 0).next().unwrap_or_default(),
            len: number(&header[LEN]),
            kind: header[KIND],
            has_magic: &header[MAGIC] == b"ustar",
        })
    }

    /// Whether it is a file, not a folder, a link, or what is said of others.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.kind, b'0' | 0)
    }
}

/// A number: octal digits with blanks and zero bytes around them, or, where that is too short, bytes of a large one.
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, rest @ ..] = field {
        let (high, low) = rest.split_last_chunk::<8>()?;
        return high.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(*low));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    u64::from_str_radix(text, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> [u8; TAR_BLOCK] {
        let mut header = [0; TAR_BLOCK];
        header[..9].copy_from_slice(b"a/pic.jpg");
        header[LEN].copy_from_slice(b"00000000144\0");
        header[MAGIC].copy_from_slice(b"ustar");
        sealed(header)
    }

    fn sealed(mut header: [u8; TAR_BLOCK]) -> [u8; TAR_BLOCK] {
        header[CHECKSUM].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        header[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header
    }

    #[test]
    fn a_header_is_known_by_its_checksum() {
        let whole = header();
        let read = TarHeader::read(&whole).unwrap();
        assert_eq!((read.name, read.len), (&b"a/pic.jpg"[..], Some(100)));
        assert!(read.has_magic && read.is_file());
        for at in [0, 50, 130, 150, 156, 260, 511] {
            let mut changed = whole;
            changed[at] ^= 1;
            assert!(TarHeader::read(&changed).is_none(), "{at}");
        }
        assert!(TarHeader::read(&[0; TAR_BLOCK]).is_none());
    }

    #[test]
    fn a_length_may_be_too_long_for_digits_or_none() {
        let mut large = header();
        large[LEN].copy_from_slice(b"\x80\0\0\0\0\0\0\x10\0\0\0\0");
        assert_eq!(TarHeader::read(&sealed(large)).unwrap().len, Some(1 << 36));
        large[LEN.start + 1] = 1;
        assert_eq!(TarHeader::read(&sealed(large)).unwrap().len, None);
        large[LEN].copy_from_slice(b"00000000198\0");
        assert_eq!(TarHeader::read(&sealed(large)).unwrap().len, None);
    }
}

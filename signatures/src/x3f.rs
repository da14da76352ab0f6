//! X3F, Sigma's container of Foveon sensor data: sections, and their directory at the end.
//!
//! The directory is a section too. Its own offset is the file's last four bytes, right after it.
//!
//! Source: ExifTool, SigmaRaw.pm; Foveon, "X3F file format" as dcraw and it read it.

use crate::search;
use crate::verdict::{Reject, Span};
use crate::view::{Endian::Little, View};

/// No file is longer, in bytes; those of the largest sensor have some 60 MiB.
const LONGEST: u64 = 256 << 20;

/// What a file begins with.
pub const MAGIC: &[u8] = b"FOVb";

/// What the directory begins with.
const DIRECTORY: &[u8] = b"SECd";

/// Versions of the container, in its upper 16 bits.
const VERSIONS: std::ops::RangeInclusive<u32> = 2..=4;

/// Minor versions in the lower 16 bits go no further.
const MOST_MINOR: u32 = 15;

/// Up to and with the rotation in a header of the oldest and of the newest version.
const HEADER_LEN: usize = 52;

/// No picture is wider or higher, in pixels.
const MAX_SIDE: u32 = 1 << 16;

/// No directory has more entries; those of cameras have five to ten.
const MAX_ENTRIES: usize = 64;

/// Mark, version and number of entries of a directory, in bytes.
const DIRECTORY_HEADER: usize = 12;

/// Offset, length and type of a section, in bytes.
const ENTRY_LEN: usize = 12;

/// Length in bytes of the offset after the directory.
const POINTER_LEN: usize = 4;

/// The longest end of a file in bytes: directory and offset.
const LONGEST_END: usize = DIRECTORY_HEADER + MAX_ENTRIES * ENTRY_LEN + POINTER_LEN;

/// One part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// What the directory says it is.
    pub kind: [u8; 4],
    /// Where it lies.
    pub span: Span,
}

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Width and height in pixels.
    pub pixels: (u32, u32),
    /// Its sections, as the directory lists them.
    pub sections: Vec<Section>,
    /// Where the directory lies; the file ends four bytes after it.
    pub directory: Span,
}

impl Container {
    /// Reads the file at the view's start, whose directory is searched for.
    ///
    /// The search ends at the next file of the kind. So however many headers without an end
    /// follow each other, each byte is searched for one of them.
    pub fn find(view: &mut View<'_>) -> Result<Self, Reject> {
        let Some(pixels) = header(view.bytes(0, HEADER_LEN)?) else {
            return Err(view.malformed(4, "header"));
        };
        let start = HEADER_LEN as u64;
        let look = |at: u64, piece: &[u8]| {
            let next = memchr::memmem::find_iter(piece, MAGIC)
                .find(|&next| header(&piece[next..]).is_some());
            let piece = &piece[..next.unwrap_or(piece.len())];
            let closed = memchr::memmem::find_iter(piece, DIRECTORY)
                .find_map(|found| closing(&piece[found..], at + found as u64));
            closed.map(Some).or_else(|| next.map(|_| None))
        };
        let found = search::forward(view, start, LONGEST, LONGEST_END, look).flatten();
        let Some(directory) = found else {
            return Err(view.malformed(start, "sections without a directory"));
        };
        let sections = sections(view, directory)?;
        Ok(Container { pixels, sections, directory })
    }

    /// The first byte after the file.
    pub fn end(&self) -> u64 {
        self.directory.end() + POINTER_LEN as u64
    }
}

/// Width and height of the picture whose header `bytes` begins with, if it is one.
fn header(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let version = number(4)?;
    let plausible = VERSIONS.contains(&(version >> 16)) && version & 0xFFFF <= MOST_MINOR;
    let at = if version >> 16 < 4 { 28 } else { 40 };
    let (width, height, rotation) = (number(at)?, number(at + 4)?, number(at + 8)?);
    let sane = |side| (1..=MAX_SIDE).contains(&side);
    let fits = bytes.starts_with(MAGIC)
        && plausible
        && sane(width)
        && sane(height)
        && [0, 90, 180, 270].contains(&rotation);
    fits.then_some((width, height))
}

/// The directory that `bytes` begins with and that lies at `at`, if what follows it leads back.
fn closing(bytes: &[u8], at: u64) -> Option<Span> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let count = number(8).filter(|count| (1..=MAX_ENTRIES as u32).contains(count))?;
    let len = DIRECTORY_HEADER + count as usize * ENTRY_LEN;
    (u64::from(number(len)?) == at).then_some(Span { at, len: len as u64 })
}

/// The sections that the directory names, which begin as sections before it.
fn sections(view: &mut View<'_>, directory: Span) -> Result<Vec<Section>, Reject> {
    let mut sections = Vec::new();
    let mut at = directory.at + DIRECTORY_HEADER as u64;
    while at < directory.end() {
        let offset = u64::from(view.u32(at, Little)?);
        let len = u64::from(view.u32(at + 4, Little)?);
        let span = Span { at: offset, len };
        if span.end() > directory.at || &view.array::<3>(offset)? != b"SEC" {
            return Err(view.malformed(at, "section"));
        }
        sections.push(Section { kind: view.array(at + 8)?, span });
        at += ENTRY_LEN as u64;
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_version_a_size_and_a_rotation() {
        let mut bytes = [0u8; HEADER_LEN];
        bytes[..8].copy_from_slice(b"FOVb\x02\0\x02\0");
        bytes[28..40].copy_from_slice(b"\xdc\x08\0\0\xe8\x05\0\0\x5a\0\0\0");
        assert_eq!(header(&bytes), Some((2268, 1512)));
        for (at, byte) in [(0, b'f'), (6, 5), (6, 1), (4, 16), (30, 9), (36, 91), (28, 0)] {
            let mut bad = bytes;
            bad[at] = byte;
            if at == 28 {
                bad[29] = 0;
            }
            assert_eq!(header(&bad), None, "{at}");
        }
        assert_eq!(header(&bytes[..39]), None);
    }

    #[test]
    fn a_directory_is_followed_by_its_own_offset() {
        let mut bytes = b"SECd\0\0\x02\0\x01\0\0\0........IMAG\x30\x10\0\0".to_vec();
        assert_eq!(closing(&bytes, 0x1030), Some(Span { at: 0x1030, len: 24 }));
        assert_eq!(closing(&bytes, 0x1031), None);
        assert_eq!(closing(&bytes[..27], 0x1030), None);
        bytes[8] = 0;
        assert_eq!(closing(&bytes, 0x1030), None);
    }
}

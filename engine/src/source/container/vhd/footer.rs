//! The footer of an image, of which dynamic ones have a copy at their start.

use crate::source::container::files::{u32_be, u64_be};
use crate::source::container::opening::Opening;

const MAGIC: &[u8] = b"conectix";

/// Bytes of it, and those that Virtual PC wrote before 2004.
const LEN: u64 = 512;
const OLD_LEN: u64 = 511;

/// The only version.
const VERSION: u32 = 0x0001_0000;

/// Where its checksum stands, which does not count itself.
const CHECKSUM: std::ops::Range<usize> = 64..68;

/// How the disk lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Fixed,
    Dynamic,
    Differencing,
}

/// What the footer says.
pub(super) struct Footer {
    /// Where it was found.
    pub(super) at: u64,
    pub(super) kind: Kind,
    /// Bytes of the disk.
    pub(super) len: u64,
    /// Where the header of a dynamic disk lies.
    pub(super) header_at: u64,
    /// What the disk is known by.
    pub(super) id: [u8; 16],
}

impl Footer {
    /// The footer at the end, or else the copy at the start.
    pub(super) fn find(opening: &Opening<'_>) -> Option<Self> {
        let len = opening.len();
        let ends = [LEN, OLD_LEN].map(|size| len.checked_sub(size).map(|at| (at, size)));
        let at_end =
            ends.into_iter().flatten().find_map(|(at, size)| Self::read(opening, at, size));
        at_end.or_else(|| Self::read(opening, 0, LEN).filter(|copy| copy.kind != Kind::Fixed))
    }

    fn read(opening: &Opening<'_>, at: u64, size: u64) -> Option<Self> {
        let mut bytes = opening.read(at, size).filter(|bytes| bytes.starts_with(MAGIC))?;
        bytes.resize(LEN as usize, 0);
        let kind = match u32_be(&bytes, 60)? {
            2 => Kind::Fixed,
            3 => Kind::Dynamic,
            4 => Kind::Differencing,
            _ => return None,
        };
        let (len, header_at) = (u64_be(&bytes, 48)?, u64_be(&bytes, 16)?);
        let footer = Footer { at, kind, len, header_at, id: *bytes.get(68..)?.first_chunk()? };
        (is_whole(&bytes)? || footer.is_plausible(opening, &bytes)).then_some(footer)
    }

    /// Whether all else makes sense: other programs do not ask for the checksum, and some wrote a wrong one.
    fn is_plausible(&self, opening: &Opening<'_>, bytes: &[u8]) -> bool {
        let is_version = u32_be(bytes, 12) == Some(VERSION);
        let leads = match self.kind {
            Kind::Fixed => self.len == self.at,
            Kind::Dynamic | Kind::Differencing => {
                opening.starts(self.header_at, super::header::MAGIC)
            }
        };
        is_version && leads
    }
}

/// Whether the checksum holds.
fn is_whole(bytes: &[u8]) -> Option<bool> {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    Some(u32_be(bytes, CHECKSUM.start)? == !(sum(bytes) - sum(bytes.get(CHECKSUM)?)))
}

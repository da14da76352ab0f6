//! The header of a member of gzip.
//!
//! Source: RFC 1952, 2.3.

/// What a header begins with: deflate is the only method that there is.
pub(crate) const MAGIC: &[u8] = b"\x1f\x8b\x08";

/// Bytes of a header without its optional parts.
pub(crate) const FIXED: usize = 10;

/// Parts of a header, by their bits in its flags; others there are none.
const HAS_CHECKSUM: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const KNOWN: u8 = 0x1F;

/// A header in which nothing is odd.
pub(crate) struct GzipHeader<'h> {
    /// Its bytes; the last ones may lie beyond those that were read.
    pub(crate) len: usize,
    /// The name of what was packed, where it is told.
    pub(crate) name: Option<&'h [u8]>,
}

impl<'h> GzipHeader<'h> {
    /// Whether the first bytes are those of a header.
    pub(crate) fn begins(fixed: &[u8; FIXED]) -> bool {
        // XFL and OS.
        let is_known = matches!(fixed[8], 0 | 2 | 4) && matches!(fixed[9], 0..=13 | 255);
        fixed.starts_with(MAGIC) && fixed[3] & !KNOWN == 0 && is_known
    }

    /// The header that `bytes` begin with.
    pub(crate) fn read(bytes: &'h [u8]) -> Option<Self> {
        let fixed = bytes.first_chunk().filter(|fixed| Self::begins(fixed))?;
        let (flags, mut len, mut name) = (fixed[3], FIXED, None);
        if flags & HAS_EXTRA != 0 {
            let extra = u16::from_le_bytes(*bytes.get(len..)?.first_chunk()?);
            len += 2 + usize::from(extra);
        }
        for part in [HAS_NAME, HAS_COMMENT].into_iter().filter(|part| flags & part != 0) {
            let text = bytes.get(len..)?;
            let end = text.iter().position(|byte| *byte == 0)?;
            len += end + 1;
            if part == HAS_NAME {
                name = Some(&text[..end]);
            }
        }
        len += if flags & HAS_CHECKSUM != 0 { 2 } else { 0 };
        Some(GzipHeader { len, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_parts_are_passed_and_the_name_is_told() {
        let fixed = |flags| vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
        let told = |bytes: &[u8]| {
            let GzipHeader { len, name } = GzipHeader::read(bytes)?;
            Some((len, name.map(<[u8]>::to_vec)))
        };
        assert_eq!(told(&fixed(0)), Some((10, None)));
        let mut all = fixed(0x1e);
        all.extend(b"\x03\0abcname\0comment\0");
        assert_eq!(told(&all), Some((all.len() + 2, Some(b"name".to_vec()))));
        // No zero byte ends the comment.
        assert!(GzipHeader::read(&all[..all.len() - 1]).is_none());
        for odd in [(0, 0), (2, 7), (3, 0x20), (8, 1), (9, 14)] {
            let mut bad = fixed(0);
            bad[odd.0] = odd.1;
            assert!(GzipHeader::read(&bad).is_none(), "{odd:?}");
        }
    }
}

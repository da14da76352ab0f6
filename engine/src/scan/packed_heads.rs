//! Where deflated members of archives and documents may begin.

use std::ops::Range;

use memchr::memmem;

/// What deflated data lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Packing {
    /// A member of a zip archive, which the documents of word processors are too.
    Zip,
    /// A stream of gzip.
    Gzip,
    /// A stream of a PDF.
    Pdf,
}

/// An offset at which deflated data may be announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackedHead {
    /// First byte of what announces them, counted from the chunk's first.
    pub at: usize,
    /// What they lie in.
    pub packing: Packing,
}

/// What announces them, and what must stand somewhat later: an offset and a byte.
type Sign = (Packing, &'static [u8], Option<(usize, u8)>);

const SIGNS: [Sign; 3] = [
    // PKWARE APPNOTE.TXT 6.3.10, 4.3.7: the method, of which 8 is deflate.
    (Packing::Zip, b"PK\x03\x04", Some((8, 8))),
    // RFC 1952, 2.3: deflate is the only method that there is.
    (Packing::Gzip, b"\x1f\x8b\x08", None),
    // ISO 32000-2:2020, 7.4.4.
    (Packing::Pdf, b"/FlateDecode", None),
];

/// How far they reach.
pub(crate) const PACKED_HEAD: usize = 12;

/// Those that begin in the bytes `own` of `chunk`, in order.
pub fn packed_heads(chunk: &[u8], own: Range<usize>) -> Vec<PackedHead> {
    let around = &chunk[own.start..chunk.len().min(own.end + PACKED_HEAD)];
    let mut heads = Vec::new();
    for (packing, sign, later) in SIGNS {
        let is_one = |at: &usize| {
            later
                .is_none_or(|(offset, byte)| around.get(at + offset).is_none_or(|one| *one == byte))
        };
        let found = memmem::find_iter(around, sign).filter(is_one).map(|at| own.start + at);
        heads.extend(found.filter(|at| *at < own.end).map(|at| PackedHead { at, packing }));
    }
    heads.sort_unstable();
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_found_once_wherever_chunks_are_cut() {
        let mut disk = vec![b'P'; 300];
        disk[20..29].copy_from_slice(b"PK\x03\x04\x14\0\0\0\x08");
        disk[60..69].copy_from_slice(b"PK\x03\x04\x14\0\0\0\x00");
        disk[100..103].copy_from_slice(b"\x1f\x8b\x08");
        disk[200..212].copy_from_slice(b"/FlateDecode");
        let all = packed_heads(&disk, 0..300);
        let found: Vec<_> = all.iter().map(|head| (head.at, head.packing)).collect();
        assert_eq!(found, [(20, Packing::Zip), (100, Packing::Gzip), (200, Packing::Pdf)]);
        for cut in 0..300 {
            let two = [packed_heads(&disk, 0..cut), packed_heads(&disk, cut..300)].concat();
            assert_eq!(two, all, "{cut}");
        }
    }
}

//! The data of a tile-part: which bytes can stand in it.

use super::header::EOC;
use crate::verdict::Span;
use crate::view::View;

/// How many bytes are looked at at a time.
const BLOCK: usize = 1 << 16;

/// The first marker in `span` that cannot stand among packets, and which it is. The coder never
/// makes a byte of ones followed by more than 0x8f; only the marker before a packet, with its
/// number, and the one after a packet's header do.
///
/// Source: T.800, A.1.3 "Marker and marker segment codes", A.8 "In-bit-stream marker segments"
/// and C.2.3 (bit stuffing of the MQ coder), B.10.1 (of packet headers).
pub fn marker(view: &mut View<'_>, span: Span) -> Option<(u64, u16)> {
    let mut at = span.at;
    while at < span.end() {
        let want = BLOCK.min(usize::try_from(span.end() - at).unwrap_or(BLOCK));
        let block = view.up_to(at, want);
        let len = block.len();
        let (skip, found) = look(block);
        if let Some(found) = found {
            return Some((at + skip as u64, found));
        }
        // What is left of a block ends in ones, unless nothing follows.
        if skip == 0 || len < want {
            return None;
        }
        at += skip as u64;
    }
    None
}

/// How many bytes of the block are understood, and the marker that stands there, if one does.
fn look(block: &[u8]) -> (usize, Option<u16>) {
    let mut at = 0;
    while let Some(next) = memchr::memchr(0xff, block.get(at..).unwrap_or(&[])) {
        at += next;
        at += match block.get(at + 1) {
            None => return (at, None),
            Some(0x91) => 6,
            Some(0..=0x8f | 0x92) => 2,
            Some(&second) => return (at, Some(u16::from_be_bytes([0xff, second]))),
        };
    }
    (block.len().max(at), None)
}

/// Where the end of the codestream is marked in `span`; `Err` where other bytes come first.
pub fn end(view: &mut View<'_>, span: Span) -> Result<u64, u64> {
    match marker(view, span) {
        Some((at, EOC)) => Ok(at),
        Some((at, _)) => Err(at),
        None => Err(span.end().min(view.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(data: &[u8], expected: Option<(u64, u16)>) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let found = marker(&mut view, Span { at: 0, len: data.len() as u64 });
        assert_eq!(found, expected);
    }

    #[test]
    fn only_packet_markers_may_stand_among_packets() {
        check(b"ab\xff\x7fcd\xff\x8f", None);
        check(b"ab\xff\xd9cd", Some((2, EOC)));
        check(b"\xff\x91\0\x04\0\xff\xc0\xff\x92\xff\x90", Some((9, 0xff90)));
        check(b"abc\xff", None);
        check(b"\xff\xff\xd9", Some((0, 0xffff)));
    }

    #[test]
    fn a_marker_across_blocks_is_seen() {
        for before in BLOCK - 8..BLOCK + 3 {
            let mut data = vec![7; before];
            data.extend(b"\xff\xd9rest");
            check(&data, Some((before as u64, EOC)));
            let mut data = vec![7; before];
            data.extend(b"\xff\x91\0\x04\xff\xff\xc0abc");
            check(&data, None);
        }
    }
}

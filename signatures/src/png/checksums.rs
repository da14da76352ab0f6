//! A PNG that its chunk CRCs prove, without inflating its picture.
//!
//! What CRCs alone do not prove is that no chunk is missing or in another's place. A disk can lose or exchange
//! bytes only in whole sectors, so that chunks of the picture can go unseen only where one ends at the end of a
//! sector: such a file, and all that is unusual in another way, is left to the [oracle](super::PngOracle).

use super::chunk::{CHUNK_FRAME, chunk};
use super::header::{Header, SIGNATURE};
use crate::format::SECTOR;
use crate::view::View;

/// Bytes that are looked at together.
const PIECE: usize = 128 << 10;

/// Bytes of a chunk that are read before another is seen to follow it.
const MOST_UNSEEN: u64 = 256 << 10;

/// Which chunks have come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    Header,
    Data,
    /// Another chunk after the picture.
    After,
}

/// The first byte after the still picture at the view's start, when its checksums prove all of it.
pub(super) fn end(view: &mut View<'_>) -> Option<u64> {
    let mut at = SIGNATURE.len() as u64;
    let mut seen = Seen::Nothing;
    loop {
        let (len, kind) = chunk(view, at).ok()?;
        seen = next(seen, &kind, len)?;
        if is_at_sector(view, at) || !holds(view, at, len)? {
            return None;
        }
        let end = at + CHUNK_FRAME + len;
        if &kind == b"IEND" {
            return Some(end);
        }
        at = end;
    }
}

/// What has come with a chunk that may follow; nothing for one that needs a closer look.
///
/// Source: W3C PNG (Third Edition), 5.6 "Chunk ordering".
fn next(seen: Seen, kind: &[u8; 4], len: u64) -> Option<Seen> {
    match (seen, kind) {
        (Seen::Nothing, b"IHDR") if len == Header::LEN as u64 => Some(Seen::Header),
        (Seen::Header | Seen::Data, b"IDAT") => Some(Seen::Data),
        (Seen::Header, b"PLTE") => Some(Seen::Header),
        (Seen::Data | Seen::After, b"IEND") if len == 0 => Some(Seen::After),
        // Those of an animation hold pictures, whose streams are not proven apart by their CRCs.
        (Seen::Nothing, _) | (_, b"acTL" | b"fcTL" | b"fdAT") => None,
        (Seen::Header, kind) if is_spare(kind) => Some(Seen::Header),
        (Seen::Data | Seen::After, kind) if is_spare(kind) => Some(Seen::After),
        _ => None,
    }
}

/// Whether a decoder may do without a chunk: the first letter is small.
///
/// Source: W3C PNG (Third Edition), 5.4 "Chunk naming conventions".
fn is_spare(kind: &[u8; 4]) -> bool {
    kind[0].is_ascii_lowercase()
}

/// Whether a chunk that ends before `at` of the file ends with a sector of the source, or with a run of the file.
fn is_at_sector(view: &View<'_>, at: u64) -> bool {
    let (before, here) = (view.place(at - 1), view.place(at));
    here.is_none_or(|here| here.is_multiple_of(SECTOR as u64) || before != here.checked_sub(1))
}

/// Whether the chunk at `at` with `len` bytes of data has the CRC that it says; nothing where it does not lie in the
/// view, or is long and no chunk follows it: then its length is most likely foreign, and reading on worth nothing.
fn holds(view: &mut View<'_>, at: u64, len: u64) -> Option<bool> {
    let stored_at = at + 8 + len;
    view.check(at, CHUNK_FRAME + len).ok()?;
    if len > MOST_UNSEEN {
        chunk(view, stored_at + 4).ok()?;
    }
    let mut crc = crc32fast::Hasher::new();
    let mut at = at + 4;
    while at < stored_at {
        let here = PIECE.min(usize::try_from(stored_at - at).unwrap_or(PIECE));
        crc.update(view.bytes(at, here).ok()?);
        at += here as u64;
    }
    let stored: [u8; 4] = view.array(stored_at).ok()?;
    Some(stored == crc.finalize().to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::chunk::IEND;
    use super::*;
    use crate::verdict::Span;
    use crate::view::{Buffer, Runs};

    fn part(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let body = [&kind[..], data].concat();
        let len = (data.len() as u32).to_be_bytes();
        [&len[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat()
    }

    /// A PNG with chunks of image data of these lengths; what is in them is nobody's picture.
    fn png(data: &[usize]) -> Vec<u8> {
        let mut file = SIGNATURE.to_vec();
        file.extend(part(b"IHDR", &[0, 0, 0, 9, 0, 0, 0, 9, 8, 0, 0, 0, 0]));
        data.iter().for_each(|&len| file.extend(part(b"IDAT", &vec![7; len])));
        file.extend(part(b"tEXt", b"Comment\0none"));
        file.extend(IEND);
        file
    }

    fn end_at(place: usize, file: &[u8]) -> Option<u64> {
        let source = [&vec![0; place][..], file].concat();
        let runs = Runs::whole(place as u64, file.len() as u64);
        let mut buffer = Buffer::default();
        let source = source.as_slice();
        end(&mut View::new(&source, &runs, &mut buffer))
    }

    #[test]
    fn checksums_prove_a_picture_that_no_sector_parts() {
        let file = png(&[700, 800]);
        assert_eq!(end_at(512, &file), Some(file.len() as u64));
        for at in [40, 50, 760, 1500, file.len() - 14, file.len() - 1] {
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert_eq!(end_at(512, &bad), None, "{at}");
        }
        assert_eq!(end_at(512, &file[..file.len() - 1]), None);
    }

    #[test]
    fn a_picture_that_can_lack_a_chunk_is_looked_at_closer() {
        // The first chunk of image data begins at byte 33.
        let file = png(&[512 - 33 - 12, 100]);
        assert_eq!(end_at(0, &file), None);
        assert_eq!(end_at(1, &file), Some(file.len() as u64));
        // The same where runs join.
        let source = file.as_slice();
        let joint = 512;
        let run = |at, len| Span { at, len };
        let rest = file.len() as u64 - joint;
        let apart = [&file[..512], &[9; 100], &file[512..]].concat();
        let runs = Runs::new(vec![run(0, joint), run(612, rest)]);
        let mut buffer = Buffer::default();
        assert_eq!(end(&mut View::new(&apart.as_slice(), &runs, &mut buffer)), None);
        let (mut buffer, whole) = (Buffer::default(), Runs::whole(0, source.len() as u64));
        assert_eq!(end(&mut View::new(&source, &whole, &mut buffer)), None);
    }

    #[test]
    fn animations_and_what_is_out_of_order_are_looked_at_closer() {
        let whole = png(&[20]);
        let with =
            |at: usize, kind: &[u8; 4]| [&whole[..at], &part(kind, &[0; 8]), &whole[at..]].concat();
        let end_of_header = 33;
        assert!(end_at(0, &with(end_of_header, b"gAMA")).is_some());
        for kind in [b"acTL", b"fcTL", b"IHDR", b"PICT", b"IEND"] {
            assert_eq!(end_at(0, &with(end_of_header, kind)), None);
        }
        let after = end_of_header + 12 + 20;
        assert!(end_at(0, &with(after, b"tIME")).is_some());
        assert_eq!(end_at(0, &with(whole.len() - 12, b"IDAT")), None);
        assert_eq!(end_at(0, &[&whole[..end_of_header], IEND].concat()), None);
    }
}

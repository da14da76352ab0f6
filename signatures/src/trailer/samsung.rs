//! Samsung's trailer: named blocks, then their directory between `SEFH` and `SEFT`.
//!
//! Source: ExifTool 12.57, `Samsung.pm`, `ProcessSamsung`.

use super::found::Trailer;
use super::limits::{FAR, MOST_TRIES, reach};
use super::search::find;
use crate::verdict::{Child, Kinship, Span};
use crate::view::{Endian::Little, View};

/// The longest directory, which is kept in two bytes.
const MOST_DIRECTORY: usize = 0x1_0000;

/// Names of blocks are short words, such as `MotionPhoto_Data`.
const LONGEST_NAME: u32 = 64;

/// Length of the audio index that some files have after `SEFT`.
const QDIO_LEN: u64 = 30;

/// Samsung's blocks, which begin at `at` and close with `SEFT`.
pub fn samsung(view: &mut View<'_>, at: u64) -> Option<Trailer> {
    name_end(view, at)?;
    let mut from = at;
    for _ in 0..MOST_TRIES {
        let left = at.saturating_add(reach(at, FAR)).saturating_sub(from);
        let (directory, _) = find(view, from, left, &[b"SEFH"])?;
        if let Some(trailer) = blocks(view, at, directory) {
            return Some(trailer);
        }
        from = directory + 1;
    }
    None
}

/// Where the data of the block at `at` begins: after two zeros, a type, and a name.
fn name_end(view: &mut View<'_>, at: u64) -> Option<u64> {
    let [zero0, zero1, type0, type1] = view.array(at).ok()?;
    let len = view.u32(at + 4, Little).ok()?;
    if (zero0, zero1) != (0, 0) || (type0, type1) == (0, 0) || !(1..=LONGEST_NAME).contains(&len) {
        return None;
    }
    let name = view.bytes(at + 8, len as usize).ok()?;
    name.iter().all(u8::is_ascii_graphic).then_some(at + 8 + u64::from(len))
}

/// The trailer whose directory lies at `directory`, when its blocks begin at `at`.
fn blocks(view: &mut View<'_>, at: u64, directory: u64) -> Option<Trailer> {
    let bytes = view.up_to(directory, MOST_DIRECTORY);
    let number = |at: usize| {
        let bytes = bytes.get(at..)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*bytes))
    };
    let count = number(8)? as usize;
    let least = count.checked_mul(12)?.checked_add(12)?;
    let len = memchr::memmem::find_iter(bytes, b"SEFT")
        .filter_map(|found| found.checked_sub(4))
        .find(|&len| len >= least && number(len) == u32::try_from(len).ok())?;
    let mut spans = Vec::new();
    for entry in (12..least).step_by(12) {
        let back = u64::from(number(entry + 4)?);
        let len = u64::from(number(entry + 8)?);
        if len < 8 || len > back || back > directory - at {
            return None;
        }
        spans.push(Span { at: directory - back, len });
    }
    if spans.iter().map(|span| span.at).min() != Some(at) {
        return None;
    }
    let end = directory + len as u64 + 8;
    let mut children: Vec<_> = spans.iter().filter_map(|&span| child(view, span)).collect();
    children.sort_by_key(|child| child.span);
    children.dedup();
    children.truncate(crate::verdict::MOST_CHILDREN);
    Some(Trailer { end: audio_end(view, end), children })
}

/// The picture or video in a block.
fn child(view: &mut View<'_>, block: Span) -> Option<Child> {
    let at = name_end(view, block.at)?;
    let span = Span::between(at, block.end());
    let head: [u8; 8] = view.array(at).ok()?;
    let kinship = match &head {
        [0xff, 0xd8, 0xff, ..] => Kinship::Secondary,
        [_, _, _, _, b'f', b't', b'y', b'p'] => Kinship::Motion,
        _ => return None,
    };
    (span.len >= 8).then_some(Child { span, kinship })
}

/// The end of the file whose `SEFT` ends at `at`: some have an index of audio after it.
fn audio_end(view: &mut View<'_>, at: u64) -> u64 {
    let index: Option<[u8; QDIO_LEN as usize]> = view.array(at).ok();
    match index {
        Some(index) if index.starts_with(b"QDIO") && index.ends_with(b"\x14\0\0\0QDIOBS") => {
            at + QDIO_LEN
        }
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::view::{Buffer, Runs};

    /// A block of each kind and data, and their directory.
    fn trailer(blocks: &[(u16, &str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut spans = Vec::new();
        for (kind, name, data) in blocks {
            spans.push((*kind, bytes.len(), 8 + name.len() + data.len()));
            bytes.extend_from_slice(&[0, 0]);
            bytes.extend_from_slice(&kind.to_le_bytes());
            bytes.extend_from_slice(&(name.len() as u32).to_le_bytes());
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(data);
        }
        let directory = bytes.len();
        bytes.extend_from_slice(b"SEFH\x65\0\0\0");
        bytes.extend_from_slice(&(spans.len() as u32).to_le_bytes());
        for (kind, at, len) in spans {
            bytes.extend_from_slice(&[0, 0]);
            bytes.extend_from_slice(&kind.to_le_bytes());
            bytes.extend_from_slice(&((directory - at) as u32).to_le_bytes());
            bytes.extend_from_slice(&(len as u32).to_le_bytes());
        }
        let len = (bytes.len() - directory) as u32;
        bytes.extend_from_slice(&len.to_le_bytes());
        bytes.extend_from_slice(b"SEFT");
        bytes
    }

    #[test]
    fn blocks_lead_back_to_the_picture() {
        let good = trailer(&[(0x0a01, "Image_UTC_Data", b"1500000000"), (0x0b, "x", b"SEFHSEFT")]);
        check(&good, true);
        let audio = b"QDIOe\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0QDIOBS";
        check(&[&good[..], audio].concat(), true);
        for at in [0, 4, good.len() - 1, good.len() - 8, good.len() - 16] {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            check(&bad, false);
        }
        check(&good[..good.len() - 1], false);
    }

    #[test]
    fn pictures_and_videos_in_blocks_are_children() {
        let video = b"\0\0\0\x10ftypmp42........";
        let file = trailer(&[
            (0x0a30, "MotionPhoto_Data", video),
            (0x0a20, "Dual", b"\xff\xd8\xff\xe000000"),
        ]);
        let (runs, mut buffer) = (Runs::whole(0, file.len() as u64), Buffer::default());
        let file = file.as_slice();
        let found = samsung(&mut View::new(&file, &runs, &mut buffer), 0).unwrap();
        let spans: Vec<_> =
            found.children.iter().map(|c| (c.span.at, c.span.len, c.kinship)).collect();
        assert_eq!(spans, [(24, 20, Kinship::Motion), (56, 9, Kinship::Secondary)]);
    }
}

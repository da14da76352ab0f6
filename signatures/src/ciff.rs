//! CIFF, Canon's Camera Image File Format: heaps of records with their directory at the end.
//!
//! A heap ends with the offset of its directory, counted from the heap's start; the directory ends
//! right before that offset. So a heap closes on itself, but nothing at its start says where.
//!
//! Source: P. Harvey's description of Canon CRW files, and ExifTool, CanonRaw.pm.

use crate::search;
use crate::verdict::{Reject, Span};
use crate::view::{Endian, View};

/// No file is longer, in bytes: a camera with CIFF has 8 megapixels of 12 bits at most.
const LONGEST: u64 = 32 << 20;

/// No directory has more entries; a file's first has three or four.
const MAX_ENTRIES: usize = 64;

/// Length of an entry in bytes: tag, length, offset.
const ENTRY_LEN: usize = 10;

/// Length in bytes of the number of entries.
const COUNT_LEN: usize = 2;

/// Length in bytes of the offset that ends a heap.
const POINTER_LEN: usize = 4;

/// The longest end of a heap in bytes: its directory and the offset of it.
const LONGEST_END: usize = COUNT_LEN + MAX_ENTRIES * ENTRY_LEN + POINTER_LEN;

/// What a file begins with, after its byte order and the length of its header.
pub const MARK: &[u8] = b"HEAPCCDR";

/// Where [`MARK`] stands.
pub const MARK_AT: u16 = 6;

/// No header is longer, in bytes; all known ones have [`USUAL_HEADER`].
const LONGEST_HEADER: u32 = 4096;

/// Length of a header in bytes.
const USUAL_HEADER: u32 = 26;

/// Where the version stands in it, ...
const VERSION_AT: u64 = 14;

/// ... the largest that is known, 1.2, of which some cameras write none ...
const LAST_VERSION: u32 = 0x0001_FFFF;

/// ... and where bytes stand that are kept for later use, and zero.
const RESERVED_AT: u64 = 18;

/// Ends of a heap that are told at once not to close it.
const STRIDE: usize = 64;

/// The bits of a tag that tell where its value lies: in the heap, or in the entry itself.
const LOCATION: u16 = 0xC000;
const IN_HEAP: u16 = 0;
const IN_ENTRY: u16 = 0x4000;

/// A value in a heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is, and of which type.
    pub tag: u16,
    /// Where it lies, from the file's first byte.
    pub span: Span,
}

/// A heap and the values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heap {
    /// Where it lies, its directory and the offset of it included.
    pub span: Span,
    /// Its byte order.
    pub endian: Endian,
    /// The records of its directory that lie in the heap.
    pub records: Vec<Record>,
}

/// Finds the heap of the file at the view's start: the first offset where one closes.
///
/// The search ends at the next file of the kind. So however many headers without an end follow
/// each other, each byte is searched for one of them.
pub fn find(view: &mut View<'_>) -> Result<Heap, Reject> {
    let (start, endian) = header(view)?;
    let look = |at: u64, piece: &[u8]| {
        let next = memchr::memmem::find(piece, MARK);
        let piece = &piece[..next.unwrap_or(piece.len())];
        let closed = first_close(piece, at - start, endian).map(|end| at + end as u64);
        closed.map(Some).or_else(|| next.map(|_| None))
    };
    let Some(end) = search::forward(view, start, LONGEST, LONGEST_END, look).flatten() else {
        return Err(view.malformed(start, "heap that closes nowhere"));
    };
    Heap::read(view, Span::between(start, end), endian)
}

/// Where the header ends and the heap begins, and the byte order.
fn header(view: &mut View<'_>) -> Result<(u64, Endian), Reject> {
    let endian = match &view.array(0)? {
        b"II" => Endian::Little,
        b"MM" => Endian::Big,
        _ => return Err(view.malformed(0, "byte order")),
    };
    let len = view.u32(2, endian)?;
    let mark_at = u64::from(MARK_AT);
    if view.bytes(mark_at, MARK.len())? != MARK {
        return Err(view.malformed(mark_at, "mark"));
    }
    if !(u32::from(MARK_AT) + MARK.len() as u32..=LONGEST_HEADER).contains(&len) {
        return Err(view.malformed(2, "length of the header"));
    }
    // Programs that know the format hold its mark, too, and a search from there reads far.
    if len >= USUAL_HEADER
        && view.u32(VERSION_AT, endian)? > LAST_VERSION
        && view.array(RESERVED_AT)? != [0; 8]
    {
        return Err(view.malformed(VERSION_AT, "version"));
    }
    Ok((u64::from(len), endian))
}

/// The first end in `piece` at which a heap closes of which `before` bytes lie before it.
fn first_close(piece: &[u8], before: u64, endian: Endian) -> Option<usize> {
    (POINTER_LEN..=piece.len()).step_by(STRIDE).find_map(|first| {
        let last = (first + STRIDE - 1).min(piece.len());
        let mut ends = first..=last;
        if !may_close(&piece[first - POINTER_LEN..last], before + first as u64, endian) {
            return None;
        }
        ends.find(|&end| closes(&piece[..end], before + end as u64, endian))
    })
}

/// Whether the directory that one of the offsets in `offsets` leads to may end right before it; the first of them ends
/// a heap of `len` bytes. By their upper halves, which are the same for nearly all that may: two comparisons for each
/// byte, of many bytes at once.
fn may_close(offsets: &[u8], len: u64, endian: Endian) -> bool {
    let last = len + (offsets.len() - POINTER_LEN) as u64 - POINTER_LEN as u64;
    let first = len.saturating_sub(LONGEST_END as u64);
    let half = |directory: u64| (directory >> 16) as u16;
    if half(first) != half(last) {
        return true;
    }
    let (upper, [one, two]) = match endian {
        Endian::Little => (&offsets[2..], half(last).to_le_bytes()),
        Endian::Big => (&offsets[..offsets.len() - 2], half(last).to_be_bytes()),
    };
    let pairs = upper.iter().zip(&upper[1..]);
    pairs.fold(false, |found, (first, second)| found | ((*first == one) & (*second == two)))
}

/// Whether a heap of `len` bytes that `tail` ends is closed: its last bytes lead to a directory
/// that ends right before them and that names nothing after itself.
fn closes(tail: &[u8], len: u64, endian: Endian) -> bool {
    let Some((rest, pointer)) = tail.split_last_chunk() else { return false };
    let directory = u64::from(number(*pointer, endian));
    let back = len.wrapping_sub(directory).wrapping_sub(POINTER_LEN as u64);
    if back > (LONGEST_END - POINTER_LEN) as u64 {
        return false;
    }
    let Some(at) = rest.len().checked_sub(back as usize) else { return false };
    let Some((&count, entries)) = rest[at..].split_first_chunk() else { return false };
    let count = usize::from(short(count, endian));
    count > 0
        && entries.len() == count * ENTRY_LEN
        && entries.chunks_exact(ENTRY_LEN).all(|raw| match entry(raw, endian) {
            Some((tag, record)) => match tag & LOCATION {
                IN_HEAP => record.end() <= directory,
                location => location == IN_ENTRY,
            },
            None => false,
        })
}

/// The tag of an entry, and what it names if that lies in the heap, from the heap's start.
fn entry(raw: &[u8], endian: Endian) -> Option<(u16, Span)> {
    let (&tag, raw) = raw.split_first_chunk()?;
    let (&len, raw) = raw.split_first_chunk()?;
    let &at = raw.first_chunk()?;
    let span = Span { at: u64::from(number(at, endian)), len: u64::from(number(len, endian)) };
    Some((short(tag, endian), span))
}

fn number(bytes: [u8; 4], endian: Endian) -> u32 {
    match endian {
        Endian::Little => u32::from_le_bytes(bytes),
        Endian::Big => u32::from_be_bytes(bytes),
    }
}

fn short(bytes: [u8; 2], endian: Endian) -> u16 {
    match endian {
        Endian::Little => u16::from_le_bytes(bytes),
        Endian::Big => u16::from_be_bytes(bytes),
    }
}

impl Heap {
    /// Reads the heap that lies in `span`, its directory last.
    pub fn read(view: &mut View<'_>, span: Span, endian: Endian) -> Result<Self, Reject> {
        let last = span.len.min(LONGEST_END as u64);
        let tail = view.bytes(span.end() - last, last as usize)?;
        if !closes(tail, span.len, endian) {
            return Err(view.malformed(span.at, "heap that does not close"));
        }
        let pointer = view.u32(span.end() - POINTER_LEN as u64, endian)?;
        let at = span.at + u64::from(pointer) + COUNT_LEN as u64;
        let len = span.end() - POINTER_LEN as u64 - at;
        let entries = view.bytes(at, len as usize)?.chunks_exact(ENTRY_LEN);
        let in_heap = |&(tag, _): &(u16, Span)| tag & LOCATION == IN_HEAP;
        let record = |(tag, record): (u16, Span)| Record {
            tag,
            span: Span { at: span.at + record.at, len: record.len },
        };
        let records =
            entries.filter_map(|raw| entry(raw, endian)).filter(in_heap).map(record).collect();
        Ok(Heap { span, endian, records })
    }

    /// Where the first record with that tag lies, if there is one that is not empty.
    pub fn record(&self, tag: u16) -> Option<Span> {
        let found = self.records.iter().find(|record| record.tag == tag && record.span.len > 0);
        found.map(|record| record.span)
    }

    /// The heap that the record with that tag is, if there is one and it closes.
    pub fn inner(&self, view: &mut View<'_>, tag: u16) -> Option<Heap> {
        Heap::read(view, self.record(tag)?, self.endian).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A heap of one record of 8 bytes, with what its directory says of it.
    fn heap(tag: u16, len: u32, at: u32) -> Vec<u8> {
        let mut out = vec![b'.'; 8];
        out.extend(1u16.to_be_bytes());
        out.extend(tag.to_be_bytes());
        out.extend([len, at, 8].iter().flat_map(|number| number.to_be_bytes()));
        out
    }

    #[track_caller]
    fn check(heap: &[u8], expected: bool) {
        assert_eq!(closes(heap, heap.len() as u64, Endian::Big), expected, "{heap:02x?}");
    }

    #[test]
    fn a_heap_closes_by_its_own_directory() {
        check(&heap(0x2005, 8, 0), true);
        check(&heap(0x2005, 4, 4), true);
        check(&heap(0x5005, u32::MAX, u32::MAX), true);
    }

    /// The end of `piece` at which a heap closes first, of each byte order.
    #[track_caller]
    fn check_first(piece: &[u8], before: u64, endian: Endian) {
        let slow = (POINTER_LEN..=piece.len())
            .find(|&end| closes(&piece[..end], before + end as u64, endian));
        assert_eq!(first_close(piece, before, endian), slow, "{before} {endian:?}");
    }

    /// A directory at `at` of one record, and its offset.
    fn directory(at: u32, endian: Endian) -> Vec<u8> {
        let [tag, count] = [0x2005u16, 1].map(|n| match endian {
            Endian::Little => n.to_le_bytes(),
            Endian::Big => n.to_be_bytes(),
        });
        let [none, at] = [0, at].map(|n: u32| match endian {
            Endian::Little => n.to_le_bytes(),
            Endian::Big => n.to_be_bytes(),
        });
        [&count[..], &tag, &none, &none, &at].concat()
    }

    #[test]
    fn the_first_close_is_found_wherever_it_lies() {
        for endian in [Endian::Little, Endian::Big] {
            for before in [0, 10, 1 << 16, (1 << 16) - 300, (2 << 16) + 5, 0x0102_03F0] {
                for at in (0..200).chain([1000, 65_400, 65_536, 65_600]) {
                    let found = directory((before + at as u64) as u32, endian);
                    let piece = [&vec![b'.'; at][..], &found, &[b'.'; 70]].concat();
                    check_first(&piece, before, endian);
                    assert_eq!(first_close(&piece, before, endian), Some(at + found.len()));
                }
            }
            check_first(&[0; 1000], 0, endian);
            check_first(&[0; 1000], 64_000, endian);
            (0..5).for_each(|len| check_first(&vec![0; len], 0, endian));
        }
    }

    #[test]
    fn a_record_after_the_directory_is_none() {
        check(&heap(0x2005, 9, 0), false);
        check(&heap(0x2005, u32::MAX, u32::MAX), false);
        check(&heap(0x8005, 8, 0), false);
    }

    #[test]
    fn no_byte_may_be_missing_or_be_too_many() {
        let whole = heap(0x2005, 8, 0);
        for cut in 0..whole.len() {
            check(&whole[..cut], false);
            check(&whole[cut + 1..], false);
        }
        check(&[&whole[..], b"\0"].concat(), false);
        check(&[b"\0", &whole[..]].concat(), false);
    }
}

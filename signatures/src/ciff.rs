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
const LONGEST: u64 = 64 << 20;

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

/// No header is longer, in bytes; all known ones have 26.
const LONGEST_HEADER: u32 = 4096;

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
        let closed = (POINTER_LEN..=piece.len())
            .find(|&end| closes(&piece[..end], at + end as u64 - start, endian))
            .map(|end| at + end as u64);
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
    Ok((u64::from(len), endian))
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

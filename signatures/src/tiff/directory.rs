//! One image file directory (IFD) and its entries.

use super::header::Frame;
use crate::verdict::{Reject, Span};
use crate::view::{Endian, View};

/// No directory has more entries than this; real ones have fewer than 200.
pub const MAX_ENTRIES: u64 = 1000;

/// No text that decides anything is longer, in bytes.
const MAX_TEXT: u64 = 64;

/// Numbers are read in pieces of this many bytes, a multiple of every type's length.
const PIECE: usize = 1 << 16;

/// How a directory was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The header names it.
    First,
    /// The directory before it in the chain names it, counted from 1.
    Chained(u32),
    /// Tag `SubIFDs` names it.
    Sub,
    /// Exif tags.
    Exif,
    /// GPS tags.
    Gps,
    /// Interoperability tags.
    Interop,
    /// A maker's directory or a camera profile.
    Private,
    /// A maker note's directory; its values lie inside the note.
    Note,
}

impl Origin {
    /// Whether directories reached so describe pictures.
    pub fn has_pictures(self) -> bool {
        matches!(self, Origin::First | Origin::Chained(_) | Origin::Sub | Origin::Private)
    }
}

/// One field of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it means.
    pub tag: u16,
    /// Which type its values have.
    pub kind: u16,
    /// How many values it has.
    pub count: u64,
    /// Where they lie, from the file's first byte: in the entry itself or elsewhere.
    pub value: Span,
    /// Whether they lie elsewhere.
    pub outside: bool,
}

/// Length in bytes of a value of that type, if there is such a type.
///
/// Source: TIFF 6.0, section 2 "Types"; 13 from TIFF Technical Note 1; 16 to 18 from BigTIFF.
pub fn size_of(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

/// The number in `bytes`, of which there are one to eight.
fn number(bytes: &[u8], endian: Endian) -> u64 {
    let push = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    match endian {
        Endian::Big => bytes.iter().fold(0, push),
        Endian::Little => bytes.iter().rev().fold(0, push),
    }
}

impl Entry {
    /// The entry whose bytes are `raw` and lie at `at`; nothing when its type is unknown, or its
    /// length or offset cannot be.
    fn parse(raw: &[u8], at: u64, frame: Frame) -> Option<Self> {
        let half = frame.pointer_len() as usize;
        let tag = number(raw.get(..2)?, frame.endian) as u16;
        let kind = number(raw.get(2..4)?, frame.endian) as u16;
        let count = number(raw.get(4..4 + half)?, frame.endian);
        let len = size_of(kind)?.checked_mul(count)?;
        let outside = len > frame.pointer_len();
        let start = if outside {
            frame.base.checked_add(number(raw.get(4 + half..)?, frame.endian))?
        } else {
            at + 4 + half as u64
        };
        start.checked_add(len)?;
        Some(Entry { tag, kind, count, value: Span { at: start, len }, outside })
    }

    /// Whether its values are whole numbers without a sign.
    fn is_integer(&self) -> bool {
        matches!(self.kind, 1 | 3 | 4 | 7 | 13 | 16 | 18)
    }

    /// Its values, at most `most` of them; none when they are no whole numbers or not there.
    pub fn numbers(&self, view: &mut View<'_>, endian: Endian, most: u64) -> Vec<u64> {
        self.some(view, endian, 0, most)
    }

    /// Its values from the `first` on, as [`Entry::numbers`] gives them.
    pub fn some(&self, view: &mut View<'_>, endian: Endian, first: u64, most: u64) -> Vec<u64> {
        let mut out = Vec::new();
        let Some(size) = size_of(self.kind).filter(|_| self.is_integer()) else { return out };
        let (first, most) = (first.min(self.count), most.min(self.count));
        let last = first.saturating_add(most).min(self.count);
        // A count of BigTIFF comes to more than there can be.
        let place = |index: u64| index.saturating_mul(size).min(self.value.len);
        let [mut at, end] = [first, last].map(|index| self.value.at.saturating_add(place(index)));
        while at < end {
            let len = (end - at).min(PIECE as u64) as usize;
            let Ok(bytes) = view.bytes(at, len) else { break };
            out.extend(bytes.chunks_exact(size as usize).map(|value| number(value, endian)));
            at += len as u64;
        }
        out
    }

    /// Its first value.
    pub fn number(&self, view: &mut View<'_>, endian: Endian) -> Option<u64> {
        self.numbers(view, endian, 1).first().copied()
    }

    /// Its text, without what pads it.
    pub fn text(&self, view: &mut View<'_>) -> Option<String> {
        let bytes = view.bytes(self.value.at, self.value.len.min(MAX_TEXT) as usize).ok()?;
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Some(String::from_utf8_lossy(&bytes[..end]).trim().to_owned())
    }
}

/// An image file directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// How it was reached.
    pub origin: Origin,
    /// How it counts.
    pub frame: Frame,
    /// Where it lies, the offset of its successor included.
    pub span: Span,
    /// Its readable entries, in the file's order.
    pub entries: Vec<Entry>,
    /// How many entries could not be read.
    pub unreadable: u64,
    /// Where the next directory of the chain lies, as stored; 0 for none.
    pub next: u64,
}

impl Directory {
    /// Reads the directory at `at` of the view.
    ///
    /// A directory has at least one entry, at most [`MAX_ENTRIES`], and more than half of them
    /// have a known type; anything else is not a directory.
    ///
    /// Source: TIFF 6.0, section 2 "Image File Directory".
    pub fn read(
        view: &mut View<'_>,
        frame: Frame,
        at: u64,
        origin: Origin,
    ) -> Result<Self, Reject> {
        let count = frame.count(view, at)?;
        if !(1..=MAX_ENTRIES).contains(&count) {
            return Err(view.malformed(at, "number of directory entries"));
        }
        let (start, each) = (at + frame.count_len(), frame.entry_len());
        let raw = view.bytes(start, (count * each) as usize)?;
        let offsets = (0..count).map(|index| start + index * each);
        let entries: Vec<_> = raw
            .chunks_exact(each as usize)
            .zip(offsets)
            .filter_map(|(raw, at)| Entry::parse(raw, at, frame))
            .collect();
        let unreadable = count - entries.len() as u64;
        if unreadable * 2 >= count {
            return Err(view.malformed(at, "types of directory entries"));
        }
        let tail = start + count * each;
        let next = frame.pointer(view, tail).unwrap_or(0);
        let end = (tail + frame.pointer_len()).min(view.len());
        Ok(Directory { origin, frame, span: Span::between(at, end), entries, unreadable, next })
    }

    /// The entry with that tag.
    pub fn get(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// Whether there is an entry with that tag.
    pub fn has(&self, tag: u16) -> bool {
        self.get(tag).is_some()
    }

    /// The first value of that tag.
    pub fn number(&self, view: &mut View<'_>, tag: u16) -> Option<u64> {
        self.get(tag)?.number(view, self.frame.endian)
    }

    /// The values of that tag, at most `most`.
    pub fn numbers(&self, view: &mut View<'_>, tag: u16, most: u64) -> Vec<u64> {
        self.get(tag).map_or_else(Vec::new, |entry| entry.numbers(view, self.frame.endian, most))
    }

    /// The range that a pair of tags, offset and length, names; nothing when it is empty.
    pub fn stretch(&self, view: &mut View<'_>, offset: u16, len: u16) -> Option<Span> {
        let at = self.number(view, offset)?;
        let len = self.number(view, len)?;
        (at > 0 && len > 0).then(|| Span { at: self.frame.base.saturating_add(at), len })
    }

    /// The text of that tag.
    pub fn text(&self, view: &mut View<'_>, tag: u16) -> Option<String> {
        self.get(tag)?.text(view)
    }

    /// Whether its tags ascend, but for one in four: some cameras (SR2) do not sort all.
    pub fn is_sorted(&self) -> bool {
        let falls = self.entries.windows(2).filter(|pair| pair[0].tag > pair[1].tag).count();
        falls * 4 <= self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    const FRAME: Frame = Frame { endian: Endian::Little, big: false, base: 0 };

    fn with_view<T>(bytes: &[u8], look: impl FnOnce(&mut View<'_>) -> T) -> T {
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        look(&mut View::new(&bytes, &runs, &mut buffer))
    }

    fn read(bytes: &[u8]) -> Result<Directory, Reject> {
        with_view(bytes, |view| Directory::read(view, FRAME, 0, Origin::First))
    }

    #[test]
    fn values_lie_in_the_entry_or_where_it_says() {
        let bytes = b"\x02\0\x00\x01\x03\0\x02\0\0\0\x07\0\x08\0\
            \x0f\x01\x02\0\x06\0\0\0\x1e\0\0\0\0\0\0\0SONY \0";
        let directory = read(bytes).unwrap();
        let width = *directory.get(0x100).unwrap();
        let numbers = with_view(bytes, |view| width.numbers(view, Endian::Little, 9));
        assert_eq!(numbers, [7, 8]);
        let make = with_view(bytes, |view| directory.text(view, 0x10F));
        assert_eq!(make.as_deref(), Some("SONY"));
        assert_eq!(directory.span, Span { at: 0, len: 30 });
    }

    #[test]
    fn entries_of_unknown_type_are_left_out_but_not_all() {
        let good = b"\0\x01\x03\0\x01\0\0\0\x07\0\0\0";
        let bad = b"\0\x01\x77\0\x01\0\0\0\x07\0\0\0";
        let some = [b"\x03\0", &good[..], good, bad, &[0; 4]].concat();
        let directory = read(&some).unwrap();
        assert_eq!((directory.entries.len(), directory.unreadable), (2, 1));
        let most = [b"\x03\0", &good[..], bad, bad, &[0; 4]].concat();
        assert!(matches!(read(&most), Err(Reject::Malformed { .. })));
    }

    #[test]
    fn no_entry_and_too_many_are_no_directory() {
        assert!(matches!(read(&[0, 0, 0, 0]), Err(Reject::Malformed { .. })));
        assert!(matches!(read(&[0xFF, 0xFF, 0, 0]), Err(Reject::Malformed { .. })));
        assert!(matches!(read(&[9, 0, 0, 0]), Err(Reject::Truncated { .. })));
    }

    #[test]
    fn a_count_that_overflows_is_no_entry() {
        let frame = Frame { big: true, ..FRAME };
        let raw = [&[0, 1, 12, 0][..], &[0xFF; 8], &[0xFF; 8]].concat();
        assert_eq!(Entry::parse(&raw, 0, frame), None);
    }
}

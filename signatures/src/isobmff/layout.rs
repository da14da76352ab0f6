//! The boxes that a file is made of, and which of what follows still belongs to it.

use super::{Header, SHORTEST, is_plausible};
use crate::format::SECTOR;
use crate::part::PictureKind;
use crate::verdict::{Reject, Span};
use crate::view::View;

/// Boxes at the top level that any kind of file may have.
///
/// Source: ISO/IEC 14496-12:2022, table 1; `wide`, `pnot` and `PICT` are QuickTime's (Apple,
/// QuickTime File Format Specification, 2012); `mpvd` and `sefd` are the motion
/// photo and the trailer of Samsung's HEIC files (ExifTool, QuickTime.pm and Samsung.pm).
const KNOWN: &[&[u8; 4]] = &[
    b"mdat", b"meta", b"moov", b"free", b"skip", b"wide", b"uuid", b"imda", b"pdin", b"moof",
    b"mfra", b"sidx", b"ssix", b"styp", b"prft", b"emsg", b"udta", b"pnot", b"PICT", b"mpvd",
    b"sefd",
];

/// Boxes that cameras and programs append behind a film.
///
/// Source: ExifTool, QuickTime.pm and QuickTimeStream.pl (Novatek, 70mai, BlackVue, Kodak and others);
/// Adobe, XMP Specification part 3, 1.1.5 "MPEG-4".
const APPENDED: &[&[u8; 4]] = &[
    b"thum", b"scrn", b"gps ", b"GPS ", b"gps0", b"gsen", b"3gf ", b"XMP_", b"junk", b"infi",
    b"frea", b"SEAL",
];

/// The box that Motion JPEG 2000 begins with, before its brands.
///
/// Source: ITU-T T.802, 6.1 "JPEG 2000 signature box".
pub const SIGNATURE: &[u8; 4] = b"jP  ";

/// Whether any kind of file may have a box of that type at its top level.
pub fn is_known(kind: &[u8; 4]) -> bool {
    KNOWN.contains(&kind) || kind == b"ftyp"
}

/// Boxes that a file has once: a second one belongs to another file.
const UNIQUE: &[&[u8; 4]] = &[b"ftyp", b"meta", b"moov"];

/// Boxes that begin files of other kinds: JPEG 2000 and JPEG XL.
///
/// Source: ISO/IEC 15444-1, I.5.1; ISO/IEC 18181-2, 9.1.
const FOREIGN: &[&[u8; 4]] = &[b"jP  ", b"JXL "];

/// The longest box of an unknown type: a size that noise or text makes is mostly larger.
const LONGEST_UNKNOWN: u64 = 64 << 20;

/// Boxes of unknown types that follow one another before one is known; of noise, hardly two look so.
const MOST_UNKNOWN: usize = 64;

/// So many of them confirm each other, whatever comes then: on a disk it may be anything.
const ENOUGH_UNKNOWN: usize = 3;

/// The longest mark that a vendor leaves in a box of media of its own; Huawei's has 8 bytes.
const LONGEST_MARK: u64 = 64;

/// How many boxes a file may have at its top level; fragmented video has the most.
const MOST_TOP: usize = 1 << 16;

/// Why the walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What follows is no box of this file, or nothing follows.
    Closed,
    /// The last box has no size: it reaches to an end that only a file system knows.
    Open,
    /// The last box reaches beyond the source.
    Cut {
        /// How many bytes it lacks.
        missing: u64,
    },
}

/// The top level of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The boxes, in order and without gaps, `ftyp` first.
    pub boxes: Vec<Header>,
    /// Where the boxes end; of an open or cut one, where the view does.
    pub end: u64,
    /// What came then.
    pub stop: Stop,
}

impl Layout {
    /// Walks the boxes from the view's start. The first, mostly `ftyp`, must be whole.
    ///
    /// A following box belongs to the file when its type is known. One of unknown type must have a
    /// plausible name and size and be followed by a known box, by another file, by zeros or by nothing,
    /// or by more of its sort. A second `ftyp`, `meta` or `moov` is another file's, and zeros are no box.
    pub fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let first = Header::read(view, 0)?;
        view.check(0, first.end)?;
        let mut layout = Layout { end: first.end, boxes: vec![first], stop: Stop::Closed };
        while let Some(next) = layout.next(view) {
            let missing = next.end.saturating_sub(view.len());
            layout.end = next.end.min(view.len());
            layout.boxes.push(next);
            if missing > 0 {
                layout.stop = Stop::Cut { missing };
                break;
            }
            if next.open {
                layout.stop = Stop::Open;
                break;
            }
        }
        Ok(layout)
    }

    /// The first box of that type.
    pub fn find(&self, kind: &[u8; 4]) -> Option<Header> {
        self.boxes.iter().copied().find(|header| &header.kind == kind)
    }

    /// The box that holds byte `at`.
    pub fn holder(&self, at: u64) -> Option<&Header> {
        let index = self.boxes.partition_point(|header| header.end <= at);
        self.boxes.get(index)
    }

    /// The first of `extents` that begins in a box of this file and runs over its end.
    pub fn overrun(&self, extents: &[Span]) -> Option<Span> {
        let runs_over =
            |extent: &&Span| self.holder(extent.at).is_some_and(|held| held.end < extent.end());
        extents.iter().find(runs_over).copied()
    }

    /// Ends the file where another begins that has no `ftyp`: old QuickTime movies begin with
    /// `moov`, or with `mdat` after `wide`, and no file has such a box after `needed`, the last
    /// byte that its own tables need, unless it only holds a mark.
    pub fn end_before_another(&mut self, needed: u64) {
        let begins = |header: &Header| match &header.kind {
            b"moov" => true,
            b"mdat" => header.body().len > LONGEST_MARK,
            _ => false,
        };
        let other = |header: &Header| header.at >= needed && header.at > 0 && begins(header);
        let Some(mut first) = self.boxes.iter().position(other) else { return };
        let is_wide = |header: &Header| &header.kind == b"wide" && header.at >= needed;
        if first > 0 && is_wide(&self.boxes[first - 1]) {
            first -= 1;
        }
        self.cut(self.boxes[first].at);
    }

    /// Ends the file before its first box of that type, which is another's, and before the boxes
    /// of media that stand directly before that: they are the other's too.
    pub fn release(&mut self, kind: &[u8; 4]) {
        let Some(foreign) = self.boxes.iter().position(|header| &header.kind == kind) else {
            return;
        };
        let kept = self.boxes[..foreign]
            .iter()
            .rposition(|header| !matches!(&header.kind, b"mdat" | b"wide" | b"free" | b"skip"));
        // The first box of media after the others is the file's own.
        let own = kept.map_or(0, |kept| kept + 2).min(foreign);
        if let Some(at) = self.boxes.get(own).map(|header| header.at) {
            self.cut(at);
        }
    }

    fn cut(&mut self, at: u64) {
        self.boxes.retain(|header| header.at < at);
        (self.end, self.stop) = (at, Stop::Closed);
    }

    /// The box at the end of the walk, if it still belongs to the file.
    fn next(&self, view: &mut View<'_>) -> Option<Header> {
        let header = Header::read(view, self.end).ok()?;
        if self.boxes.len() >= MOST_TOP {
            return None;
        }
        let repeats = UNIQUE.contains(&&header.kind) && self.find(&header.kind).is_some();
        if repeats || (header.open && &header.kind != b"mdat") {
            return None;
        }
        if KNOWN.contains(&&header.kind) {
            return Some(header);
        }
        if APPENDED.contains(&&header.kind) && header.end <= view.len() {
            return Some(header);
        }
        // Of these, only Motion JPEG 2000 has its brands after another box.
        let is_signed = self.boxes.len() == 1 && &self.boxes[0].kind == SIGNATURE;
        if &header.kind == b"ftyp" && !is_signed {
            return None;
        }
        let unknown = self.boxes.iter().rev().take(ENOUGH_UNKNOWN);
        let unknown = unknown.take_while(|header| !is_known(&header.kind)).count();
        let fits = is_sane(view, &header) && is_confirmed(view, header.end, unknown);
        fits.then_some(header)
    }
}

/// Whether a box of unknown type may be one.
fn is_sane(view: &View<'_>, header: &Header) -> bool {
    is_printable(header.kind)
        && !header.open
        && !FOREIGN.contains(&&header.kind)
        && header.end - header.at <= LONGEST_UNKNOWN
        && header.end <= view.len()
}

/// Whether a type is of characters that can be read, the way in which vendors make theirs up. One letter
/// at least tells it from a number.
fn is_printable(kind: [u8; 4]) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    is_plausible(kind)
        || kind.iter().all(|&byte| fits(byte)) && kind.iter().any(u8::is_ascii_alphabetic)
}

/// Whether a box of unknown type may end at `end` that stands after so many others.
fn is_confirmed(view: &mut View<'_>, end: u64, before: usize) -> bool {
    let mut end = end;
    for unknown in 1..MOST_UNKNOWN {
        match view.array::<{ SHORTEST as usize }>(end) {
            Err(_) => return view.up_to(end, SHORTEST as usize).iter().all(|&byte| byte == 0),
            Ok([0, 0, 0, 0, 0, 0, 0, 0]) => return true,
            Ok([_, _, _, _, kind @ ..]) if is_known(&kind) || APPENDED.contains(&&kind) => {
                return true;
            }
            Ok(_) if begins_file(view, end) => return true,
            Ok(_) => {}
        }
        match Header::read(view, end) {
            Ok(header) if is_sane(view, &header) => end = header.end,
            _ => return before + unknown >= ENOUGH_UNKNOWN,
        }
    }
    true
}

/// Whether a picture begins at `at`, and a sector: files do.
fn begins_file(view: &mut View<'_>, at: u64) -> bool {
    let begins =
        PictureKind::of(view.up_to(at, PictureKind::HEAD)).is_some_and(PictureKind::is_sure);
    begins && at.is_multiple_of(SECTOR as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    fn boxed(kind: &[u8; 4], len: usize) -> Vec<u8> {
        let mut out = (len as u32 + 8).to_be_bytes().to_vec();
        out.extend_from_slice(kind);
        out.resize(len + 8, 0x5a);
        out
    }

    #[track_caller]
    fn check(parts: &[Vec<u8>], expected: u64, stop: Stop) {
        let data = parts.concat();
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let layout = Layout::read(&mut View::new(&&data[..], &runs, &mut buffer)).unwrap();
        assert_eq!((layout.end, layout.stop), (expected, stop));
    }

    #[test]
    fn zeros_noise_and_another_file_end_it() {
        let file = [boxed(b"ftyp", 8), boxed(b"meta", 10), boxed(b"mdat", 20)].concat();
        let len = file.len() as u64;
        let jp2 = [boxed(b"jP  ", 4), boxed(b"ftyp", 12)].concat();
        for tail in [vec![], vec![0; 64], vec![0xa7; 64], boxed(b"ftyp", 9), boxed(b"meta", 9), jp2]
        {
            check(&[file.clone(), tail], len, Stop::Closed);
        }
    }

    #[test]
    fn an_unknown_box_needs_company() {
        let file = [boxed(b"ftyp", 8), boxed(b"mdat", 20)].concat();
        let len = file.len() as u64;
        let vendor = boxed(b"abcd", 4);
        check(&[file.clone(), vendor.clone()], len + 12, Stop::Closed);
        check(&[file.clone(), vendor.clone(), vec![0; 9]], len + 12, Stop::Closed);
        check(&[file.clone(), vendor.clone(), boxed(b"sefd", 4)], len + 24, Stop::Closed);
        check(&[file.clone(), vendor.clone(), vec![0x99; 20]], len, Stop::Closed);
        let many = [vendor.clone(), boxed(b"a_b-", 9), boxed(b"wxyz", 0)].concat();
        let end = len + many.len() as u64;
        check(&[file.clone(), many.clone(), boxed(b"moov", 4)], end + 12, Stop::Closed);
        check(&[file.clone(), many, vec![0x99; 20]], end, Stop::Closed);
        check(&[file.clone(), boxed(b"a\x01cd", 4)], len, Stop::Closed);
        let (more, odd, junk) = (boxed(b"VND_", 90), boxed(b"a.b-", 7), vec![0x99; 20]);
        check(&[file.clone(), boxed(b"GPS ", 90), junk.clone()], len + 98, Stop::Closed);
        check(
            &[file.clone(), vendor.clone(), boxed(b"thum", 4), junk.clone()],
            len + 24,
            Stop::Closed,
        );
        check(&[file.clone(), vendor.clone(), odd.clone()], len + 12 + 15, Stop::Closed);
        check(&[file.clone(), vendor.clone(), odd.clone(), junk.clone()], len, Stop::Closed);
        check(&[file.clone(), more, vendor.clone(), odd, junk], len + 98 + 12 + 15, Stop::Closed);
        check(&[file.clone(), boxed(b"1234", 4)], len + 12, Stop::Closed);
        let aligned = boxed(b"abcd", 512 - 8 - len as usize);
        let picture = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\0".to_vec();
        check(&[file.clone(), aligned, picture.clone()], 512, Stop::Closed);
        check(&[file.clone(), vendor.clone(), picture], len, Stop::Closed);
        check(&[file, boxed(b"JXL ", 4), boxed(b"ftyp", 8)], len, Stop::Closed);
    }

    #[test]
    fn open_and_cut_boxes_are_told_apart() {
        let mut open = boxed(b"mdat", 20);
        open[..4].fill(0);
        check(&[boxed(b"ftyp", 8), open], 44, Stop::Open);
        let mut cut = boxed(b"mdat", 20);
        cut.truncate(15);
        check(&[boxed(b"ftyp", 8), cut], 31, Stop::Cut { missing: 13 });
    }
}

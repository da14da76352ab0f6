//! Maker notes that hold directories of their own.
//!
//! Only those are opened that point at pictures outside of themselves.
//!
//! Source: the tables of ExifTool (Nikon.pm, Olympus.pm, Pentax.pm, MakerNotes.pm).

use super::directory::{Directory, Origin};
use super::header::Frame;
use crate::verdict::Span;
use crate::view::{Endian, View};

/// Whose maker note it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// "Nikon", then a TIFF header.
    Nikon,
    /// "OLYMP", "OLYMPUS" or "OM SYSTEM".
    Olympus,
    /// "AOC" or "PENTAX ".
    Pentax,
}

/// A directory of a maker note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whose it is.
    pub maker: Maker,
    /// How it counts.
    pub frame: Frame,
    /// Where it lies in the file.
    pub at: u64,
}

/// The note in `value`, whose file counts as `outer`.
pub fn open(view: &mut View<'_>, value: Span, outer: Frame) -> Option<Note> {
    let start: [u8; 18] = view.array(value.at).ok()?;
    let own = |mark: &[u8]| Frame {
        endian: if mark.starts_with(b"MM") { Endian::Big } else { Endian::Little },
        big: false,
        base: value.at,
    };
    let note = |maker, frame, skip| Some(Note { maker, frame, at: value.at + skip });
    match &start {
        [b'N', b'i', b'k', b'o', b'n', 0, 2, ..] => {
            let frame = Frame { base: value.at + 10, ..own(&start[10..]) };
            let first = view.u32(value.at + 14, frame.endian).ok()?;
            note(Maker::Nikon, frame, 10 + u64::from(first))
        }
        [b'O', b'L', b'Y', b'M', b'P', b'U', b'S', 0, ..] => {
            note(Maker::Olympus, own(&start[8..]), 12)
        }
        [b'O', b'M', b' ', b'S', b'Y', b'S', b'T', b'E', b'M', 0, 0, 0, ..] => {
            note(Maker::Olympus, own(&start[12..]), 16)
        }
        [b'O', b'L', b'Y', b'M', b'P', 0, ..] => note(Maker::Olympus, outer, 8),
        [b'A', b'O', b'C', 0, mark @ ..] => {
            let endian = if mark.starts_with(b"II") { Endian::Little } else { Endian::Big };
            note(Maker::Pentax, Frame { endian, ..outer }, 6)
        }
        [b'P', b'E', b'N', b'T', b'A', b'X', b' ', 0, ..] => {
            note(Maker::Pentax, own(&start[8..]), 10)
        }
        _ => None,
    }
}

impl Note {
    /// The preview that the note points at, unless no JPEG begins there.
    pub fn preview(&self, view: &mut View<'_>) -> Option<Span> {
        let main = Directory::read(view, self.frame, self.at, Origin::Note).ok()?;
        let (offset, len) = match self.maker {
            Maker::Nikon => (0x201, 0x202),
            Maker::Olympus => (0x101, 0x102),
            Maker::Pentax => (0x4, 0x3),
        };
        let found = match self.maker {
            Maker::Nikon => self.sub(view, &main, 0x11)?.stretch(view, offset, len),
            Maker::Olympus => main.stretch(view, 0x88, 0x89).or_else(|| {
                let settings = self.sub(view, &main, 0x2020)?;
                settings.stretch(view, offset, len)
            }),
            Maker::Pentax => main.stretch(view, offset, len),
        }?;
        super::embedded::begins_as_jpeg(view, found.at).then_some(found)
    }

    /// The directory that `tag` of `main` names, or holds as its value in older notes.
    fn sub(&self, view: &mut View<'_>, main: &Directory, tag: u16) -> Option<Directory> {
        let entry = *main.get(tag)?;
        let at = if entry.outside {
            entry.value.at
        } else {
            self.frame.base.saturating_add(entry.number(view, self.frame.endian)?)
        };
        Directory::read(view, self.frame, at, Origin::Note).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    const OUTER: Frame = Frame { endian: Endian::Big, big: false, base: 0 };

    #[track_caller]
    fn check(start: &[u8], expected: Option<(Maker, Endian, u64, u64)>) {
        let bytes = [&[0; 100], start, &[0; 32]].concat();
        let source = bytes.as_slice();
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let value = Span { at: 100, len: 32 };
        let note = open(&mut View::new(&source, &runs, &mut buffer), value, OUTER);
        let found = note.map(|note| (note.maker, note.frame.endian, note.frame.base, note.at));
        assert_eq!(found, expected, "{start:02x?}");
    }

    #[test]
    fn each_maker_counts_from_elsewhere() {
        use Endian::{Big, Little};
        let nikon = b"Nikon\0\x02\x10\0\0II*\0\x08\0\0\0";
        check(nikon, Some((Maker::Nikon, Little, 110, 118)));
        check(b"OLYMPUS\0II\x03\0", Some((Maker::Olympus, Little, 100, 112)));
        check(b"OM SYSTEM\0\0\0II\x04\0", Some((Maker::Olympus, Little, 100, 116)));
        check(b"OLYMP\0\x01\0", Some((Maker::Olympus, Big, 0, 108)));
        check(b"AOC\0II", Some((Maker::Pentax, Little, 0, 106)));
        check(b"PENTAX \0MM", Some((Maker::Pentax, Big, 100, 110)));
        check(b"Apple iOS\0", None);
    }
}

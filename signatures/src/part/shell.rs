//! Which bytes of a picture file lie around its coded data.

use super::kind::PictureKind;
use crate::verdict::Span;
use crate::view::{Endian::Big, Endian::Little, View};

/// Boxes, chunks or segments of one picture that are passed.
const MOST_STEPS: usize = 1024;

/// Of coded data itself, so many bytes belong to the start: those that a codestream's magic and
/// its first fields take.
const START: u64 = 16;

/// Bytes before and after the coded data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shell {
    /// How many come before.
    pub front: u64,
    /// How many come after.
    pub back: u64,
}

/// What lies around the coded data of the picture of that `kind` in `span`.
pub fn of(view: &mut View<'_>, span: Span, kind: PictureKind) -> Shell {
    let coded = match kind {
        PictureKind::Jpeg => jpeg(view, span),
        PictureKind::Png => chunks(view, Span::between(span.at + 8, span.end()), &PNG),
        PictureKind::Webp => chunks(view, Span::between(span.at + 12, span.end()), &WEBP),
        PictureKind::Jpeg2000 | PictureKind::JpegXl => boxes(view, span),
        PictureKind::Jpeg2000Stream => Span::between(span.at + 8, span.end()),
        PictureKind::Gif | PictureKind::JpegXlStream => span,
        // Their directories may lie anywhere.
        PictureKind::Tiff | PictureKind::Heif | PictureKind::Psd => Span { at: span.end(), len: 0 },
    };
    let start = coded.at.saturating_add(if kind == PictureKind::Jpeg { 0 } else { START });
    Shell {
        front: start.min(span.end()).saturating_sub(span.at),
        back: span.end().saturating_sub(coded.end()),
    }
}

/// The scans of a JPEG: what follows the first header of one.
fn jpeg(view: &mut View<'_>, span: Span) -> Span {
    const SOS: u8 = 0xda;
    let mut at = span.at + 2;
    for _ in 0..MOST_STEPS {
        let Ok([0xff, code, high, low]) = view.array(at) else { break };
        if code == 0xff {
            at += 1;
            continue;
        }
        let len = u64::from(u16::from_be_bytes([high, low]));
        let end = at + 2 + len;
        if len < 2 || end > span.end() || !(0xc0..=0xfe).contains(&code) {
            break;
        }
        at = end;
        if code == SOS {
            break;
        }
    }
    Span::between(at, span.end())
}

/// How chunks are written: which of length and name comes first, and what follows the content.
struct ChunkLayout {
    big: bool,
    name_first: bool,
    checked: u64,
    padded: bool,
    coded: &'static [&'static [u8; 4]],
}

/// Source: ISO/IEC 15948, 5.3 "Chunk layout".
const PNG: ChunkLayout = ChunkLayout {
    big: true,
    name_first: false,
    checked: 4,
    padded: false,
    coded: &[b"IDAT", b"fdAT"],
};

/// Source: RFC 9649, 2.3 "RIFF File Format".
const WEBP: ChunkLayout = ChunkLayout {
    big: false,
    name_first: true,
    checked: 0,
    padded: true,
    coded: &[b"VP8 ", b"VP8L", b"ALPH", b"ANMF"],
};

/// From the first chunk of coded data to the last.
fn chunks(view: &mut View<'_>, span: Span, how: &ChunkLayout) -> Span {
    let (mut at, mut coded) = (span.at, None);
    for _ in 0..MOST_STEPS {
        let (name_at, len_at) = if how.name_first { (at, at + 4) } else { (at + 4, at) };
        let endian = if how.big { Big } else { Little };
        let (Ok(name), Ok(len)) = (view.array(name_at), view.u32(len_at, endian)) else { break };
        let len = u64::from(len) + how.checked + u64::from(how.padded && len % 2 == 1);
        let end = at + 8 + len;
        if at + 8 > span.end() {
            break;
        }
        if how.coded.contains(&&name) {
            let first = coded.map_or(at + 8, |coded: Span| coded.at);
            coded = Some(Span::between(first, end.min(span.end())));
        }
        at = end;
    }
    let rest = Span::between(at.min(span.end()), span.end());
    // Steps that ran out say nothing of what comes after.
    match coded {
        Some(coded) if at < span.end() => Span::between(coded.at, span.end()),
        Some(coded) => coded,
        None => rest,
    }
}

/// From the first box of a codestream to the last.
///
/// Source: ITU-T T.800, I.4 "Box definition"; ISO/IEC 18181-2, 9.8 and 9.9.
fn boxes(view: &mut View<'_>, span: Span) -> Span {
    let (mut at, mut coded) = (span.at, None);
    for _ in 0..MOST_STEPS {
        let (Ok(size), Ok(kind)) = (view.u32(at, Big), view.array::<4>(at + 4)) else { break };
        let (header, len) = match size {
            0 => (8, span.end().saturating_sub(at)),
            1 => (16, view.u64(at + 8, Big).unwrap_or(0)),
            size => (8, u64::from(size)),
        };
        let end = at.saturating_add(len);
        if len < header || end > span.end() {
            break;
        }
        if matches!(&kind, b"jp2c" | b"jxlc" | b"jxlp" | b"mdat") {
            let first = coded.map_or(at + header, |coded: Span| coded.at);
            coded = Some(Span::between(first, end));
        }
        at = end;
        if at >= span.end() {
            break;
        }
    }
    coded.unwrap_or_else(|| Span::between(at.min(span.end()), span.end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(data: &[u8], front: u64, back: u64) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let kind = PictureKind::of(data).unwrap();
        let found = of(&mut view, Span { at: 0, len: data.len() as u64 }, kind);
        assert_eq!(found, Shell { front, back }, "{kind:?}");
    }

    fn chunk(name: &[u8], len: usize) -> Vec<u8> {
        [&(len as u32).to_be_bytes()[..], name, &vec![1; len + 4]].concat()
    }

    fn boxed(kind: &[u8], len: usize) -> Vec<u8> {
        [&(len as u32 + 8).to_be_bytes()[..], kind, &vec![1; len]].concat()
    }

    #[test]
    fn metadata_before_and_after_is_no_coded_data() {
        let png = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", 13), chunk(b"IDAT", 100)];
        let png = [png.concat(), chunk(b"IDAT", 50), chunk(b"eXIf", 30), chunk(b"IEND", 0)];
        check(&png.concat(), 8 + 25 + 8 + START, 42 + 12);
        let riff = |name: &[u8], len: u32| {
            [name, &len.to_le_bytes(), &vec![2; len.next_multiple_of(2) as usize]].concat()
        };
        let webp = [b"RIFF\0\0\0\0WEBP".to_vec(), riff(b"VP8X", 10), riff(b"VP8 ", 99)];
        check(&[webp.concat(), riff(b"EXIF", 31)].concat(), 12 + 18 + 8 + START, 40);
        let jxl = [b"\0\0\0\x0cJXL \r\n\x87\n".to_vec(), boxed(b"ftyp", 12)].concat();
        check(&[&jxl[..], &boxed(b"jxlc", 90), &boxed(b"Exif", 20)].concat(), 32 + 8 + START, 28);
        check(&[b"\xff\x4f\xff\x51".to_vec(), vec![3; 90]].concat(), 8 + START, 0);
    }

    #[test]
    fn what_breaks_is_coded_data_from_there_on() {
        let png = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", 13), chunk(b"IDAT", 100)].concat();
        check(&png[..90], 8 + 25 + 8 + START, 0);
        check(b"\xff\xd8\xff\xe1\xff\xff....................", 2, 0);
        check(b"II*\0\x08\0\0\0rest", 12, 0);
    }
}

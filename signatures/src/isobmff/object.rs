//! What an entry of MPEG-4 says of the coding of its samples: many codings are not MPEG-4.
//!
//! Source: ISO/IEC 14496-1:2010, 7.2.6.5 "ES_Descriptor", 7.2.6.6 "DecoderConfigDescriptor", and
//! 8.3.3 "Expandable classes"; the register of object types at mp4ra.org.

use super::chain::{Beginning, Coding};
use super::{Boxes, FULL, Header};
use crate::verdict::Reject;
use crate::view::View;

/// Tags of the descriptors that lead to the object type.
const STREAM: u8 = 3;
const DECODER: u8 = 4;

/// How the samples of an entry `mp4v` with these boxes are coded, as far as it can be checked.
pub fn coding(view: &mut View<'_>, mut boxes: Boxes) -> Option<Coding> {
    let esds = boxes.find(view, b"esds").ok().flatten();
    let object = esds.and_then(|esds| object_type(view, esds).ok());
    let beginning = match object {
        // MPEG-1 and MPEG-2 begin with start codes too.
        None | Some(0x20 | 0x60..=0x65 | 0x6a) => Beginning::Mpeg4,
        Some(0x6c) => Beginning::Jpeg,
        Some(0x6d) => Beginning::Png,
        Some(0x6e) => Beginning::Jpeg2000,
        Some(_) => return None,
    };
    Some(Coding::Begun(beginning))
}

/// The object type that the descriptors in a box `esds` name.
fn object_type(view: &mut View<'_>, esds: Header) -> Result<u8, Reject> {
    let mut body = view.sub(esds.body, esds.end - esds.body)?;
    let at = descriptor(&mut body, FULL, STREAM)?;
    let flags = body.u8(at + 2)?;
    let mut next = at + 3;
    // What the stream depends on, its address, its clock.
    next += if flags & 0x80 != 0 { 2 } else { 0 };
    next += if flags & 0x40 != 0 { 1 + u64::from(body.u8(next)?) } else { 0 };
    next += if flags & 0x20 != 0 { 2 } else { 0 };
    let at = descriptor(&mut body, next, DECODER)?;
    body.u8(at)
}

/// Where the content of the descriptor at `at` begins, which must have that tag: its length has seven bits
/// in a byte, and at most four bytes.
fn descriptor(body: &mut View<'_>, at: u64, tag: u8) -> Result<u64, Reject> {
    if body.u8(at)? != tag {
        return Err(body.malformed(at, "descriptor"));
    }
    for next in at + 1..at + 5 {
        if body.u8(next)? & 0x80 == 0 {
            return Ok(next + 1);
        }
    }
    Err(body.malformed(at, "length of a descriptor"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Span;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(esds: &[u8], expected: Option<Beginning>) {
        let data = [&(esds.len() as u32 + 12).to_be_bytes()[..], b"esds\0\0\0\0", esds].concat();
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let bytes = &data[..];
        let mut view = View::new(&bytes, &runs, &mut buffer);
        let boxes = Boxes::new(Span { at: 0, len: data.len() as u64 });
        assert_eq!(coding(&mut view, boxes), expected.map(Coding::Begun), "{esds:02x?}");
    }

    #[test]
    fn the_object_type_names_the_coding() {
        for (object, expected) in [
            (0x20, Some(Beginning::Mpeg4)),
            (0x61, Some(Beginning::Mpeg4)),
            (0x6a, Some(Beginning::Mpeg4)),
            (0x6c, Some(Beginning::Jpeg)),
            (0x6d, Some(Beginning::Png)),
            (0x6e, Some(Beginning::Jpeg2000)),
            (0xa3, None),
        ] {
            check(&[3, 21, 0, 1, 0, 4, 13, object, 0x11], expected);
            check(&[3, 0x80, 0x80, 0x15, 0, 1, 0, 4, 0x80, 0x80, 13, object], expected);
            check(&[3, 21, 0, 1, 0xe0, 9, 9, 2, b'x', b'y', 9, 9, 4, 13, object], expected);
        }
    }

    #[test]
    fn without_an_object_type_it_is_mpeg_4() {
        let mpeg4 = Some(Beginning::Mpeg4);
        for esds in
            [&[][..], &[3], &[4, 13, 0x6c], &[3, 0xff, 0xff, 0xff, 0xff, 0xff], &[3, 5, 0, 1]]
        {
            check(esds, mpeg4);
        }
    }
}

//! JPEG pictures as a browser shows them: upright, and of a kind that it knows.

/// The length of a segment with an orientation and nothing else, its marker left out: a TIFF header, one entry.
const SEGMENT: u8 = 34;

/// The first marker that begins a frame, the last one, and those between that begin none (T.81, table B.1).
const FRAMES: std::ops::RangeInclusive<u8> = 0xc0..=0xcf;
const NO_FRAMES: [u8; 3] = [0xc4, 0xc8, 0xcc];

/// Frames that browsers decode: baseline, extended sequential, progressive.
const SHOWN: std::ops::RangeInclusive<u8> = 0xc0..=0xc2;

/// A picture inside a file, as it is shown for that file: the same bytes, with the `orientation` of the file (1 to 8
/// as in Exif) where that turns it. Nothing for what no browser shows: lossless frames as raw data has them, 12
/// bits a sample, and what is no JPEG.
pub fn upright(jpeg: &[u8], orientation: Option<u16>) -> Option<Vec<u8>> {
    if !is_shown(jpeg) {
        return None;
    }
    let turn = orientation.and_then(|turn| u8::try_from(turn).ok());
    let Some(turn) = turn.filter(|turn| (2..=8).contains(turn)) else { return Some(jpeg.to_vec()) };
    let (start, rest) = jpeg.split_at_checked(2)?;
    let mut turned = Vec::with_capacity(jpeg.len() + 2 + usize::from(SEGMENT));
    turned.extend_from_slice(start);
    turned.extend_from_slice(&segment(turn));
    turned.extend_from_slice(rest);
    Some(turned)
}

/// An APP1 segment with one Exif field: the orientation.
///
/// Source: CIPA DC-008 (Exif 2.32), 4.5.4 and 4.6.4, tag 0x0112.
fn segment(orientation: u8) -> [u8; 2 + SEGMENT as usize] {
    #[rustfmt::skip]
    let segment = [
        0xff, 0xe1, 0, SEGMENT, b'E', b'x', b'i', b'f', 0, 0,
        b'M', b'M', 0, 42, 0, 0, 0, 8,
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
        0, 0, 0, 0,
    ];
    segment
}

/// Whether the first frame of a JPEG is one that browsers decode.
fn is_shown(jpeg: &[u8]) -> bool {
    let Some(mut rest) = jpeg.strip_prefix(&[0xff, 0xd8]) else { return false };
    while let [0xff, marker, after @ ..] = rest {
        if *marker == 0xff {
            rest = &rest[1..];
            continue;
        }
        let [high, low, precision, ..] = after else { return false };
        if FRAMES.contains(marker) && !NO_FRAMES.contains(marker) {
            return SHOWN.contains(marker) && *precision == 8;
        }
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let is_segment = !matches!(marker, 0x00 | 0x01 | 0xd0..=0xda);
        match after.get(len..) {
            Some(next) if is_segment && len >= 2 => rest = next,
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picture() -> Vec<u8> {
        afterimage_testdata::samples::all()
            .into_iter()
            .find(|sample| sample.format == "jpeg")
            .unwrap()
            .bytes
    }

    /// The start of a JPEG up to its frame.
    fn framed(marker: u8, precision: u8) -> Vec<u8> {
        vec![0xff, 0xd8, 0xff, 0xdb, 0, 4, 0, 0, 0xff, 0xff, marker, 0, 11, precision, 0, 1]
    }

    #[test]
    fn a_picture_is_turned_as_its_file_is() {
        let jpeg = picture();
        for upright_already in [None, Some(0), Some(1), Some(9), Some(256 + 6)] {
            assert_eq!(upright(&jpeg, upright_already), Some(jpeg.clone()));
        }
        for turn in 2..=8 {
            let turned = upright(&jpeg, Some(turn)).unwrap();
            assert_eq!(turned.len(), jpeg.len() + 36);
            assert_eq!((&turned[..2], &turned[38..]), (&jpeg[..2], &jpeg[2..]));
            assert_eq!(&turned[2..12], b"\xff\xe1\0\x22Exif\0\0");
            assert_eq!(turned[30..34], [0, turn as u8, 0, 0]);
        }
    }

    #[test]
    fn what_no_browser_shows_is_no_picture() {
        for (marker, precision, expected) in [
            (0xc0, 8, true),
            (0xc1, 8, true),
            (0xc2, 8, true),
            (0xc1, 12, false),
            (0xc3, 8, false),
            (0xc9, 8, false),
            (0xda, 8, false),
            (0xd9, 8, false),
        ] {
            let is_picture = upright(&framed(marker, precision), None).is_some();
            assert_eq!(is_picture, expected, "{marker:x}");
        }
        for broken in
            [&b""[..], b"\xff\xd8", b"\xff\xd8\xff", b"II*\0", b"\xff\xd8\xff\xe1\0\x01abc"]
        {
            assert_eq!(upright(broken, Some(6)), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at(mut bytes in prop::collection::vec(any::<u8>(), 0..200), turn: u16) {
            drop(upright(&bytes, Some(turn)));
            bytes.splice(0..0, [0xff, 0xd8, 0xff]);
            drop(upright(&bytes, Some(turn)));
        }
    }
}

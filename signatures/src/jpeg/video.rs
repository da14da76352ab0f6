//! The video of a motion photo: where its boxes end.
//!
//! Source: ISO/IEC 14496-12, 4.2 "Object Structure".

use crate::view::{Endian::Big, View};

/// Boxes that stand at the top level of a video or that Samsung puts there.
const KNOWN: &[&[u8; 4]] = &[
    b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"udta", b"meta", b"moof", b"mfra",
    b"sidx", b"styp", b"mpvd",
];

/// More boxes than a video of some seconds has, even one in fragments.
const MOST_BOXES: usize = 1024;

/// The end of the video that begins at `at` with its `ftyp` box, when it has an index and data. Boxes of
/// vendors count when they lead exactly to where it is `told` to end.
pub fn end(view: &mut View<'_>, at: u64, told: u64) -> Option<u64> {
    let (mut end, kind) = next(view, at)?;
    if &kind != b"ftyp" {
        return None;
    }
    let (mut index, mut data) = (false, false);
    for _ in 0..MOST_BOXES {
        let Some((after, kind)) = next(view, end).filter(|(_, kind)| KNOWN.contains(&kind)) else {
            break;
        };
        index |= matches!(&kind, b"moov" | b"moof");
        data |= &kind == b"mdat";
        end = after;
    }
    let end = if leads(view, end, told) { told } else { end };
    (index && data).then_some(end)
}

/// Whether boxes of any type follow one another from `from` to `to`.
fn leads(view: &mut View<'_>, from: u64, to: u64) -> bool {
    let mut at = from;
    for _ in 0..MOST_BOXES {
        match next(view, at) {
            Some((end, kind))
                if end <= to && kind.iter().all(|byte| (b' '..=b'~').contains(byte)) =>
            {
                at = end;
            }
            _ => break,
        }
    }
    at == to
}

/// End and type of the box at `at`, if it lies in the view and tells its length.
fn next(view: &mut View<'_>, at: u64) -> Option<(u64, [u8; 4])> {
    let kind = view.array(at.checked_add(4)?).ok()?;
    let (header, len) = match view.u32(at, Big).ok()? {
        1 => (16, view.u64(at + 8, Big).ok()?),
        len => (8, u64::from(len)),
    };
    let end = at.checked_add(len)?;
    (len >= header && end <= view.len()).then_some((end, kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(data: &[u8], expected: Option<u64>) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        assert_eq!(end(&mut View::new(&data, &runs, &mut buffer), 0, 0), expected, "{data:02x?}");
    }

    #[test]
    fn boxes_of_vendors_lead_to_where_it_is_told_to_end() {
        let known = b"\0\0\0\x0cftypmp42\0\0\0\x0amdatab\0\0\0\x08moov";
        let data = [&known[..], b"\0\0\0\x0bXMP_abc\0\0\0\x08thum\0\0\0\x08more"].concat();
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let data = data.as_slice();
        let mut view = View::new(&data, &runs, &mut buffer);
        for (told, expected) in [(0, 30), (41, 41), (49, 49), (57, 57), (48, 30), (99, 30)] {
            assert_eq!(end(&mut view, 0, told), Some(expected), "told {told}");
        }
    }

    #[test]
    fn a_video_ends_with_its_last_known_box() {
        let whole = b"\0\0\0\x0cftypmp42\0\0\0\x01mdat\0\0\0\0\0\0\0\x12ab\0\0\0\x08moov";
        check(whole, Some(38));
        check(&[whole, &whole[..]].concat(), Some(38));
        check(&[whole, &b"\0\0\0\x08what"[..]].concat(), Some(38));
        check(&whole[..37], None);
        check(&whole[..30], None);
        check(&whole[12..], None);
        check(b"\0\0\0\x08ftyp\0\0\0\0mdat\0\0\0\x08moov", None);
        check(b"\0\0\0\x08ftyp\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x08moov", None);
    }
}

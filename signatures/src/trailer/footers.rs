//! Trailers that a footer closes, with a length that leads back to their start.
//!
//! Source: ExifTool 12.57: `IdentifyTrailer` and the modules named like the programs.

use super::closing;
use super::found::Trailer;
use super::limits::{FAR, reach};
use super::search::{each, find};
use crate::view::{Endian::Big, Endian::Little, View};

/// The trailer that begins at `at`.
pub fn any(view: &mut View<'_>, at: u64) -> Option<Trailer> {
    let head: Vec<u8> = view.up_to(at, 64).to_vec();
    let end = match &head[..] {
        [b'C', b'A', b'N', ..] => canon(view, at),
        [0x1c, ..] => photo_mechanic(view, at),
        [b'~', ..] => mie(view, at),
        head if head.starts_with(b"vivo{\"") || head.starts_with(b"streamdata") => vivo(view, at),
        [_, _, _, _, name @ ..] if name.len() > 4 && name[..4].eq_ignore_ascii_case(b"skip") => {
            ligo(view, at)
        }
        head if memchr::memmem::find(head, b"NIKON APP\0").is_some() => nikon(view, at),
        _ => None,
    };
    end.map(Trailer::plain).or_else(|| closing::unannounced(view, at))
}

/// Canon's recipe data: header and footer begin alike, and both tell the length between them.
fn canon(view: &mut View<'_>, at: u64) -> Option<u64> {
    const MAGIC: [u8; 20] = *b"CANON OPTIONAL DATA\0";
    const HEADER: u64 = 28;
    const FOOTER: u64 = 64;
    let len = view.u32(at + 24, Big).ok()?;
    let footer = at + HEADER + u64::from(len);
    let fits = view.array(at) == Ok(MAGIC) && view.array(footer) == Ok(MAGIC);
    (fits && view.u32(footer + 20, Big) == Ok(len) && footer + FOOTER <= view.len())
        .then_some(footer + FOOTER)
}

/// Photo Mechanic: IPTC records, their length, and a magic.
fn photo_mechanic(view: &mut View<'_>, at: u64) -> Option<u64> {
    const MOST_RECORDS: usize = 1024;
    let mut end = at;
    for _ in 0..MOST_RECORDS {
        if view.u8(end).ok()? != 0x1c {
            break;
        }
        end += 5 + u64::from(view.u16(end + 3, Big).ok()?);
    }
    let len = u64::from(view.u32(end, Big).ok()?);
    (len == end - at && view.array(end + 4) == Ok(*b"cbipcbbl")).then_some(end + 12)
}

/// MIE: a group that ends with its length.
fn mie(view: &mut View<'_>, at: u64) -> Option<u64> {
    let [_, order, 4, _, b'0', b'M', b'I', b'E'] = view.array(at).ok()? else {
        return None;
    };
    let endian = match order {
        0x10 => Big,
        0x18 => Little,
        _ => return None,
    };
    let closed = |view: &mut View<'_>, foot: u64| -> Option<u64> {
        let (len, end, width) = match view.u8(foot).ok()? {
            6 => (u64::from(view.u32(foot + 1, endian).ok()?), foot + 7, 4),
            10 => (view.u64(foot + 1, endian).ok()?, foot + 11, 8),
            _ => return None,
        };
        let tail: [u8; 2] = view.array(end - 2).ok()?;
        (tail == [order, width] && len == end - at).then_some(end)
    };
    each(view, at, FAR, &[b"~\0\x04\0zmie~\0\0"], |view, found, _| closed(view, found + 11))
}

/// Nikon's app: the length stands four bytes before the magic.
fn nikon(view: &mut View<'_>, at: u64) -> Option<u64> {
    each(view, at, FAR, &[b"\0\0\0\0\0\0/NIKON APP"], |view, found, _| {
        let end = found + 16;
        let len = view.u32(found.checked_sub(4)?, Big).ok()?;
        (u64::from(len) == end - at).then_some(end)
    })
}

/// vivo: words at the start and fifteen bytes at the end that occur nowhere else; no length.
///
/// Source: later versions of ExifTool, and a file of theirs.
fn vivo(view: &mut View<'_>, at: u64) -> Option<u64> {
    const FOOTER: &[u8] = b"\xff\xff\xff\xff\x1b*9HWfu\x84\x93\xa2\xb1";
    find(view, at, reach(at, FAR), &[FOOTER]).map(|(found, _)| found + FOOTER.len() as u64)
}

/// The GPS log of dashcams: its length stands at both ends, and words after the first.
///
/// Source: later versions of ExifTool, LigoGPS.pm; files of several makers, behind MPEG-4 and transport
/// streams.
fn ligo(view: &mut View<'_>, at: u64) -> Option<u64> {
    const LEAST: u64 = 36;
    let len = u64::from(view.u32(at, Big).ok()?);
    if len < LEAST {
        return None;
    }
    let name = view.array::<11>(at + 8).ok()?;
    let end = at + len;
    let [marks @ .., a, b, c, d] = view.array::<8>(end - 8).ok()?;
    let fits = matches!(&name, b"LIGOGPSINFO" | b"LCAIGPSINFO")
        && (marks == *b"&&&&" || marks == *b"####")
        && u64::from(u32::from_be_bytes([a, b, c, d])) == end - at;
    fits.then_some(end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    /// Checks `good`, and that changing any of the bytes `at` makes it nothing.
    #[track_caller]
    fn check_all(good: &[u8], at: &[usize]) {
        check(good, true);
        for &at in at {
            let mut bad = good.to_vec();
            bad[at] ^= 0x10;
            check(&bad, false);
        }
    }

    #[test]
    fn lengths_lead_back_to_the_picture() {
        let canon = [
            &b"CANON OPTIONAL DATA\0\0\x01\0\0\0\0\0\x03abcCANON OPTIONAL DATA\0\0\0\0\x03"[..],
            &[0; 40],
        ];
        check_all(&canon.concat(), &[0, 27, 31, 54]);
        check_all(b"\x1c\x02\xdd\0\x01a\x1c\x02\xde\0\0\0\0\0\x0bcbipcbbl", &[0, 4, 14, 15]);
        check_all(
            b"~\x10\x04\xfe0MIE....~\0\x04\0zmie~\0\0\x06\0\0\0\x1e\x10\x04",
            &[1, 4, 27, 28],
        );
        check_all(b"~\x18\x04\xfe0MIE~\0\x04\0zmie~\0\0\x06\x1a\0\0\0\x18\x04", &[1, 4, 20, 24]);
        let nikon = [&b"\0\0\0\x01NIKON APP\0...."[..], b"\0\0\0\x26\0\0\0\0\0\0/NIKON APP"];
        check_all(&nikon.concat(), &[21, 37]);
        let insta = [&b"data"[..], &[7; 38], b"\x52\0\0\0abcd8db42d694ccc418790edff439fe026bf"];
        check_all(&insta.concat(), &[42, 60]);
        check_all(b"four\x1c.\0\x03\0\0\0\x10\xa1\xb2\xc3\xd4", &[11, 13]);
        check_all(b"block[{\"offset\":39,\"length\":5}]jxrs\x1a\0\0\0", &[16, 31, 35]);
        let ligo = b"\0\0\0\x28SKIPLIGOGPSINFO\0\0\0\0\x01\0\0\0\x10....&&&&\0\0\0\x28";
        check_all(ligo, &[3, 4, 8, 33, 39]);
        check_all(b"vivo{\"a\":1}\xff\xff\xff\xff\x1b*9HWfu\x84\x93\xa2\xb1", &[0, 11]);
    }
}

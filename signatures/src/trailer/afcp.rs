//! AFCP, the AXS file concatenation protocol: a directory at the start, its offset at the end.
//!
//! Source: ExifTool 12.57, `AFCP.pm`.

use super::Trailer;
use crate::view::{Endian, View};

/// Length of the header and of each entry in bytes.
const UNIT: u64 = 12;

/// The AFCP trailer that begins at `at`. All its offsets count from the file's first byte.
pub fn afcp(view: &mut View<'_>, at: u64) -> Option<Trailer> {
    let magic: [u8; 4] = view.array(at).ok()?;
    let endian = match &magic {
        b"AXS!" => Endian::Big,
        b"AXS*" => Endian::Little,
        _ => return None,
    };
    let count = u64::from(view.u16(at + 6, endian).ok()?);
    let mut end = at + UNIT + count * UNIT;
    for entry in 1..=count {
        let entry = at + entry * UNIT;
        let len = u64::from(view.u32(entry + 4, endian).ok()?);
        let data = u64::from(view.u32(entry + 8, endian).ok()?);
        if data < at {
            return None;
        }
        end = end.max(data + len);
    }
    let back = u64::from(view.u32(end + 4, endian).ok()?);
    (view.array(end) == Ok(magic) && back == at)
        .then(|| Trailer::plain(end + UNIT))
        .filter(|trailer| trailer.end <= view.len())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn the_end_names_the_start() {
        let good = b"AXS!\0\x01\0\x01\0\0\0\0IPTC\0\0\0\x05\0\0\0\x7c12345AXS!\0\0\0\x64\0\0\0\0";
        check(good, true);
        for (at, byte) in [(0, b'a'), (7, 2), (19, 6), (23, 0x63), (29, b'a'), (36, 0x65)] {
            let mut bad = good.to_vec();
            bad[at] = byte;
            check(&bad, false);
        }
        check(b"AXS*\x01\0\0\0\0\0\0\0AXS*\x64\0\0\0\0\0\0\0", true);
    }
}

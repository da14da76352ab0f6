//! ADC, the packing of old disk images of macOS.
//!
//! Source: documentation of libmodi, "Apple Data Compression".

/// Fills `out`; whether all of it came out.
pub(super) fn unpack(packed: &[u8], out: &mut [u8]) -> bool {
    let (mut at, mut made) = (0, 0);
    while made < out.len() {
        let byte = |at: usize| packed.get(at).map(|byte| usize::from(*byte));
        let Some(code) = byte(at) else { return false };
        if code & 0x80 != 0 {
            let len = (code & 0x7F) + 1;
            let here = len.min(out.len() - made);
            let Some(bytes) = packed.get(at + 1..at + 1 + here) else { return false };
            out[made..made + here].copy_from_slice(bytes);
            (at, made) = (at + 1 + len, made + here);
            continue;
        }
        let (len, distance, taken) = if code & 0x40 != 0 {
            let (Some(high), Some(low)) = (byte(at + 1), byte(at + 2)) else { return false };
            ((code & 0x3F) + 4, (high << 8) + low + 1, 3)
        } else {
            let Some(low) = byte(at + 1) else { return false };
            ((code >> 2) + 3, ((code & 3) << 8) + low + 1, 2)
        };
        let Some(mut from) = made.checked_sub(distance) else { return false };
        for _ in 0..len.min(out.len() - made) {
            out[made] = out[from];
            (made, from) = (made + 1, from + 1);
        }
        at += taken;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::unpack;

    #[track_caller]
    fn check(packed: &[u8], expected: Option<&[u8]>) {
        let mut out = vec![0; expected.map_or(8, <[u8]>::len)];
        let is_whole = unpack(packed, &mut out);
        assert_eq!(is_whole.then_some(&out[..]), expected, "{packed:02x?}");
    }

    #[test]
    fn literals_and_both_kinds_of_copies() {
        check(b"\x83abcd", Some(b"abcd"));
        check(b"\x81ab\x00\x01", Some(b"ababa"));
        check(b"\x81ab\x0c\x00", Some(b"abbbbbbb"));
        check(b"\x81ab\x40\x00\x01", Some(b"ababab"));
        for broken in [&b""[..], b"\x87abc", b"\x00\x00", b"\x80a\x00\x01", b"\x80a\x40\x00"] {
            check(broken, None);
        }
    }
}

//! GUIDs as they are written into a file: the first three numbers are little-endian.

/// The bytes of a GUID from its four numbers.
pub(super) const fn guid(a: u32, b: u16, c: u16, d: u64) -> [u8; 16] {
    let (a, b, c, d) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes(), d.to_be_bytes());
    [a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]]
}

/// A GUID from its text, in braces or not.
pub(super) fn parse(text: &str) -> Option<[u8; 16]> {
    let parts: Vec<&str> = text.trim_matches(['{', '}']).split('-').collect();
    let [a, b, c, d, e] = parts[..] else { return None };
    let number = |text: &str, digits: usize| {
        let is_hex = text.len() == digits && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| is_hex)
    };
    let last = number(d, 4)? << 48 | number(e, 12)?;
    Some(guid(number(a, 8)? as u32, number(b, 4)? as u16, number(c, 4)? as u16, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_read_as_it_is_written() {
        let bytes = guid(0x2DC2_7766, 0xF623, 0x4200, 0x9D64_115E_9BFD_4A08);
        assert_eq!(bytes[..8], [0x66, 0x77, 0xC2, 0x2D, 0x23, 0xF6, 0x00, 0x42]);
        assert_eq!(parse("{2dc27766-f623-4200-9d64-115e9bfd4a08}"), Some(bytes));
        assert_eq!(parse("2DC27766-F623-4200-9D64-115E9BFD4A08"), Some(bytes));
        assert_eq!(parse("2DC27766F62342009D64115E9BFD4A08"), None);
        assert_eq!(parse("2DC27766-F623-4200-9D64-+15E9BFD4A08"), None);
    }
}

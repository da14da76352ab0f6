//! Names of members that are not UTF-8.

/// What the bytes from 0x80 on stand for in the code page of the first PCs, which is what a name is in where no flag
/// says otherwise.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, appendix D; IBM code page 437.
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// A name as text: UTF-8 where it is that, whatever the flags say, else by the code page.
pub(super) fn decode(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => name.iter().map(|byte| character(*byte)).collect(),
    }
}

fn character(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(nth) => UPPER.chars().nth(usize::from(nth)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_character() {
        assert_eq!(UPPER.chars().count(), 128);
        assert_eq!(decode(b"M\x81ller \xe1.jpg"), "Müller ß.jpg");
        assert_eq!(decode("Müller.jpg".as_bytes()), "Müller.jpg");
    }
}

//! Text in the code page that Windows has in western Europe and America.

/// What the bytes 0x80 to 0x9f are; the others are the characters of the same number.
///
/// Source: Unicode, mapping of CP1252; bytes that it leaves out are control characters there as in Latin 1.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Text up to the first NUL, read as code page 1252: which one a system had is not recorded.
pub(super) fn ansi(bytes: &[u8]) -> String {
    let text = bytes.iter().take_while(|byte| **byte != 0);
    text.map(|byte| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(*byte),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_with_the_first_nul() {
        assert_eq!(ansi(b"C:\\\xdcbersee \x80\x99.jpg\0junk"), "C:\\Übersee €™.jpg");
        assert_eq!(ansi(b""), "");
    }
}

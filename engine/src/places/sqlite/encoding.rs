//! How texts are stored.

use std::borrow::Cow;

/// How the texts of a database are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// By its number in the header.
    pub(super) fn numbered(number: u32) -> Option<Self> {
        match number {
            1 => Some(Encoding::Utf8),
            2 => Some(Encoding::Utf16Le),
            3 => Some(Encoding::Utf16Be),
            _ => None,
        }
    }

    /// By a word of plain letters, stored in it: the first column of the schema is one of few.
    pub(super) fn of_word(stored: &[u8]) -> Option<Self> {
        match stored {
            [0, low, 0, ..] if low.is_ascii_lowercase() => Some(Encoding::Utf16Be),
            [low, 0, _, 0, ..] if low.is_ascii_lowercase() => Some(Encoding::Utf16Le),
            [low, next, ..] if low.is_ascii_lowercase() && next.is_ascii_lowercase() => {
                Some(Encoding::Utf8)
            }
            _ => None,
        }
    }

    /// Whether bytes are text, without the zeros that no text of a program has.
    pub(super) fn is_plain(self, stored: &[u8]) -> bool {
        let text = self.text(stored);
        !text.contains(['\0', char::REPLACEMENT_CHARACTER])
    }

    /// The text that `stored` is, with U+FFFD for what is none.
    pub(super) fn text(self, stored: &[u8]) -> Cow<'_, str> {
        let units = |of: fn([u8; 2]) -> u16| {
            let units = stored.as_chunks::<2>().0.iter().map(move |pair| of(*pair));
            let text = char::decode_utf16(units);
            Cow::Owned(text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        };
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(stored),
            Encoding::Utf16Le => units(u16::from_le_bytes),
            Encoding::Utf16Be => units(u16::from_be_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_in_three_encodings() {
        assert_eq!(Encoding::Utf8.text(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(Encoding::Utf16Le.text(b"a\0\xe4\0"), "aä");
        assert_eq!(Encoding::Utf16Be.text(b"\0a\0\xe4\0"), "aä");
        assert_eq!(Encoding::of_word(b"table"), Some(Encoding::Utf8));
        assert_eq!(Encoding::of_word(b"t\0a\0b\0"), Some(Encoding::Utf16Le));
        assert_eq!(Encoding::of_word(b"\0t\0a\0b"), Some(Encoding::Utf16Be));
        assert_eq!(Encoding::of_word(b"\x01\x02"), None);
    }
}

//! Text of evidence in formats that know no escapes for it.

use std::borrow::Cow;

use crate::output::words::steers;

/// The text with a sign in place of each character that a text file or an XML document must not hold, or that
/// would steer whoever prints it: control characters as the pictures that Unicode has for them, others as their
/// numbers.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| steers(letter) || is_none(letter))
}

/// The text as XML 1.0 can hold it, one line long; what gives a text its direction stays.
pub(super) fn for_xml(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| letter.is_control() || is_none(letter) || ends_line(letter))
}

/// What is no character at all.
fn is_none(letter: char) -> bool {
    u32::from(letter) & 0xFFFE == 0xFFFE
}

/// Separators of lines and paragraphs.
fn ends_line(letter: char) -> bool {
    matches!(letter, '\u{2028}' | '\u{2029}')
}

fn replaced(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_bad) {
        return Cow::Borrowed(text);
    }
    let mut good = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_bad(letter) {
            good.push_str(&sign(letter));
        } else {
            good.push(letter);
        }
    }
    Cow::Owned(good)
}

/// What stands for a character: U+2400 and those after it are pictures of the first control characters.
fn sign(letter: char) -> String {
    match u32::from(letter) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{2426}').to_string(),
        0x7F => '\u{2421}'.to_string(),
        code => format!("\u{27E8}U+{code:04X}\u{27E9}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_steers_is_shown_and_all_else_is_left_alone() {
        assert_eq!(shown("Grüße, 写真 🙂"), "Grüße, 写真 🙂");
        assert_eq!(shown("a\0b\x1b[2J\n\x7f"), "a\u{2400}b\u{241B}[2J\u{240A}\u{2421}");
        assert_eq!(shown("x\u{202e}gpj.exe\u{85}"), "x⟨U+202E⟩gpj.exe⟨U+0085⟩");
        assert_eq!(for_xml("x\u{202e}y\u{fffe}"), "x\u{202e}y⟨U+FFFE⟩");
    }

    proptest! {
        #[test]
        fn nothing_that_steers_is_left(text in any::<String>()) {
            let shown = shown(&text);
            prop_assert!(!shown.chars().any(steers));
            let again = super::shown(&shown);
            prop_assert_eq!(again.as_ref(), shown.as_ref());
            prop_assert!(!for_xml(&text).chars().any(char::is_control));
        }
    }
}

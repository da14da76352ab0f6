//! What the segments of an EWF image are called: numbers up to 99, then letters, and then the same with the next letter
//! in front of them.
//!
//! Source: libewf, "Expert Witness Compression Format specification", 2.

/// Segments with numbers, and letters.
pub(super) const NUMBERED: u32 = 99;
const LETTERS: u32 = 26;

/// The extension of a segment behind all but the last letter of its series: that letter and two digits, or the letter
/// that many series later and two more, in capitals. Nothing after the last name.
pub(super) fn ending(series: char, number: u32) -> Option<String> {
    let Some(index) = number.checked_sub(NUMBERED + 1) else {
        return Some(format!("{series}{number:02}"));
    };
    let (above, last) = (index / LETTERS, index % LETTERS);
    let (carry, middle) = (above / LETTERS, above % LETTERS);
    let later = char::from_u32(u32::from(series).checked_add(carry)?)?;
    let is_letter =
        later.is_ascii_alphabetic() && later.is_ascii_lowercase() == series.is_ascii_lowercase();
    let letter = |index| char::from_u32(u32::from(b'A') + index);
    let name = format!("{later}{}{}", letter(middle)?, letter(last)?);
    is_letter.then_some(name)
}

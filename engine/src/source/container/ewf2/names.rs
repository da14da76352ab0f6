//! What the files of an image are called: `.Ex01` to `.Ex99`, then `.ExAA` to `.ExZZ`, `.EyAA` and so on to `.EzZZ`.

use std::path::{Path, PathBuf};

/// Files with numbers, and letters.
const NUMBERED: u32 = 99;
const LETTERS: u32 = 26;

/// The file of that number, when the first one is at `first`; nothing after the last name.
pub(super) fn path(first: &Path, number: u32) -> Option<PathBuf> {
    let extension = first.extension()?.to_str()?;
    let mut letters = extension.chars();
    let (kind, series) = (letters.next()?, letters.next()?);
    let is_lower = kind.is_ascii_lowercase();
    let name = match number.checked_sub(NUMBERED + 1) {
        None => format!("{kind}{series}{number:02}"),
        Some(index) => {
            let (above, last) = (index / LETTERS, index % LETTERS);
            let (carry, middle) = (above / LETTERS, above % LETTERS);
            let series = char::from_u32(u32::from(series.to_ascii_lowercase()) + carry)?;
            let series = Some(series).filter(char::is_ascii_lowercase)?;
            let letter = |index| char::from_u32(u32::from(b'A') + index);
            let name = format!("{kind}{series}{}{}", letter(middle)?, letter(last)?);
            if is_lower { name.to_ascii_lowercase() } else { name }
        }
    };
    Some(first.with_extension(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_on_with_letters() {
        let of = |first: &str, number| {
            path(Path::new(first), number).map(|path| path.to_str().unwrap().to_owned())
        };
        for (number, name) in [
            (2, "a.Ex02"),
            (99, "a.Ex99"),
            (100, "a.ExAA"),
            (775, "a.ExZZ"),
            (776, "a.EyAA"),
            (2127, "a.EzZZ"),
        ] {
            assert_eq!(of("a.Ex01", number).as_deref(), Some(name));
        }
        assert_eq!(of("a.Ex01", 2128), None);
        assert_eq!(of("a.ex01", 101).as_deref(), Some("a.exab"));
        assert_eq!((of("noname", 2), of("a.E", 2)), (None, None));
    }
}

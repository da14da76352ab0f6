//! What the files of an image are called: `.Ex01` to `.Ex99`, then `.ExAA` to `.ExZZ`, `.EyAA` and so on to `.EzZZ`.

use std::path::{Path, PathBuf};

use crate::source::container::segment_names::{NUMBERED, ending};
use crate::source::later_part::LaterPart;

/// The file of that number, when the first one is at `first`; nothing after the last name, or where the first one is not
/// called as it was made.
pub(super) fn path(first: &Path, number: u32) -> Option<PathBuf> {
    let extension = first.extension()?.to_str()?;
    let mut letters = extension.chars();
    let (kind, series) = (letters.next()?, letters.next()?);
    if letters.as_str() != "01" {
        return None;
    }
    let has_number = number <= NUMBERED;
    let series = if has_number { series } else { series.to_ascii_lowercase() };
    let name = format!("{kind}{}", ending(series, number)?);
    let is_lower = !has_number && kind.is_ascii_lowercase();
    Some(first.with_extension(if is_lower { name.to_ascii_lowercase() } else { name }))
}

/// The file at `path` as the later part of an image that it is by its number; nothing where it is not called so.
pub(super) fn later(path: &Path, number: u32) -> Option<LaterPart> {
    let kind = path.extension()?.to_str()?.chars().next().filter(char::is_ascii_alphabetic)?;
    let mut firsts =
        ['x', 'X'].map(|series| path.with_extension(format!("{kind}{series}01"))).into_iter();
    let first = firsts.find(|first| self::path(first, number).as_deref() == Some(path))?;
    let before = (2..number).filter_map(|number| self::path(&first, number));
    let before: Vec<PathBuf> = [first.clone()].into_iter().chain(before).collect();
    Some(LaterPart::new(first, number, before.into_iter()))
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
        for other in ["noname", "a.E", "evidence.bin", "a.E01"] {
            assert_eq!(of(other, 2), None, "{other}");
        }
    }

    #[test]
    fn a_later_file_names_the_first_one() {
        for number in [2, 99, 100, 776] {
            let first = Path::new("x/a.Ex01");
            let part = later(&path(first, number).unwrap(), number).unwrap();
            assert_eq!((part.first.as_path(), part.missing.as_deref()), (first, Some(first)));
        }
        assert_eq!(later(Path::new("renamed.bin"), 2), None);
    }
}

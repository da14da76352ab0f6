//! What the files of an image are called: `.Ex01` to `.Ex99`, then `.ExAA` to `.ExZZ`, `.EyAA` and so on to `.EzZZ`.

use std::path::{Path, PathBuf};

use crate::source::container::segment_names::{NUMBERED, ending};

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
}

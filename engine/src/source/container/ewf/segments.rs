//! The files of an image, by their names: `.E01` to `.E99`, then `.EAA` to `.EZZ`, `.FAA` and so on to `.ZZZ`.

use std::path::{Path, PathBuf};

use crate::source::container::files::{Files, u16_le};
use crate::source::container::segment_names::ending;
use crate::source::later_part::LaterPart;

/// What each of them begins with: version 1 of the format, of EnCase and FTK, or of SMART.
const MAGIC: &[u8] = b"EVF\x09\r\n\xff\0";

/// Bytes of the header: the magic, a 1, the number and a 0.
pub(super) const HEADER: u64 = 13;

/// Letters that the first one of a name moves on by, at the most.
const MOST_SERIES: u32 = 25;

/// The number of a file, where it is a part of an image.
pub(super) fn number(files: &Files, file: usize) -> Option<u16> {
    let header = files.bytes(file, 0, HEADER).filter(|header| header.starts_with(MAGIC))?;
    let is_fine = header[8] == 1 && header[11..] == [0, 0];
    u16_le(&header, 9).filter(|number| is_fine && *number > 0)
}

/// What the file of that number is called, when the first one is at `first`; nothing after the last name, or where the first
/// one is not called as it was made.
pub(super) fn path(first: &Path, number: u32) -> Option<PathBuf> {
    let extension = first.extension()?.to_str()?;
    let letter = extension.chars().next().filter(char::is_ascii_alphabetic)?;
    if extension.get(1..)? != "01" {
        return None;
    }
    let name = ending(letter, number)?;
    let name = if letter.is_ascii_lowercase() { name.to_ascii_lowercase() } else { name };
    Some(first.with_extension(name))
}

/// The file at `path` as the later part of an image that it is by its number; nothing where it is not called so.
pub(super) fn later(path: &Path, number: u32) -> Option<LaterPart> {
    let extension = path.extension()?.to_str()?;
    let letter = extension.chars().next().filter(char::is_ascii_alphabetic)?;
    // The first letter moves on with the number.
    let series = (0..=MOST_SERIES)
        .filter_map(|by| char::from_u32(u32::from(letter).checked_sub(by)?))
        .filter(char::is_ascii_alphabetic);
    let mut firsts = series.map(|series| path.with_extension(format!("{series}01")));
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
            (2, "a.E02"),
            (99, "a.E99"),
            (100, "a.EAA"),
            (125, "a.EAZ"),
            (126, "a.EBA"),
            (775, "a.EZZ"),
            (776, "a.FAA"),
            (14_971, "a.ZZZ"),
        ] {
            assert_eq!(of("a.E01", number).as_deref(), Some(name));
        }
        assert_eq!(of("a.E01", 14_972), None);
        assert_eq!(of("b.c.e01", 101).as_deref(), Some("b.c.eab"));
        assert_eq!(of("a.s01", 2).as_deref(), Some("a.s02"));
        for other in ["noname", "evidence.bin", "a.e", "a.E02"] {
            assert_eq!(of(other, 2), None, "{other}");
        }
    }

    #[test]
    fn a_later_file_names_the_first_one() {
        for number in [2, 99, 100, 775, 776, 2000] {
            for first in ["x/a.E01", "x/a.s01"] {
                let first = Path::new(first);
                let Some(own) = path(first, number) else { continue };
                let part = later(&own, number).unwrap();
                assert_eq!((part.first.as_path(), part.number), (first, number));
                assert_eq!(part.missing.as_deref(), Some(first));
                assert_eq!(later(&own, number + 1), None, "that number has another name");
            }
        }
        for other in ["renamed.bin", "a.A02", "a.a.E", "a.ZZA"] {
            assert_eq!(later(Path::new(other), 900), None, "{other}");
        }
    }
}

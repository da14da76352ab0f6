//! Gaps in the numbering of a camera: photos that may have existed and of which not even the directory entry is
//! left.
//!
//! In a folder of DCIM each photo, film and sound has a number of four digits of its own, whatever its other
//! letters are; what belongs together has one number (JEITA CP-3461, "Design rule for camera file system", DCF
//! directory and file names).

use std::collections::{BTreeMap, HashSet};

use crate::formats::{Registry, is_photo_extension};
use crate::model::{Lost, Moment};
use crate::volumes::survey::Volume;

/// Numbers that may be missing between two that are known; more are no gap: the camera began to count anew, or
/// the user chose what to keep.
const MOST_MISSING: u16 = 99;

/// Letters before the number, and its digits.
const LETTERS: usize = 4;

/// An entry with a number.
#[derive(Clone, Copy, Debug)]
struct Numbered<'e> {
    name: &'e str,
    /// What stands before the number.
    letters: &'e str,
    extension: &'e str,
    modified: Option<Moment>,
}

/// The photos that may be missing between those that a volume lists, deleted or not, by their folders and
/// numbers. Where a volume does not agree with itself, what is not listed says nothing.
pub fn gaps(volume: &Volume, registry: &Registry) -> Vec<Lost> {
    if !volume.is_trusted() {
        return Vec::new();
    }
    let entries = volume.contents.entries.iter();
    let entries: Vec<Listed<'_>> =
        entries.map(|entry| (entry.path.as_str(), entry.modified)).collect();
    missing(&entries, registry)
}

/// The path of an entry, and when it was last modified.
type Listed<'e> = (&'e str, Option<Moment>);

fn missing(entries: &[Listed<'_>], registry: &Registry) -> Vec<Lost> {
    let mut folders: BTreeMap<&str, BTreeMap<u16, Numbered<'_>>> = BTreeMap::new();
    for &entry in entries {
        if let Some((folder, number, one)) = numbered(entry, registry) {
            folders.entry(folder).or_default().entry(number).or_insert(one);
        }
    }
    if folders.is_empty() {
        return Vec::new();
    }
    // Where a photo was moved to, it is not missing; nor is a number that a sound or a setting has.
    let names: HashSet<String> =
        entries.iter().map(|(path, _)| name_of(path).to_lowercase()).collect();
    let used: HashSet<(&str, u16)> = entries.iter().filter_map(|(path, _)| place(path)).collect();
    let mut lost = Vec::new();
    for (folder, known) in &folders {
        let pairs = known.iter().zip(known.iter().skip(1));
        for ((first, before), (last, after)) in pairs {
            let count = last - first - 1;
            let is_gap = count <= MOST_MISSING && usize::from(count) <= known.len();
            if !is_gap || !are_of_one_camera(before, after) || !are_in_order(before, after) {
                continue;
            }
            let numbers = (first + 1..*last).filter(|number| !used.contains(&(*folder, *number)));
            let missing = numbers.map(|number| path(before, after, number));
            let missing = missing.filter(|name| !names.contains(&name.to_lowercase()));
            lost.extend(missing.map(|name| row(folder, &name, before, after)));
        }
    }
    lost
}

fn row(folder: &str, name: &str, before: &Numbered<'_>, after: &Numbered<'_>) -> Lost {
    let note = format!(
        "no entry has its number, between {} and {}: a photo of that name may have existed",
        before.name, after.name
    );
    let by = format!("gap in the numbering of {folder}");
    Lost { note: Some(note), ..Lost::named(by, format!("{folder}/{name}")) }
}

/// The name that a photo of that number would have: like the one before the gap, unless only the one after it
/// has all of its letters.
fn path(before: &Numbered<'_>, after: &Numbered<'_>, number: u16) -> String {
    let one = if before.letters.starts_with('_') { after } else { before };
    format!("{}{number:04}.{}", one.letters, one.extension)
}

/// Whether both names are of one numbering: their letters are the same, but for the first, which FAT does not keep
/// of what was deleted.
fn are_of_one_camera(before: &Numbered<'_>, after: &Numbered<'_>) -> bool {
    let is_unknown = |one: &Numbered<'_>| one.letters.starts_with('_');
    let rest = |one: &Numbered<'_>| one.letters.get(1..).map(str::to_lowercase);
    let is_same = before.letters.eq_ignore_ascii_case(after.letters);
    is_same || (is_unknown(before) || is_unknown(after)) && rest(before) == rest(after)
}

/// Whether the later number is not of an earlier day, as it is where a camera began to count anew.
fn are_in_order(before: &Numbered<'_>, after: &Numbered<'_>) -> bool {
    match (before.modified, after.modified) {
        (Some(before), Some(after)) => before.civil <= after.civil,
        _ => true,
    }
}

/// The folder and the number of a photo or film of a camera.
fn numbered<'e>(
    (path, modified): Listed<'e>,
    registry: &Registry,
) -> Option<(&'e str, u16, Numbered<'e>)> {
    let (folder, number) = place(path)?;
    let name = name_of(path);
    let (_, extension) = name.rsplit_once('.')?;
    if !is_photo_extension(extension) && !registry.has_extension(extension) {
        return None;
    }
    let letters = name.get(..LETTERS)?;
    Some((folder, number, Numbered { name, letters, extension, modified }))
}

/// The folder of DCIM that a path lies in, and its number.
fn place(path: &str) -> Option<(&str, u16)> {
    let (folder, name) = path.rsplit_once('/')?;
    let (above, _) = folder.rsplit_once('/')?;
    let is_camera_s = above.rsplit('/').next().is_some_and(|top| top.eq_ignore_ascii_case("DCIM"));
    let (stem, _) = name.split_once('.')?;
    let (letters, digits) = stem.split_at_checked(LETTERS)?;
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let fits = is_camera_s
        && letters.chars().all(is_letter)
        && digits.len() == 4
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number: u16 = digits.parse().ok().filter(|number| fits && *number > 0)?;
    Some((folder, number))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entries: &[(&str, &str)], expected: &[&str]) {
        let entries: Vec<Listed<'_>> =
            entries.iter().map(|(path, day)| (*path, Moment::parse(day, None))).collect();
        let found = missing(&entries, &Registry::default());
        let paths: Vec<&str> = found.iter().filter_map(|one| one.path.as_deref()).collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn numbers_between_two_of_a_folder_are_missing() {
        let (first, second) = ("2024-05-01T10:00:00", "2024-05-02T10:00:00");
        let at = |name: &'static str, day: &'static str| (name, day);
        check(
            &[
                at("DCIM/100CANON/IMG_0001.JPG", first),
                at("DCIM/100CANON/IMG_0002.JPG", first),
                at("DCIM/100CANON/_MG_0004.JPG", second),
                at("DCIM/100CANON/IMG_0007.JPG", second),
                // A sound has the number of its photo, and a photo was moved away.
                at("DCIM/100CANON/SND_0005.WAV", second),
                at("Chosen/IMG_0006.JPG", second),
            ],
            &["DCIM/100CANON/IMG_0003.JPG"],
        );
    }

    #[test]
    fn a_camera_that_begins_anew_leaves_no_gap() {
        let (first, second) = ("2024-05-01T10:00:00", "2024-05-02T10:00:00");
        let pair = |one: &'static str, other: &'static str| [(one, second), (other, first)];
        check(&pair("DCIM/100CANON/IMG_0001.JPG", "DCIM/100CANON/IMG_0003.JPG"), &[]);
        let in_order = |one: &'static str, other: &'static str| [(one, first), (other, second)];
        // More are missing than are there.
        check(&in_order("DCIM/100CANON/IMG_0001.JPG", "DCIM/100CANON/IMG_0009.JPG"), &[]);
        for (one, other) in [
            // Not of a camera: folders and names that people give.
            ("Holiday/IMG_0001.JPG", "Holiday/IMG_0003.JPG"),
            ("DCIM/IMG_0001.JPG", "DCIM/IMG_0003.JPG"),
            ("DCIM/Camera/IMG_20240501_0001.jpg", "DCIM/Camera/IMG_20240501_0003.jpg"),
            ("DCIM/100CANON/IMG_0001.JPG", "DCIM/101CANON/IMG_0003.JPG"),
            ("DCIM/100CANON/IMG_0001.JPG", "DCIM/100CANON/DSC_0003.JPG"),
            ("DCIM/100CANON/IMG_0001.XMP", "DCIM/100CANON/IMG_0003.XMP"),
            ("DCIM/100CANON/IMG_0000.JPG", "DCIM/100CANON/IMG_0002.JPG"),
        ] {
            check(&in_order(one, other), &[]);
        }
    }
}

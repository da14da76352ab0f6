//! First letters that deletion took, inferred from names that kept theirs.
//!
//! A camera counts: between `IMG_0001.JPG` and `IMG_0003.JPG`, `?MG_0002.JPG` began with an `I`.

use std::collections::{BTreeMap, HashMap};

use crate::volumes::filesystem::fat_family::fat::names::shown;
use crate::volumes::filesystem::fat_family::file_record::{FileRecord, ShortName};
use crate::volumes::filesystem::fat_family::salvage::camera_names::is_folder_without_letter;
use crate::volumes::filesystem::fat_family::tree::{DirectoryTree, ROOT};

/// What cameras call their folders.
///
/// Source: JEITA CP-3461 (DCF 2.0), 3.2, and makers' manuals.
const CAMERA_FOLDERS: &[&str] = &["DCIM", "MISC", "PRIVATE", "AVCHD"];

/// What cameras call their files, where a zero stands for any digit.
///
/// Source: makers' manuals.
const CAMERA_FILES: &[&str] = &[
    "IMG_0000", "DSC_0000", "DSC00000", "DSCN0000", "DSCF0000", "CIMG0000", "PICT0000", "SAM_0000",
    "MVI_0000", "MOV_0000", "VID_0000", "GOPR0000", "DJI_0000", "IMGP0000", "SDIM0000",
];

/// What names have in common that differ in their first letter and in what they count: the directory
/// that they lie in, or any; whether they name directories; and the name with its digits made alike.
type NamePattern = (Option<usize>, bool, [u8; 11]);

/// How often names of each pattern begin with which letter.
#[derive(Default)]
struct FirstLetters {
    seen: HashMap<NamePattern, BTreeMap<u8, u32>>,
}

/// Gives the names of a tree their lost first letters, as far as others tell.
pub(crate) fn restore(tree: &mut DirectoryTree) {
    let mut letters = FirstLetters::default();
    let directories = tree.directories.iter();
    let directories =
        directories.filter_map(|one| Some((one.parent.unwrap_or(ROOT), one.record.as_ref()?)));
    let files = tree.files.iter().map(|file| (file.directory, &file.record));
    let records = || directories.clone().chain(files.clone());
    records().for_each(|(directory, record)| letters.want(directory, record));
    records().for_each(|(directory, record)| letters.learn(directory, record));
    for directory in &mut tree.directories {
        if let Some(record) = &mut directory.record {
            letters.restore(directory.parent.unwrap_or(ROOT), record);
        }
    }
    for file in &mut tree.files {
        letters.restore(file.directory, &mut file.record);
    }
}

impl FirstLetters {
    /// Notes that a letter of such a name is wanted, if that is lost. What nobody wants is not
    /// learnt.
    fn want(&mut self, directory: usize, record: &FileRecord) {
        if let Some(short) = record.short
            && short.lacks_letter()
        {
            for pattern in patterns(directory, record.is_directory, short) {
                self.seen.entry(pattern).or_default();
            }
        }
    }

    /// Learns from a name of the directory numbered so, if its first letter is known.
    fn learn(&mut self, directory: usize, record: &FileRecord) {
        if let Some(short) = record.short
            && !short.lacks_letter()
        {
            for pattern in patterns(directory, record.is_directory, short) {
                if let Some(letters) = self.seen.get_mut(&pattern) {
                    *letters.entry(short.bytes[0]).or_default() += 1;
                }
            }
        }
    }

    /// Gives a name of the directory its first letter, if it has none and one can be inferred.
    fn restore(&self, directory: usize, record: &mut FileRecord) {
        let Some(short) = &mut record.short else { return };
        if !short.lacks_letter() {
            return;
        }
        let patterns = patterns(directory, record.is_directory, *short);
        let learnt = patterns.into_iter().find_map(|pattern| {
            let letters = self.seen.get(&pattern)?;
            letters.iter().max_by_key(|&(letter, count)| (count, u8::MAX - letter)).map(|(&l, _)| l)
        });
        if let Some(letter) = learnt.or_else(|| of_a_camera(short, record.is_directory)) {
            short.bytes[0] = letter;
            record.name = shown(short);
        }
    }
}

/// The patterns of a name, the closest first: in its directory, with its extension; in its directory;
/// in the volume, with its extension; in the volume.
fn patterns(directory: usize, is_directory: bool, short: ShortName) -> [NamePattern; 4] {
    let mut exact = short.bytes.map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    exact[0] = 0;
    let mut stem = exact;
    stem[8..].fill(0);
    [
        (Some(directory), is_directory, exact),
        (Some(directory), is_directory, stem),
        (None, is_directory, exact),
        (None, is_directory, stem),
    ]
}

fn of_a_camera(short: &ShortName, is_directory: bool) -> Option<u8> {
    let stem = short.bytes[..8].trim_ascii_end();
    let is_alike = |known: &&&str| {
        let digits =
            |(known, &byte): (u8, &u8)| known == byte || known == b'0' && byte.is_ascii_digit();
        known.len() == stem.len() && known.bytes().zip(stem).skip(1).all(digits)
    };
    let known = if is_directory { CAMERA_FOLDERS } else { CAMERA_FILES };
    let known = known.iter().find(is_alike).map(|known| known.as_bytes()[0]);
    known.or((is_directory && is_folder_without_letter(stem)).then_some(b'1'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(short: &[u8; 11], is_directory: bool) -> FileRecord {
        let mut short = ShortName { bytes: *short, case: 0 };
        if short.bytes[0] == b'?' {
            short.bytes[0] = 0;
        }
        FileRecord { short: Some(short), is_directory, ..FileRecord::inferred("") }
    }

    #[track_caller]
    fn check(known: &[(usize, &[u8; 11])], lost: (usize, &[u8; 11]), expected: &str) {
        let mut letters = FirstLetters::default();
        letters.want(lost.0, &record(lost.1, false));
        for (folder, short) in known {
            letters.learn(*folder, &record(short, false));
        }
        let mut lost_record = record(lost.1, false);
        letters.restore(lost.0, &mut lost_record);
        assert_eq!(lost_record.name, expected);
        assert!(!lost_record.certain);
    }

    #[test]
    fn a_name_takes_the_letter_of_its_siblings() {
        check(&[(1, b"_MG_0001JPG"), (2, b"IMG_0001JPG")], (1, b"?MG_0002JPG"), "_MG_0002.JPG");
        check(&[(1, b"_MG_0001CR2"), (2, b"IMG_0001JPG")], (1, b"?MG_0002JPG"), "_MG_0002.JPG");
        check(&[(1, b"XYZ_0001JPG")], (2, b"?YZ_0002JPG"), "XYZ_0002.JPG");
    }

    #[test]
    fn the_letter_of_most_siblings_wins() {
        let known: &[(usize, &[u8; 11])] = &[(1, b"ABC1    "), (1, b"XBC2    "), (1, b"XBC3    ")]
            .map(|(folder, name)| {
                let mut short = [b' '; 11];
                short[..8].copy_from_slice(name);
                (folder, &*Box::leak(Box::new(short)))
            });
        check(known, (1, b"?BC4       "), "XBC4");
    }

    #[test]
    fn without_siblings_what_cameras_write_is_inferred_and_nothing_else() {
        check(&[], (1, b"?SC_0815NEF"), "DSC_0815.NEF");
        let mut lost = record(b"?ETTER  DOC", false);
        FirstLetters::default().restore(1, &mut lost);
        assert!(lost.short.is_some_and(|short| short.lacks_letter()));
        let mut lost = record(b"?CIM       ", true);
        FirstLetters::default().restore(1, &mut lost);
        assert_eq!(lost.name, "DCIM");
        let mut lost = record(b"?01CANON   ", true);
        FirstLetters::default().restore(1, &mut lost);
        assert_eq!(lost.name, "101CANON");
    }
}

//! What images are called. What a file holds counts first; its name tells what damaged content was meant to be, and which file
//! of an archive is a disk that begins with nothing known.

use std::ffi::OsStr;
use std::path::Path;

use NamedForm::{Disk, Files, Raw};

use super::disk_len::LEAST_DISK;

/// What a name says that a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedForm {
    /// The bytes of a disk as they are, or a part of them.
    Raw,
    /// A disk in another form.
    Disk,
    /// Files in the form of an image: there is no disk in it.
    Files,
}

/// The extensions of images, in lower case.
const EXTENSIONS: &[(&str, NamedForm)] = &[
    ("img", Raw),
    ("dd", Raw),
    ("raw", Raw),
    ("ima", Raw),
    ("vfd", Raw),
    ("dsk", Raw),
    ("iso", Raw),
    ("image", Raw),
    ("000", Raw),
    ("001", Raw),
    ("e01", Disk),
    ("ex01", Disk),
    ("s01", Disk),
    ("aff", Disk),
    ("afd", Disk),
    ("aff4", Disk),
    ("af4", Disk),
    ("vhd", Disk),
    ("avhd", Disk),
    ("vpc", Disk),
    ("vhdx", Disk),
    ("avhdx", Disk),
    ("vmdk", Disk),
    ("qcow", Disk),
    ("qcow2", Disk),
    ("qed", Disk),
    ("vdi", Disk),
    ("hdd", Disk),
    ("dmg", Disk),
    ("sparseimage", Disk),
    ("l01", Files),
    ("lx01", Files),
    ("wim", Files),
];

/// What follows the extension of a compressed file, in lower case, and whether such a one is unpacked to be read.
const COMPRESSED: &[(&str, bool)] = &[
    ("gz", true),
    ("zst", true),
    ("zstd", true),
    ("bz2", false),
    ("xz", false),
    ("lz4", false),
    ("lz", false),
    ("lzo", false),
    ("lzma", false),
    ("z", false),
    ("br", false),
];

impl NamedForm {
    /// What a file of that extension is, in any case of its letters; nothing of one that says of no image.
    pub fn of(extension: &str) -> Option<Self> {
        found(EXTENSIONS, extension)
    }
}

/// Whether a file of that name and length is a disk, by both.
pub fn is_of_disk(name: &str, len: u64) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str).unwrap_or_default();
    len >= LEAST_DISK && matches!(NamedForm::of(extension), Some(Raw | Disk))
}

/// Whether a file of that extension is compressed.
pub fn is_of_compressed(extension: &str) -> bool {
    found(COMPRESSED, extension).is_some()
}

/// Whether a file of that extension is compressed, and is unpacked to be read.
pub fn is_of_unpacked(extension: &str) -> bool {
    found(COMPRESSED, extension) == Some(true)
}

fn found<T: Copy>(table: &[(&str, T)], extension: &str) -> Option<T> {
    let is_it = |(name, _): &&(&str, T)| name.eq_ignore_ascii_case(extension);
    table.iter().find(is_it).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_told_once_and_in_lower_case() {
        let names = EXTENSIONS.iter().map(|(name, _)| name);
        let names: Vec<&&str> = names.chain(COMPRESSED.iter().map(|(name, _)| name)).collect();
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert!(
            distinct.len() == names.len()
                && names.iter().all(|name| name.to_lowercase() == ***name)
        );
        assert_eq!((NamedForm::of("E01"), NamedForm::of("jpg")), (Some(Disk), None));
        assert!(is_of_disk("a/card.IMG", LEAST_DISK) && !is_of_disk("card.img", LEAST_DISK - 1));
        assert!(!is_of_disk("photo.jpg", LEAST_DISK) && !is_of_disk("img", LEAST_DISK));
        assert!(is_of_compressed("XZ") && !is_of_unpacked("xz") && is_of_unpacked("Gz"));
    }
}

//! Names of photos that no format lists.

use afterimage_signatures::format::Group;
use afterimage_signatures::formats;

/// Extensions of photos whose bytes no format knows: raw data of old cameras and backs, pictures of programs.
///
/// Source: makers' manuals; the lists of dcraw, LibRaw and ExifTool.
const UNLISTED: &[&str] = &[
    "arq", "ari", "bay", "cap", "cs1", "dc2", "dcs", "drf", "eip", "exr", "fpx", "hdp", "hdr",
    "jng", "jps", "jxr", "k25", "kc2", "lri", "mdc", "pbm", "pcd", "pgm", "pnm", "pns", "ppm",
    "ptx", "pxn", "qtk", "rdc", "rwz", "sti", "tga", "thm", "wdp", "x3i",
];

/// Whether a file whose name has that extension, in any case of letters, is a photo: of a format that is built
/// in, or of one that none knows.
pub fn is_photo_extension(extension: &str) -> bool {
    let is_it = |known: &&str| known.eq_ignore_ascii_case(extension);
    let photos = formats::ALL.iter().map(|format| format.signature());
    let mut photos = photos.filter(|signature| signature.group != Group::Video);
    UNLISTED.iter().any(is_it)
        || photos.any(|one| one.extensions.iter().chain(one.aliases).any(&is_it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_photos_are_those_that_formats_list_and_some_more() {
        for photo in ["JPG", "nef", "insp", "mpo", "RWZ", "thm", "hif"] {
            assert!(is_photo_extension(photo), "{photo}");
        }
        for other in ["", "mp4", "ts", "doc", "xmp"] {
            assert!(!is_photo_extension(other), "{other}");
        }
    }

    #[test]
    fn what_a_format_lists_is_not_listed_again() {
        let listed = |one: &&&str| formats::by_extension(one).next().is_some();
        assert_eq!(UNLISTED.iter().find(listed), None);
    }
}

//! What compressed archives of files are called.

use std::ffi::OsStr;
use std::path::Path;

use crate::source::image_names::is_of_compressed;

/// What compressed archives of files are called in one word.
const ARCHIVES: [&str; 7] = ["tgz", "tbz", "tbz2", "txz", "tzst", "taz", "tlz"];

/// Whether a name says that a file is a compressed archive of files.
pub(super) fn is_of_archive(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    let extension = extension.to_ascii_lowercase();
    let is_tar = |stem: &OsStr| {
        Path::new(stem).extension().is_some_and(|last| last.eq_ignore_ascii_case("tar"))
    };
    ARCHIVES.contains(&extension.as_str())
        || is_of_compressed(&extension) && path.file_stem().is_some_and(is_tar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_that_a_compressed_file_is_an_archive() {
        assert!(["a.tar.gz", "b.TGZ"].into_iter().all(|name| is_of_archive(Path::new(name))));
        assert!(!["a.img.gz", "a.tar"].into_iter().any(|name| is_of_archive(Path::new(name))));
    }
}

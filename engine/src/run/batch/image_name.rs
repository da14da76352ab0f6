//! What the name of a file says of it. Content counts first; a name tells what broken content was meant to be.

use std::ffi::OsStr;
use std::path::Path;

use crate::source::{NamedForm, is_of_compressed};

fn extension(path: &Path) -> String {
    path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase()
}

/// Whether a name says that a file is an image of a disk, also a compressed one.
pub(super) fn is_of_image(path: &Path) -> bool {
    let extension = extension(path);
    if is_of_compressed(&extension) {
        return is_of_image(Path::new(path.file_stem().unwrap_or_default()));
    }
    NamedForm::of(&extension).is_some()
}

/// Whether a file is called by a number: parts of images are, and much else.
pub(super) fn is_number(path: &Path) -> bool {
    let extension = extension(path);
    !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name says that a file is an image in another form than a raw one.
pub(super) fn is_of_container(path: &Path) -> bool {
    matches!(NamedForm::of(&extension(path)), Some(NamedForm::Disk | NamedForm::Files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_file_was_meant_to_be() {
        let images = [
            "card.IMG",
            "a/disk.E01",
            "x.001",
            "card.img.gz",
            "card.dd.xz.zst",
            "a.image",
            "b.vfd",
        ];
        assert!(images.into_iter().all(|name| is_of_image(Path::new(name))));
        let others = ["notes.txt", "img", ".img", "a.tar.gz", "a.gz", "img.jpg", "x.002"];
        assert!(!others.into_iter().any(|name| is_of_image(Path::new(name))));
        assert!(is_of_container(Path::new("a.Vmdk")) && !is_of_container(Path::new("a.img")));
    }
}

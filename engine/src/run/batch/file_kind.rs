//! What a file in a folder of images is, by its content.

use std::path::Path;

use super::image_name;
use super::whole_file::WholeFiles;
use crate::control::error::Error;
use crate::source::{self, Io, Source};

/// What a file is.
pub(super) enum FileKind {
    /// An image, with so many bytes in it.
    Image(u64),
    /// An image that cannot be scanned, or what nobody can look at.
    Refused(Error),
    /// A photo or a video.
    Photo,
    /// An archive of files.
    Archive,
    /// A text, a document, and whatever else.
    Other,
}

/// Looks at the file at `path`.
pub(super) fn file_kind(path: &Path, whole: &WholeFiles) -> FileKind {
    let source = match source::open(path, Io::Read) {
        Ok(source) => source,
        Err(error) => return refused(path, error),
    };
    let (source, len) = (source.as_ref(), source.len());
    let is_called_image = image_name::is_of_image(path);
    match () {
        () if source::is_archive(source) && !is_called_image => FileKind::Archive,
        () if whole.is_photo(source) => FileKind::Photo,
        () if source::begins_disk(&head(source)) => FileKind::Image(len),
        () if source.container().is_none() && image_name::is_of_container(path) => {
            FileKind::Refused(misnamed(path))
        }
        () if whole.is_other(source) => match is_called_image {
            true => FileKind::Refused(misnamed(path)),
            false => FileKind::Other,
        },
        () if is_called_image || source::may_be_disk(len) => FileKind::Image(len),
        // It breaks off.
        () if whole.begins_photo(source) => FileKind::Photo,
        () => FileKind::Other,
    }
}

/// What a file is that cannot be opened.
fn refused(path: &Path, error: Error) -> FileKind {
    let is_called_image = image_name::is_of_image(path);
    match error {
        // Nothing is in it, or it is gone by now.
        Error::NotASource { .. } if !is_called_image => FileKind::Other,
        Error::Packed { .. } if !is_called_image && is_archive(path) => FileKind::Archive,
        error => FileKind::Refused(error),
    }
}

fn is_archive(path: &Path) -> bool {
    let holds_files = || {
        source::open_unchecked(path, Io::Read)
            .is_ok_and(|source| source::is_archive(source.as_ref()))
    };
    image_name::is_of_archive(path) || holds_files()
}

fn misnamed(path: &Path) -> Error {
    let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    Error::Packed {
        path: path.to_path_buf(),
        what: format!(
            "called .{extension} and does not begin as a disk in that form: damaged, or something else"
        ),
        advice: "name it by itself to scan it as a raw image".to_owned(),
    }
}

fn head(source: &dyn Source) -> Vec<u8> {
    let mut head = vec![0; source.len().min(source::HEAD_OF_DISK as u64) as usize];
    source.read_at(0, &mut head);
    head
}

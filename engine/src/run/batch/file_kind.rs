//! What a file in a folder of images is, by its content.

use std::path::Path;

use super::image_name;
use super::whole_file::WholeFiles;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::source::split::later_part;
use crate::source::{self, ArchiveList, Io, Packed, Source};

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

/// Looks at the file at `path`, until `progress` is stopped.
///
/// What is whole and holds no disk image is skipped: photos, archives of files, texts. What cannot be opened, or is an
/// archive of which nobody can say what else was in it, is an image that cannot be scanned.
pub(super) fn file_kind(path: &Path, whole: &WholeFiles, progress: &Progress) -> FileKind {
    match source::open_until_stopped(path, Io::Read, progress) {
        Ok(source) => kind_of(path, source.as_ref(), whole),
        Err(error) if later_part(path).is_some() => part_kind(path, error, whole),
        Err(error) => refused(path, error),
    }
}

/// What a file is that cannot be opened, and is called as a later part of an image is: not every file with a number is one.
fn part_kind(path: &Path, error: Error, whole: &WholeFiles) -> FileKind {
    let Ok(alone) = source::open_unchecked(path, Io::Read) else { return FileKind::Refused(error) };
    let is_long = alone.len() >= source::LEAST_DISK;
    match kind_of(path, alone.as_ref(), whole) {
        kind @ (FileKind::Photo | FileKind::Archive) => kind,
        FileKind::Other if whole.is_other(alone.as_ref()) || !is_long => FileKind::Other,
        FileKind::Other | FileKind::Image(_) | FileKind::Refused(_) => FileKind::Refused(error),
    }
}

/// What a source is.
fn kind_of(path: &Path, source: &dyn Source, whole: &WholeFiles) -> FileKind {
    let len = source.len();
    let is_called_image = image_name::is_of_image(path);
    let packed = source::recognise(source).filter(|_| !is_called_image);
    match packed {
        Some(packed) if packed.archive == ArchiveList::NotWhole => damaged_archive(source, &packed),
        Some(packed) if packed.archive == ArchiveList::HoldsDisks => {
            refused_archive(source, &packed, "unpack it, and scan the images that were in it")
        }
        Some(packed) if packed.archive == ArchiveList::Whole => match source.container_fault() {
            Some(_) => damaged_archive(source, &packed),
            None => FileKind::Archive,
        },
        _ if whole.is_photo(source) => FileKind::Photo,
        _ if source::begins_as_disk(source) => FileKind::Image(len),
        _ if source.container().is_none() && image_name::is_of_container(path) => {
            FileKind::Refused(misnamed(path))
        }
        _ if whole.is_other(source) => match is_called_image && !image_name::is_number(path) {
            true => FileKind::Refused(misnamed(path)),
            false => FileKind::Other,
        },
        _ if is_called_image || may_be_raw(source) => FileKind::Image(len),
        // It breaks off.
        _ if whole.begins_photo(source) => FileKind::Photo,
        _ => FileKind::Other,
    }
}

/// Whether a source may be a raw image by its length. Of one that does not come out of its container whole, that says nothing.
fn may_be_raw(source: &dyn Source) -> bool {
    let len = source.len();
    source::may_be_disk(len) || len >= source::LEAST_DISK && source.container_fault().is_some()
}

/// What a file is that cannot be opened.
fn refused(path: &Path, error: Error) -> FileKind {
    let is_called_image = image_name::is_of_image(path);
    match error {
        // Nothing is in it, or it is gone by now.
        Error::NotASource { .. } if !is_called_image => FileKind::Other,
        Error::Packed { is_archive: true, .. } if !is_called_image => FileKind::Archive,
        error => FileKind::Refused(error),
    }
}

/// An archive that is damaged.
fn damaged_archive(source: &dyn Source, packed: &Packed) -> FileKind {
    refused_archive(source, packed, "name it by itself to search what is left of it")
}

/// An archive in which a disk image is or may be, in a container that may be damaged.
fn refused_archive(source: &dyn Source, packed: &Packed, advice: &str) -> FileKind {
    let what = match (source.container(), source.container_fault()) {
        (Some(container), Some(fault)) => {
            format!("{container}, {fault}, and in it {}", packed.what)
        }
        (Some(container), None) => format!("{container}, and in it {}", packed.what),
        (None, _) => packed.what.clone(),
    };
    FileKind::Refused(Error::Packed {
        path: source.path().to_path_buf(),
        what,
        advice: advice.to_owned(),
        is_archive: false,
    })
}

fn misnamed(path: &Path) -> Error {
    let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    Error::Packed {
        path: path.to_path_buf(),
        what: format!(
            "called .{extension} and does not begin as a disk in that form: damaged, or something else"
        ),
        advice: "name it by itself to scan it as a raw image".to_owned(),
        is_archive: false,
    }
}

//! What is to be known of a source before it is scanned: that it is an archive, a photo, a part of an image.

pub mod in_use;
pub mod known;
pub mod map;
pub mod room;

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::progress::Progress;
use afterimage_engine::report::BatchSkipped;
use afterimage_engine::source::split::{later_part, missing, parts};
use afterimage_engine::source::{self, Io, Packed, Source};

use crate::folder::{self, Photos};
use crate::progress::{How, SlowOpening};
use crate::sources::Sources;
use crate::text::{bytes, count};

/// What is to be said of the sources, one line each; as far as they could be opened before `progress` was stopped. What takes
/// long to open is told meanwhile.
pub fn of(sources: &Sources, progress: &Progress, how: How) -> Vec<String> {
    let mut notes: Vec<String> = sources.again.iter().map(|path| again(path)).collect();
    let (headers, mut photos) = (Photos::default(), Vec::new());
    for path in sources.paths.iter().filter(|path| is_file(path)) {
        // What cannot be opened is told when it is to be scanned.
        let slow = SlowOpening::watch(path, how);
        let Ok(source) = source::open_until_stopped(path, Io::Auto, progress) else { continue };
        drop(slow);
        match packed(path, source.as_ref()) {
            Some(note) => notes.push(note),
            None => photos.extend(headers.whole(source.as_ref()).map(|format| (path, format))),
        }
    }
    notes.extend(are_photos(&photos));
    notes.extend(split(&sources.paths));
    notes
}

/// That an image was named twice, or has two names.
pub fn again(path: &Path) -> String {
    format!("{} is there twice; it is scanned once", path.display())
}

/// That several images go into one report.
pub fn several(paths: &[PathBuf]) -> Option<String> {
    let n = paths.len();
    (n > 1).then(|| {
        format!("{n} sources go into one report and one folder of photos; with --batch each gets its own")
    })
}

/// What in folders of images was skipped.
pub fn skipped(skipped: &BatchSkipped) -> Option<String> {
    let BatchSkipped { photos, archives, others, hidden, folders, links } = *skipped;
    let kinds = [
        (
            photos,
            "photo or video, which is still there",
            "photos and videos, which are still there",
        ),
        (archives, "archive of files", "archives of files"),
        (others, "other file", "other files"),
        (hidden, "hidden file or folder", "hidden files and folders"),
        (folders, "folder", "folders"),
        (links, "link to a folder", "links to folders"),
    ];
    let kinds = kinds.into_iter().filter(|(n, ..)| *n > 0);
    let said: Vec<String> = kinds.map(|(n, one, many)| count(n, one, many)).collect();
    let hint = if folders > 0 { "; --recursive looks into folders" } else { "" };
    (!said.is_empty()).then(|| format!("skipped, since it is no image: {}{hint}", said.join(", ")))
}

/// That images of a batch are in parts, which are read as one.
pub fn in_parts(paths: &[PathBuf]) -> Option<String> {
    let several: Vec<PathBuf> =
        paths.iter().filter(|path| parts(path).is_some()).cloned().collect();
    match several.as_slice() {
        [] => None,
        [_] => split(&several).pop(),
        [first, ..] => Some(format!(
            "{} images, such as {}, are in parts, which are read as one",
            several.len(),
            first.display()
        )),
    }
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}

/// What a source is that can be scanned although it is no raw image.
fn packed(path: &Path, source: &dyn Source) -> Option<String> {
    if let Some(container) = source.container() {
        let len = bytes(source.len());
        let fault = source.container_fault().map(|fault| format!(", and {fault}"));
        let fault = fault.unwrap_or_default();
        return Some(format!(
            "{} is {container}{fault}; the disk of {len} in it is scanned",
            path.display()
        ));
    }
    source::recognise(source).map(|packed| told(path, &packed))
}

/// That an image is scanned as a raw one although it begins as something else does.
pub fn taken_for_raw(path: &Path) -> Option<String> {
    source::taken_for_raw(path).map(|packed| told(path, &packed))
}

fn told(path: &Path, packed: &Packed) -> String {
    format!("{} is {}; {}", path.display(), packed.what, packed.advice)
}

/// That sources are photos themselves.
fn are_photos(photos: &[(&PathBuf, &str)]) -> Option<String> {
    let (first, format) = photos.first()?;
    let first_name = first.display();
    let what = match photos.len() {
        1 => format!(
            "{first_name} is no image of a card or disk but a {format} file that is still there"
        ),
        n => format!(
            "{n} of the sources, such as {first_name}, are no images of a card or disk but photos that \
             are still there"
        ),
    };
    Some(format!("{what}; {}", folder::instead(first)))
}

/// The first part that is shorter than the one before it, where it is not the last one.
fn shorter(parts: &[PathBuf]) -> Option<&PathBuf> {
    let len = |part: &PathBuf| part.metadata().ok().map(|found| found.len());
    let (_, all_but_last) = parts.split_last()?;
    all_but_last.windows(2).find(|pair| len(&pair[1]) < len(&pair[0])).map(|pair| &pair[1])
}

/// That a source is the first part of a raw image that was split, and is read with the others, or a later one, which is
/// read alone.
fn split(paths: &[PathBuf]) -> Vec<String> {
    let note = |path: &PathBuf| {
        // Where one before it is missing it is refused, or is no part.
        if let Some(part) = later_part(path).filter(|part| part.missing.is_none()) {
            return Some(format!(
                "{} is part {} of an image, and is scanned alone; name {} to scan all parts as one",
                path.display(),
                part.number,
                part.first.display()
            ));
        }
        let parts = parts(path).filter(|_| missing(path).is_none())?;
        let (name, count) = (path.display(), parts.len());
        let note =
            format!("{name} is the first of {count} parts of an image; they are read as one");
        Some(match shorter(&parts) {
            Some(part) => format!(
                "{note}; {} is shorter than the one before it, and not the last one: if it was cut short, what follows it is \
                 read at the wrong place",
                part.display()
            ),
            None => note,
        })
    };
    paths.iter().filter_map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_image_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["card.001", "card.002", "card.003", "one.001", "x.000", "x.001"] {
            fs::write(path(name), [0; 512]).unwrap();
        }
        let said = |name: &str| split(&[path(name)]);
        let [note] = &said("card.001")[..] else { panic!("no note") };
        assert!(note.contains("the first of 3 parts") && note.ends_with("as one"), "{note}");
        assert_eq!(said("x.000").len(), 1);
        let alone = "part 2 of an image, and is scanned alone; name";
        assert!(said("card.002")[0].contains(alone) && said("x.001")[0].contains(alone));
        for name in ["one.001", "card.img"] {
            assert_eq!(said(name), [""; 0], "{name}");
        }
    }
}

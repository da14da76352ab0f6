//! What is to be known of a source before it is scanned: that it is an archive, a photo, a part of an image.

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::source::shell::{free, quoted};
use afterimage_engine::source::{self, Io, Source};
use afterimage_engine::system::Mount;

use crate::folder::{self, Photos};
use crate::sources::Sources;

/// What is to be said of the sources, one line each.
pub fn of(sources: &Sources) -> Vec<String> {
    let again = sources.again.iter();
    let mut notes: Vec<String> = again
        .map(|path| format!("{} is there twice; it is scanned once", path.display()))
        .collect();
    let (headers, mut photos) = (Photos::default(), Vec::new());
    for path in sources.paths.iter().filter(|path| is_file(path)) {
        // What cannot be opened is told when it is to be scanned.
        let Ok(source) = source::open(path, Io::Auto) else { continue };
        match packed(path, source.as_ref()) {
            Some(note) => notes.push(note),
            None => photos.extend(headers.whole(source.as_ref()).map(|format| (path, format))),
        }
    }
    notes.extend(are_photos(&photos));
    notes.extend(split(&sources.paths));
    notes
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}

/// What a source is that can be scanned although it is no raw image.
fn packed(path: &Path, source: &dyn Source) -> Option<String> {
    let packed = source::recognise(source)?;
    Some(format!("{} is {}; {}", path.display(), packed.what, packed.advice))
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
    Some(format!("{what}; {}", folder::instead(Mount::of(first).as_ref())))
}

/// Parts of an image that are named; of more, a pattern stands for all.
const MOST_NAMED: usize = 4;

/// That a source is the first part of a raw image that was split, where the others lie beside it.
fn split(paths: &[PathBuf]) -> Vec<String> {
    let note = |path: &PathBuf| {
        let first = part(path).filter(|number| *number <= 1)?;
        let beside = |number: u32| path.with_extension(format!("{number:03}"));
        if first == 1 && beside(0).exists() {
            return None;
        }
        let parts: Vec<PathBuf> =
            (first..1000).map(beside).take_while(|part| part.exists()).collect();
        let named = if parts.len() > MOST_NAMED {
            format!("{}.[0-9][0-9][0-9]", quoted(&path.with_extension("")))
        } else {
            parts.iter().map(|part| quoted(part)).collect::<Vec<_>>().join(" ")
        };
        let whole = free(path, "img");
        (parts.len() > 1).then(|| {
            format!(
                "{} is the first of {} parts of an image; scanned one by one, photos and file systems \
                 across parts are missed: join them with `cat {named} > {}` and scan that",
                path.display(),
                parts.len(),
                quoted(&whole)
            )
        })
    };
    paths.iter().filter_map(note).collect()
}

/// The number of a part, by an extension of three digits.
fn part(path: &Path) -> Option<u32> {
    let extension = path.extension()?.to_str()?;
    let is_number = extension.len() == 3 && extension.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { extension.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_image_are_to_be_joined() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["card.001", "card.002", "card.003", "one.001", "x.000", "x.001"] {
            fs::write(path(name), [0; 512]).unwrap();
        }
        let said = |name: &str| split(&[path(name)]);
        let [note] = &said("card.001")[..] else { panic!("no note") };
        assert!(note.contains("the first of 3 parts") && note.contains("card.003 > "), "{note}");
        assert_eq!(said("x.000").len(), 1);
        for name in ["card.002", "one.001", "x.001", "card.img"] {
            assert_eq!(said(name), [""; 0], "{name}");
        }
    }
}

//! What the command line calls a source: an image, a device, or a folder of images.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::error::Error;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::batch::Looking;
use afterimage_engine::source::later_parts;

use crate::folder;

/// What is to be scanned.
#[derive(Debug)]
pub struct Sources {
    /// Images and devices, each once.
    pub paths: Vec<PathBuf>,
    /// Those that were given again.
    pub again: Vec<PathBuf>,
    /// Why some in the folders are refused.
    pub refused: Vec<Error>,
}

/// The sources that `paths` stand for: in place of a folder, the images in it, as far as those were looked for until that was
/// stopped.
///
/// # Errors
///
/// When a folder cannot be read or holds no image that can be scanned, or when what is found would go into such a folder.
pub fn expand(
    paths: &[PathBuf],
    output: Option<&Path>,
    is_recursive: bool,
    looking: Looking<'_>,
) -> anyhow::Result<Sources> {
    let (mut sources, mut refused) = (Vec::with_capacity(paths.len()), Vec::new());
    for path in paths {
        // What cannot be asked is left to the engine, which says why.
        if fs::metadata(path).is_ok_and(|found| found.is_dir()) {
            for image in folder::images(path, is_recursive, looking)? {
                match image.error {
                    Some(error) => refused.push(error),
                    None => sources.push(image.path),
                }
            }
            if let Some(output) = output {
                apart(output, path)?;
            }
        } else {
            sources.push(path.clone());
        }
    }
    if sources.is_empty()
        && let Some(first) = refused.pop()
    {
        return Err(first.into());
    }
    // The first part of an image in parts stands for all of them.
    let later = later_parts(&sources);
    sources.retain(|path| !later.contains(path));
    let mut known = HashSet::new();
    let mut is_new =
        |path: &PathBuf| known.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
    let (paths, again) = sources.into_iter().partition(|path| is_new(path));
    Ok(Sources { paths, again, refused })
}

/// The same, which nobody sees or stops, without folders below those.
///
/// # Errors
///
/// Likewise.
pub fn expand_unseen(paths: &[PathBuf], output: Option<&Path>) -> anyhow::Result<Sources> {
    expand(paths, output, false, Looking::unseen(&Progress::default()))
}

/// Refuses an output folder that is a folder of sources or lies in one: the next run on it would search
/// what this one has written.
///
/// # Errors
///
/// That one.
pub fn apart(output: &Path, folder: &Path) -> Result<(), Error> {
    let Ok(folder) = fs::canonicalize(folder) else { return Ok(()) };
    let existing = std::path::absolute(output).ok().and_then(|output| {
        let mut above = output.ancestors();
        above.find_map(|path| fs::canonicalize(path).ok())
    });
    if existing.is_some_and(|existing| existing.starts_with(&folder)) {
        let why = format!("it lies in the folder {}, which is to be scanned", folder.display());
        return Err(Error::Destination { path: output.to_path_buf(), why });
    }
    Ok(())
}

/// A source as it is typed.
pub fn source(text: OsString) -> Result<PathBuf, &'static str> {
    match text.to_str() {
        Some("") => Err("it is empty; name a disk image or a device"),
        Some("-") => {
            Err("what comes through a pipe can be read only once; save it to a file first")
        }
        _ => Ok(text.into()),
    }
}

/// An output folder as it is typed.
pub fn output(text: OsString) -> Result<PathBuf, &'static str> {
    match text.to_str() {
        Some("") => Err("it is empty; name a folder, such as recovered"),
        Some("-") => {
            Err("photos are written to a folder, not to a pipe; name one, such as recovered")
        }
        _ => Ok(text.into()),
    }
}

/// A file to be written, as it is typed.
pub fn file(text: OsString) -> Result<PathBuf, &'static str> {
    match text.to_str() {
        Some("") => Err("it is empty; name a file"),
        Some("-") => Err("it is written to a file, not to a pipe; name one"),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(
        paths: &[PathBuf],
        output: Option<&Path>,
        is_recursive: bool,
    ) -> anyhow::Result<Sources> {
        super::expand(paths, output, is_recursive, Looking::unseen(&Progress::default()))
    }

    #[test]
    fn a_folder_stands_for_the_images_in_it_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.img", "a.img", ".hidden"] {
            fs::write(path(name), [0; 512]).unwrap();
        }
        fs::write(path("empty.img"), b"").unwrap();
        fs::create_dir(path("below")).unwrap();
        fs::write(path("below/c.img"), [0; 512]).unwrap();
        let missing = PathBuf::from("missing.img");
        let twice = path("b.img");
        let given = [missing.clone(), folder.path().to_path_buf(), twice.clone()];
        let sources = expand(&given, None, false).unwrap();
        assert_eq!(sources.paths, [missing, path("a.img"), path("b.img")]);
        assert_eq!(sources.again, [twice]);
        assert_eq!(sources.refused.len(), 1, "{:?}", sources.refused);
    }

    #[test]
    fn a_folder_without_images_is_no_source() {
        let folder = tempfile::tempdir().unwrap();
        let error = expand(&[folder.path().to_path_buf()], None, false).unwrap_err();
        assert!(error.to_string().contains("this folder holds no disk image"), "{error}");
    }

    #[test]
    fn what_is_found_does_not_go_into_a_folder_that_is_scanned() {
        let folder = tempfile::tempdir().unwrap();
        let images = folder.path().join("images");
        fs::create_dir(&images).unwrap();
        fs::write(images.join("a.img"), [0; 512]).unwrap();
        let outputs = [
            (images.clone(), false),
            (images.join("out/deep"), false),
            (images.join("../out"), true),
            (folder.path().join("images2"), true),
        ];
        for (output, fine) in outputs {
            assert_eq!(
                expand(std::slice::from_ref(&images), Some(&output), false).is_ok(),
                fine,
                "{output:?}"
            );
        }
    }

    #[test]
    fn a_pipe_is_neither_a_source_nor_a_folder() {
        assert!(source("-".into()).is_err() && output("-".into()).is_err());
        assert!(source("".into()).is_err() && output("".into()).is_err());
        assert_eq!(source("./-".into()), Ok("./-".into()));
    }
}

//! What the command line calls a source: an image, a device, or a folder of images.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::error::Error;

/// The sources that `paths` stand for: in place of a folder, the files in it; each once.
pub fn expand(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut sources = Vec::with_capacity(paths.len());
    for path in paths {
        // What cannot be asked is left to the engine, which says why.
        if fs::metadata(&path).is_ok_and(|found| found.is_dir()) {
            sources.extend(images(&path)?);
        } else {
            sources.push(path);
        }
    }
    let mut known = HashSet::new();
    sources.retain(|path| known.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    Ok(sources)
}

/// The regular files in a folder by name, but hidden ones and those in folders below.
fn images(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::open(folder, error);
    let mut images = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let path = entry.path();
        if !hidden && fs::metadata(&path).is_ok_and(|found| found.is_file()) {
            images.push(path);
        }
    }
    if images.is_empty() {
        let why = "this folder holds no disk image";
        return Err(Error::NotASource { path: folder.to_path_buf(), why });
    }
    images.sort_unstable();
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_the_images_in_it_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.img", "a.img", ".hidden"] {
            fs::write(path(name), b"").unwrap();
        }
        fs::create_dir(path("below")).unwrap();
        fs::write(path("below/c.img"), b"").unwrap();
        let missing = PathBuf::from("missing.img");
        let twice = path("b.img");
        let sources = expand(vec![missing.clone(), folder.path().to_path_buf(), twice]).unwrap();
        assert_eq!(sources, [missing, path("a.img"), path("b.img")]);
    }

    #[test]
    fn a_folder_without_images_is_no_source() {
        let folder = tempfile::tempdir().unwrap();
        let error = expand(vec![folder.path().to_path_buf()]).unwrap_err();
        assert!(error.to_string().ends_with("this folder holds no disk image"), "{error}");
    }
}

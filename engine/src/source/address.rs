//! Addresses of what lies on a server, in the places of paths.

use std::path::{Path, PathBuf};

/// What such addresses begin with.
const SCHEMES: [&str; 3] = ["http://", "https://", "s3://"];

/// Whether `path` is no path of this machine, but the address of an image on a web server (`http://`, `https://`) or in
/// object storage (`s3://BUCKET/KEY`).
pub fn is_address(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    let begins = |scheme: &&str| {
        let start = bytes.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    SCHEMES.iter().any(begins)
}

/// Whether `path` is meant from a folder.
pub fn is_relative(path: &Path) -> bool {
    path.is_relative() && !is_address(path)
}

/// What `path` is as seen from the root, where it is meant from `folder`. An address stays what it is.
pub fn from_folder(folder: &Path, path: &Path) -> PathBuf {
    if is_address(path) { path.to_path_buf() } else { folder.join(path) }
}

/// The same from the folder that this program runs in.
///
/// # Errors
///
/// When that folder is not to be had, or the path is empty.
pub fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    if is_address(path) { Ok(path.to_path_buf()) } else { std::path::absolute(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_paths() {
        for address in ["http://a/b", "HTTPS://a", "s3://bucket/key", "s3://"] {
            let path = Path::new(address);
            assert!(is_address(path) && !is_relative(path), "{address}");
            assert_eq!(from_folder(Path::new("/home"), path), path);
            assert_eq!(absolute(path).unwrap(), path);
        }
        for path in ["", "http", "http:/a", "./http://a", "ftp://a/b", "card.img", "/s3://a"] {
            assert!(!is_address(Path::new(path)), "{path}");
        }
        assert!(is_relative(Path::new("card.img")) && !is_relative(Path::new("/card.img")));
        assert_eq!(from_folder(Path::new("/home"), Path::new("a")), Path::new("/home/a"));
    }
}

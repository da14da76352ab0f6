//! Where a path leads, also when its last folders do not exist yet.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::{fs, path};

/// A path with its links resolved.
#[derive(Clone, Debug)]
pub struct Place {
    /// The absolute path.
    pub path: PathBuf,
    /// As much of it as exists, from the root.
    pub ground: PathBuf,
}

impl Place {
    /// Where `given` leads, or in words why it leads nowhere.
    pub fn of(given: &Path) -> Result<Self, String> {
        let absolute = path::absolute(given).map_err(|error| error.to_string())?;
        let mut path = PathBuf::new();
        let mut ground = PathBuf::new();
        for component in absolute.components() {
            match component {
                // Links are resolved so far, so this is what the system would go to; and a
                // folder that does not exist yet is no link.
                Component::ParentDir => {
                    path.pop();
                }
                Component::Normal(name) => path.push(name),
                other => path.push(other),
            }
            match fs::canonicalize(&path) {
                Ok(resolved) => {
                    ground.clone_from(&resolved);
                    path = resolved;
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    if path.symlink_metadata().is_ok() {
                        return Err(format!("{} is a link that leads nowhere", path.display()));
                    }
                }
                Err(error) if error.kind() == ErrorKind::NotADirectory => {
                    return Err(format!("{} is not a folder", ground.display()));
                }
                Err(error) => return Err(format!("{}: {error}", path.display())),
            }
        }
        Ok(Place { path, ground })
    }
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    #[test]
    fn what_does_not_exist_stands_on_what_does() {
        let home = tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        let place = Place::of(&home.join("a/./b/../../c/d")).unwrap();
        assert_eq!((place.path, place.ground), (home.join("c/d"), home.clone()));
        let place = Place::of(&home.join("new/../..")).unwrap();
        assert_eq!(place.path, home.parent().unwrap());
        assert_eq!(place.ground, place.path);
        assert!(Place::of(Path::new("somewhere")).unwrap().path.is_absolute());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        use std::os::unix::fs::symlink;

        let home = tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        fs::create_dir_all(home.join("real/deep")).unwrap();
        symlink("real/deep", home.join("link")).unwrap();
        symlink("nowhere", home.join("dangling")).unwrap();
        symlink("loop", home.join("loop")).unwrap();
        assert_eq!(Place::of(&home.join("link/x")).unwrap().path, home.join("real/deep/x"));
        assert_eq!(Place::of(&home.join("link/../x")).unwrap().path, home.join("real/x"));
        assert!(Place::of(&home.join("dangling/x")).unwrap_err().contains("leads nowhere"));
        assert!(Place::of(&home.join("loop/x")).is_err());
    }
}

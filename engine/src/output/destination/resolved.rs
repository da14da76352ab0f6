//! Where a path leads, also when its last folders do not exist yet.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::{fs, path};

/// A path with its links resolved.
#[derive(Clone, Debug)]
pub(super) struct ResolvedPath {
    /// The absolute path.
    pub(super) path: PathBuf,
    /// As much of it as exists, from the root.
    pub(super) existing: PathBuf,
}

impl ResolvedPath {
    /// Where `given` leads, or in words why it leads nowhere.
    pub(super) fn of(given: &Path) -> Result<Self, String> {
        let absolute = path::absolute(given).map_err(|error| error.to_string())?;
        let mut path = PathBuf::new();
        let mut existing = PathBuf::new();
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
            // Without the root of its drive it would be the folder that this program is in there.
            if matches!(component, Component::Prefix(_)) {
                continue;
            }
            match fs::canonicalize(&path) {
                Ok(resolved) => {
                    existing.clone_from(&resolved);
                    path = resolved;
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    if path.symlink_metadata().is_ok() {
                        return Err(format!("{} is a link that leads nowhere", path.display()));
                    }
                    // Windows does not tell this apart.
                    if existing.is_file() {
                        return Err(format!("{} is not a folder", existing.display()));
                    }
                }
                Err(error) if error.kind() == ErrorKind::NotADirectory => {
                    return Err(format!("{} is not a folder", existing.display()));
                }
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    let advice = "choose another folder, that you may write to";
                    return Err(format!("{} is closed to you; {advice}", path.display()));
                }
                Err(error) => return Err(format!("{}: {error}", path.display())),
            }
        }
        Ok(ResolvedPath { path, existing })
    }
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::os::unix::fs::symlink;

    use tempfile::tempdir;

    use super::*;

    #[test]
    fn what_does_not_exist_stands_on_what_does() {
        let home = tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        let resolved = ResolvedPath::of(&home.join("a/./b/../../c/d")).unwrap();
        assert_eq!((resolved.path, resolved.existing), (home.join("c/d"), home.clone()));
        let resolved = ResolvedPath::of(&home.join("new/../..")).unwrap();
        assert_eq!(resolved.path, home.parent().unwrap());
        assert_eq!(resolved.existing, resolved.path);
        assert!(ResolvedPath::of(Path::new("somewhere")).unwrap().path.is_absolute());
    }

    #[test]
    #[cfg(unix)]
    fn links_are_followed() {
        let home = tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        fs::create_dir_all(home.join("real/deep")).unwrap();
        symlink("real/deep", home.join("link")).unwrap();
        symlink("nowhere", home.join("dangling")).unwrap();
        symlink("loop", home.join("loop")).unwrap();
        assert_eq!(ResolvedPath::of(&home.join("link/x")).unwrap().path, home.join("real/deep/x"));
        assert_eq!(ResolvedPath::of(&home.join("link/../x")).unwrap().path, home.join("real/x"));
        assert!(ResolvedPath::of(&home.join("dangling/x")).unwrap_err().contains("leads nowhere"));
        assert!(ResolvedPath::of(&home.join("loop/x")).is_err());
    }
}

//! Under sudo, what we make belongs to the person who called, not to root.

use std::path::Path;
use std::{fs, io};

use super::host::{self, Handle};

/// Who owns the files and folders that a run makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner(pub(super) Option<(u32, u32)>);

impl Owner {
    /// The caller of sudo when the program runs as root through it, else whoever runs it.
    pub fn from_environment() -> Self {
        Self::of(host::is_root(), |name| std::env::var(name).ok())
    }

    /// The user and the group in `SUDO_UID` and `SUDO_GID`, which sudo sets (sudo(8),
    /// "ENVIRONMENT"); anyone else may set them too, so they count for root only.
    pub(crate) fn of(is_root: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        // The largest number means "unchanged" to chown(2), so it is nobody's.
        let number = |name| variable(name)?.parse().ok().filter(|number: &u32| *number != u32::MAX);
        let user = || Some((number("SUDO_UID")?, number("SUDO_GID")?));
        Owner(is_root.then(user).flatten())
    }

    /// Gives the open folder to the owner.
    pub(super) fn give_open(&self, folder: &Handle) -> io::Result<()> {
        self.0.map_or(Ok(()), |(user, group)| folder.give(user, group))
    }

    /// Gives the open file to the owner, wherever it was made.
    pub(crate) fn give_file(&self, file: &fs::File) -> io::Result<()> {
        self.0.map_or(Ok(()), |(user, group)| host::give(file, user, group))
    }

    /// Gives the new folder at `path` to the owner, and nothing that a link there leads to.
    fn give_folder(&self, path: &Path) -> io::Result<()> {
        self.0.map_or(Ok(()), |(user, group)| host::give_folder(path, user, group))
    }

    /// Makes the folder at `path` and those above it that are missing, and gives away these only.
    pub fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = path
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
            .collect();
        for folder in missing.into_iter().rev() {
            match fs::create_dir(folder) {
                Ok(()) => self.give_folder(folder)?,
                // Another thread was quicker and gives it away.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sudo(user: &'static str, group: &'static str) -> impl Fn(&str) -> Option<String> {
        move |name| match name {
            "SUDO_UID" => Some(user.to_owned()),
            "SUDO_GID" => Some(group.to_owned()),
            _ => None,
        }
    }

    #[test]
    fn only_root_under_sudo_gives_files_away() {
        assert_eq!(Owner::of(true, sudo("1000", "100")), Owner(Some((1000, 100))));
        assert_eq!(Owner::of(false, sudo("1000", "100")), Owner(None));
        assert_eq!(Owner::of(true, |_| None), Owner(None));
        for bad in ["", "-1", "root", "4294967295", "4294967296"] {
            assert_eq!(Owner::of(true, sudo(bad, "100")), Owner(None));
            assert_eq!(Owner::of(true, sudo("1000", bad)), Owner(None));
        }
    }

    #[test]
    fn nothing_changes_without_an_owner() {
        let folder = tempfile::tempdir().unwrap();
        let owner = Owner::default();
        owner.create_dir_all(&folder.path().join("a/b")).unwrap();
        owner.create_dir_all(&folder.path().join("a/b")).unwrap();
        assert!(folder.path().join("a/b").is_dir());
    }

    #[test]
    fn a_file_in_the_way_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        assert!(Owner::default().create_dir_all(&folder.path().join("a/b")).is_err());
    }

    #[test]
    #[cfg(unix)]
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn only_what_was_made_is_given_away() {
        use std::os::unix::fs::MetadataExt;

        if !host::is_root() {
            eprintln!("skipped: only root can give files away");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let owner = Owner(Some((12345, 54321)));
        owner.create_dir_all(&folder.path().join("a/b")).unwrap();
        let ids = |path: &str| {
            let metadata = fs::symlink_metadata(folder.path().join(path)).unwrap();
            (metadata.uid(), metadata.gid())
        };
        assert_eq!(ids("."), (0, 0));
        assert_eq!((ids("a"), ids("a/b")), ((12345, 54321), (12345, 54321)));
    }
}

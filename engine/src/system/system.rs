//! The system that is asked about its devices.

#[cfg(unix)]
use std::fs;
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;

/// What the system says of its devices, below a root that tests put elsewhere.
#[derive(Clone, Debug)]
pub struct System {
    /// Where `proc`, `sys` and `dev` are found.
    pub(super) root: PathBuf,
}

impl System {
    /// The system that we run on.
    pub fn running() -> Self {
        System::below("/")
    }

    /// One whose `proc`, `sys` and `dev` lie in the folder `root`: made up, or of another machine.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        System { root: root.into() }
    }

    /// Whether it has a list of its drives where one is looked for, which is in `/sys` alone.
    pub fn lists_drives(&self) -> bool {
        self.root.join("sys/block").is_dir()
    }
}

/// The paths in a folder; none when there is no such folder.
#[cfg(unix)]
pub(super) fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// The text of a file of `/sys`, without what surrounds it; nothing where it is empty or not there.
#[cfg(unix)]
pub(super) fn attribute(folder: &Path, name: &str) -> Option<String> {
    let bytes = fs::read(folder.join(name)).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

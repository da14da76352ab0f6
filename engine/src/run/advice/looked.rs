//! What a search looked at, as far as advice depends on it.

use std::path::PathBuf;

use super::means::Means;
use crate::run::prognosis::Prognosis;
use crate::system::Hope;

/// What a search looked at and found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// The paths that were searched, as they were typed.
    pub paths: Vec<PathBuf>,
    /// Places that were looked into, also those in which nothing was found.
    pub places: Vec<LookedPlace>,
    /// Devices and images of which something can be hoped for or not.
    pub sources: Vec<LookedSource>,
    /// Photos that are known to have existed and of which nothing was found.
    pub lost: u64,
    /// Photos whose bytes only a service has.
    pub only_in_cloud: u64,
    /// Where the photos that were found were written to; nothing where they were only listed.
    pub output: Option<PathBuf>,
    /// A folder that is not there yet, for what is written next.
    pub next_output: Option<PathBuf>,
    /// Whether that folder would lie on a disk that something was lost from: then no folder is named for it, and a disk
    /// has to be found first.
    pub needs_other_disk: bool,
}

/// A place that was looked into.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedPlace {
    /// The way by which what it holds comes back.
    pub means: Means,
    /// What a user calls it: "Windows Recycle Bin".
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Photos that survive in it.
    pub found: u64,
    /// When it removes the first of them for good, as a date.
    pub expires: Option<String>,
    /// Whether it is encrypted and its password was not known.
    pub is_locked: bool,
}

impl LookedPlace {
    /// A place that is open and keeps what it has.
    pub fn new(
        means: Means,
        name: impl Into<String>,
        path: impl Into<PathBuf>,
        found: u64,
    ) -> Self {
        let (name, path) = (name.into(), path.into());
        LookedPlace { means, name, path, found, expires: None, is_locked: false }
    }
}

/// A device or an image that can be scanned.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedSource {
    /// Its path: of a folder, that of what it lies on.
    pub path: PathBuf,
    /// What can be hoped for.
    pub hope: Hope,
    /// Why, in a sentence.
    pub because: String,
    /// Whether some of it could not be read, or its device says that it is worn.
    pub is_failing: bool,
    /// Whether it is mounted and may be written to.
    pub is_in_use: bool,
    /// Whether it is a phone.
    pub is_phone: bool,
    /// Whether there is a device or an image to be scanned: of a phone, or of a folder of another machine, there
    /// is none.
    pub can_be_scanned: bool,
    /// Deleted photos that it lists.
    pub listed: u64,
}

impl LookedSource {
    /// A source of which no more is known.
    pub fn new(path: impl Into<PathBuf>, hope: Hope, because: impl Into<String>) -> Self {
        LookedSource {
            path: path.into(),
            hope,
            because: because.into(),
            is_failing: false,
            is_in_use: false,
            is_phone: false,
            can_be_scanned: true,
            listed: 0,
        }
    }
}

impl From<&Prognosis> for LookedSource {
    fn from(prognosis: &Prognosis) -> Self {
        let observed = &prognosis.observed;
        let medium = observed.medium.as_ref();
        let is_unreadable = observed.free.as_ref().is_some_and(|free| free.unreadable > 0);
        let path = observed.unlocked.first().or(observed.device.as_ref());
        LookedSource {
            is_failing: is_unreadable || medium.is_some_and(|medium| !medium.health.is_empty()),
            is_in_use: medium.is_some_and(|medium| !medium.written_at.is_empty()),
            is_phone: observed.phone.is_some(),
            can_be_scanned: path.is_some(),
            listed: observed.listed.all,
            ..LookedSource::new(
                path.unwrap_or(&prognosis.path),
                prognosis.hope,
                &*prognosis.because,
            )
        }
    }
}

//! Which paths a report names, in little memory: a report may have a million files.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// The paths of files that a report names, each as a number that nobody outside can guess.
#[derive(Debug, Default)]
pub struct NamedPaths {
    keys: RandomState,
    known: HashSet<u64>,
}

impl NamedPaths {
    /// Takes note of a path.
    pub fn add(&mut self, path: &str) {
        self.known.insert(self.keys.hash_one(path));
    }

    /// Whether the report names it.
    pub fn has(&self, path: &str) -> bool {
        self.known.contains(&self.keys.hash_one(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_named_is() {
        let mut named = NamedPaths::default();
        named.add("photos/a.jpg");
        assert!(named.has("photos/a.jpg"));
        for other in ["photos/a.jpg ", "photos/A.jpg", "", "photos"] {
            assert!(!named.has(other), "{other:?}");
        }
    }
}

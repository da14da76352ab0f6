//! The last names found.

use std::collections::VecDeque;

/// Names that are kept.
const MOST: usize = 3;

/// The last names found.
#[derive(Debug, Default)]
pub struct Latest {
    names: VecDeque<String>,
}

impl Latest {
    /// Takes up what was found since the last look.
    pub fn look(&mut self) {}

    /// The names, the last one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Takes up a name.
    fn take(&mut self, name: String) {
        self.names.push_front(name);
        self.names.truncate(MOST);
    }
}

//! What is odd about a GIF that viewers show all the same.

use crate::verdict::{Issue, MOST_ISSUES};

/// What a lenient oracle tolerated.
#[derive(Clone, Debug, Default)]
pub struct Oddities {
    /// The first ones, at most [`MOST_ISSUES`].
    pub issues: Vec<Issue>,
    /// The gravest.
    pub worst: Option<Oddity>,
}

/// How far something odd can be what the writer meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// Foreign bytes do not look so.
    Harmless,
    /// Foreign bytes may look so, where the blocks do not tell.
    Data,
    /// No decoder knows what to do with it.
    Damage,
}

impl Oddities {
    /// Notes one at `at`.
    pub fn add(&mut self, at: u64, kind: Oddity, what: &'static str) {
        self.worst = self.worst.max(Some(kind));
        let is_new = self.issues.last().is_none_or(|issue| issue.what != what);
        if is_new && self.issues.len() < MOST_ISSUES {
            self.issues.push(Issue::new(at, what));
        }
    }
}

//! What a record says of a file.

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use crate::model::Moment;
use crate::volumes::filesystem::location::Location;

/// What a record says of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Path from the root of the volume, names joined by `/`, as they stand there: from an attacker,
    /// perhaps. A folder that is not known any more is left out.
    pub path: String,
    /// Whether all of the name is recorded; otherwise its first letter is inferred or a `_`.
    pub certain: bool,
    /// Whether it was deleted, or lost with its folder or its volume.
    pub deleted: bool,
    /// Whether its own record says that it was deleted: what lay there may have been used again before
    /// the volume came to what it is now.
    pub erased: bool,
    /// Its size.
    pub size: u64,
    /// How many of these bytes were written, from the first on: the rest reads as zeros, and where it would
    /// lie is what was there before.
    pub written: u64,
    /// Where its bytes may lie, the likeliest first.
    pub locations: Vec<Location>,
    /// When it was last modified.
    pub modified: Option<Moment>,
    /// When it was deleted.
    pub deleted_at: Option<Moment>,
    /// Where the record lies that says so.
    pub record: u64,
    /// Why its bytes are not the file's, such as "compressed by NTFS"; one clause for the user.
    pub coded: Option<&'static str>,
}

impl Entry {
    /// Where the bytes lie that were written of it, as far as that is recorded.
    pub fn held(&self) -> Runs {
        let runs = Runs::new(self.runs().to_vec());
        if self.coded.is_some() { runs } else { runs.slice(0, self.written.min(self.size)) }
    }

    /// Whether it holds the byte at `at`.
    pub fn holds(&self, at: u64) -> bool {
        let here = Span { at, len: 1 };
        let holds = |runs: &[Span]| runs.iter().any(|run| run.holds(here));
        holds(self.runs()) && holds(self.held().as_slice())
    }

    /// What is allocated to it beyond these bytes, as far as that is recorded. Of a file that is stored in
    /// another way than byte by byte, nothing is.
    pub fn slack(&self) -> Runs {
        let runs = if self.coded.is_some() { Vec::new() } else { self.runs().to_vec() };
        Runs::new(runs).slice(self.written.min(self.size), u64::MAX)
    }

    fn runs(&self) -> &[Span] {
        match self.locations.first() {
            Some(Location::Runs(runs)) => runs,
            _ => &[],
        }
    }
}

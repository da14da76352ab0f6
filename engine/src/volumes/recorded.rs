//! Where the file of an entry begins, and the runs that are recorded of it.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use super::filesystem::{Entry, Location, MOST_RUNS};
use crate::model::SpanSet;
use crate::volumes::read;

/// Locations of one file that are tried; those far down the list are mere guesses.
pub const MOST_LOCATIONS: usize = 80;

/// Locations of a small file that are read.
pub const MOST_READ: usize = 4;

impl Entry {
    /// Where its file may begin, the likeliest first.
    pub fn starts(&self) -> impl Iterator<Item = u64> + '_ {
        self.locations.iter().take(MOST_LOCATIONS).filter_map(Location::start)
    }

    /// Whether it is known where its file begins.
    pub fn has_one_start(&self) -> bool {
        let mut starts = self.starts();
        let first = starts.next();
        first.is_some() && starts.all(|start| Some(start) == first)
    }

    /// The bytes of a small file, or the first `most` of them, from each of the first locations where it may
    /// lie, the likeliest first: not proven to be its own.
    pub fn small_contents<'e>(
        &'e self,
        bytes: &'e dyn Bytes,
        most: u64,
    ) -> impl Iterator<Item = Vec<u8>> + 'e {
        let len = self.size.min(most);
        let locations = self.locations.iter().take(MOST_READ).filter(|_| self.coded.is_none());
        locations.filter_map(move |location| {
            let whole = [Span { at: location.start()?, len }];
            let runs = match location {
                Location::Runs(runs) => recorded(runs, len, bytes.len()),
                Location::Start(_) => recorded(&whole, len, bytes.len()),
            };
            runs.filter(|runs| runs.len() == len).map(|runs| read::runs_padded(bytes, &runs))
        })
    }

    /// The extension of its name, as it stands there; empty where it has none.
    pub fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

impl Location {
    /// Where a file begins that lies there.
    pub fn start(&self) -> Option<u64> {
        match self {
            Location::Runs(runs) => runs.first().map(|run| run.at),
            Location::Start(at) => Some(*at),
        }
    }
}

/// The first `size` bytes of recorded runs, as far as a source of `len` bytes has them; nothing where
/// one byte is recorded twice, as it is of no file.
pub fn recorded(runs: &[Span], size: u64, len: u64) -> Option<Runs> {
    let inside = |run: &&Span| run.at < len;
    let runs = runs.iter().take(MOST_RUNS).take_while(inside);
    let runs = runs.map(|run| Span { at: run.at, len: run.len.min(len - run.at) }).collect();
    let runs = Runs::new(joined(runs)).slice(0, size);
    let bytes: SpanSet = runs.as_slice().iter().copied().collect();
    let is_file = !runs.is_empty() && bytes.total() == runs.len();
    is_file.then_some(runs)
}

/// The same bytes in as few runs as can be.
pub fn joined(runs: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(runs.len());
    for run in runs.into_iter().filter(|run| run.len > 0) {
        match out.last_mut() {
            Some(last) if last.at + last.len == run.at => last.len += run.len,
            _ => out.push(run),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEN: u64 = 1 << 20;

    #[track_caller]
    fn check(runs: &[(u64, u64)], size: u64, expected: Option<&[(u64, u64)]>) {
        let runs: Vec<Span> = runs.iter().map(|&(at, len)| Span { at, len }).collect();
        let found = recorded(&runs, size, LEN);
        let found = found.as_ref().map(|runs| {
            runs.as_slice().iter().map(|run| (run.at, run.at + run.len)).collect::<Vec<_>>()
        });
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn recorded_runs_are_joined_and_cut_to_the_size() {
        check(&[(0, 10), (10, 10), (50, 20)], 25, Some(&[(0, 20), (50, 55)]));
        check(&[(0, 10), (50, 10), (5, 20)], 25, None);
        check(&[(0, 10), (50, 10), (5, 20)], 15, Some(&[(0, 10), (50, 55)]));
        check(&[(LEN - 5, 10), (LEN + 5, 10)], 20, Some(&[(LEN - 5, LEN)]));
        check(&[], 20, None);
    }
}

//! What tells one photo from another, and where those are that share some of it.

use std::collections::HashMap;

use super::kept_path::{name_key, name_of, shared_end};
use super::row::MatchedBy;
use super::survivor::Survivor;
use crate::model::{Lost, LostState, Moment};

/// Photos of one name that are compared: some programs call all photos alike.
const MOST_NAMESAKES: usize = 256;

/// So many parts at the end of a path say whose it is where no size does.
const LEAST_PARTS: usize = 2;

/// What tells one photo from another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits<'t> {
    path: Option<&'t str>,
    size: Option<u64>,
    taken: Option<Moment>,
    digests: &'t [(&'static str, String)],
    /// Whether digests and size are those of the whole photo.
    is_whole: bool,
}

impl<'t> Traits<'t> {
    /// Those of a photo that is known to have existed.
    pub(super) fn of_lost(lost: &'t Lost) -> Self {
        let Lost { path, size, taken, digests, .. } = lost;
        Traits { path: path.as_deref(), size: *size, taken: *taken, digests, is_whole: true }
    }

    /// Those of a file that was found.
    pub(super) fn of_survivor(survivor: &'t Survivor) -> Self {
        let Survivor { path, size, taken, digests, state, .. } = survivor;
        Traits {
            path: path.as_deref(),
            size: Some(*size),
            taken: *taken,
            digests,
            is_whole: *state == LostState::Whole,
        }
    }

    /// Whether digests of both are known and none is the same.
    fn differs(&self, other: &Traits<'_>) -> bool {
        if !self.is_whole || !other.is_whole {
            return false;
        }
        let mut is_compared = false;
        for (algorithm, digest) in self.digests {
            for (_, known) in other.digests.iter().filter(|(of, _)| of == algorithm) {
                if digest == known {
                    return false;
                }
                is_compared = true;
            }
        }
        is_compared
    }

    /// Whether both have one path and, where it is known of both, one size.
    fn has_path_of(&self, other: &Traits<'_>) -> bool {
        let paths = self.path.zip(other.path);
        let Some(shared) = paths.and_then(|(one, other)| shared_end(one, other)) else {
            return false;
        };
        match self.size.zip(other.size) {
            Some((size, same)) if self.is_whole && other.is_whole => size == same,
            _ => shared.parts >= LEAST_PARTS && shared.is_exact,
        }
    }

    /// Whether both have one name and were taken at the same moment.
    fn has_date_of(&self, other: &Traits<'_>) -> bool {
        if self.path.and_then(name_of) != other.path.and_then(name_of) {
            return false;
        }
        let Some((one, other)) = self.taken.zip(other.taken) else { return false };
        match (one.offset, other.offset) {
            (Some(_), Some(_)) => one.instant().is_some() && one.instant() == other.instant(),
            // A clock that tells no zone is compared by what it shows.
            _ => one.read_in(None).civil == other.read_in(None).civil,
        }
    }
}

/// Where photos are that share some of their traits.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_digest: HashMap<(&'static str, String), usize>,
    /// By name but for its first letter.
    by_name: HashMap<String, Vec<usize>>,
}

impl Index {
    /// Adds what is known of the photo at a position; what was added before it goes first.
    pub(super) fn add(&mut self, at: usize, traits: &Traits<'_>) {
        for digest in traits.digests {
            self.by_digest.entry(digest.clone()).or_insert(at);
        }
        if let Some(name) = traits.path.and_then(name_key) {
            let namesakes = self.by_name.entry(name).or_default();
            if namesakes.len() < MOST_NAMESAKES && namesakes.last() != Some(&at) {
                namesakes.push(at);
            }
        }
    }

    /// The photo that has the traits, and by which it is known; `traits_of` gives those of one that was added.
    pub(super) fn find<'t>(
        &self,
        wanted: &Traits<'_>,
        traits_of: impl Fn(usize) -> Traits<'t>,
    ) -> Option<(usize, MatchedBy)> {
        let mut by_digest = wanted.digests.iter();
        if let Some(at) = by_digest.find_map(|digest| self.by_digest.get(digest)) {
            return Some((*at, MatchedBy::Digest));
        }
        let namesakes = self.by_name.get(&wanted.path.and_then(name_key)?)?;
        let alike = |fits: fn(&Traits<'_>, &Traits<'_>) -> bool| {
            namesakes.iter().copied().find(|at| {
                let other = traits_of(*at);
                fits(wanted, &other) && !wanted.differs(&other)
            })
        };
        let by_path = || alike(|one, other| one.has_path_of(other));
        let by_date = || alike(|one, other| one.has_date_of(other));
        let path = by_path().map(|at| (at, MatchedBy::Path));
        path.or_else(|| by_date().map(|at| (at, MatchedBy::Date)))
    }
}

//! From all that was found to what the report lists: claims, filters, order, copies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use afterimage_signatures::verdict::{MOST_ISSUES, Span};

use crate::claims::{self, Place};
use crate::error::Error;
use crate::ledger::content::Content;
use crate::ledger::index::{Entry, Fate, NONE};
use crate::ledger::{Ledger, entry};
use crate::model::cluster_grid::Grid;
use crate::model::record::Record;
use crate::options::Options;
use crate::output::report::{self, End, Grade, Issue};
use crate::settle::live_photos as pairs;
use crate::source::Source;

/// What the report lists.
#[derive(Debug)]
pub struct Settled {
    /// Positions in the index, in the order of the report: by source, offset and format. The
    /// number of a file is its position here, counted from 1.
    pub order: Vec<u32>,
    /// For each of `order`: the position in the index of the file it lies in, or [`NONE`].
    pub parent: Vec<u32>,
    /// For each of `order`: whether it is only listed, since it is still there itself or lies in a file
    /// that is.
    pub left: Vec<bool>,
    /// For each of `order`: the position in `order` of the file that stands for its bytes, or
    /// [`NONE`].
    pub copy_of: Vec<u32>,
    /// For positions in `order`: that of the other half of a Live Photo.
    pub pair_of: BTreeMap<u32, u32>,
    /// For each entry of the index: its position in `order`, or [`NONE`].
    pub position: Vec<u32>,
    /// How many files of their own were left out by size or pixels.
    pub filtered: u64,
}

/// Settles which files there are. `sources` are those that could be opened, by position on the
/// command line.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn settle(
    ledger: &mut Ledger,
    sources: &[Option<Box<dyn Source>>],
    wanted: &[bool],
    options: &Options,
) -> Result<Settled, Error> {
    let mut order = sorted(&ledger.entries);
    let places: Vec<Place> =
        (0..ledger.entries.len()).map(|index| claims::place(&ledger.entries, index)).collect();
    // Asked once, and again only when reading may have found more.
    let unreadable = |source: &Option<Box<dyn Source>>| source.as_ref().map(|s| s.unreadable());
    let mut holes: Vec<Vec<Span>> =
        sources.iter().map(|source| unreadable(source).unwrap_or_default()).collect();
    for (index, place) in places.iter().enumerate() {
        if *place != Place::Nowhere {
            complete(ledger, index, sources, &mut holes, options)?;
        }
    }
    let entries = &ledger.entries;
    let (mut filtered, mut own) = (0, vec![false; entries.len()]);
    for (index, entry) in entries.iter().enumerate() {
        let asked = places[index] == Place::Own && wanted[usize::from(entry.format)];
        let asked = asked && entry.chosen;
        let kept = entry.len >= options.min_size && entry.pixels >= options.min_pixels;
        filtered += u64::from(asked && !kept);
        own[index] = asked && kept;
    }
    let root = |index: u32| outermost(&places, index);
    order.retain(|index| root(*index).is_some_and(|root| own[root]));
    let is_left = |index: &u32| root(*index).is_some_and(|root| entries[root].live);
    let left: Vec<bool> = order.iter().map(|index| !options.all && is_left(index)).collect();
    let mut position = vec![NONE; entries.len()];
    for (at, index) in order.iter().enumerate() {
        position[*index as usize] = at as u32;
    }
    let parent = order.iter().map(|index| match places[*index as usize] {
        Place::In(parent) => parent,
        Place::Own | Place::Nowhere => NONE,
    });
    let parent: Vec<u32> = parent.collect();
    let is_late = |at: usize| left[at] || (!options.embedded && parent[at] != NONE);
    let copy_of = copies(entries, &order, is_late);
    let pair_of = pairs::pair(&ledger.halves, &position, &copy_of);
    Ok(Settled { order, parent, left, copy_of, pair_of, position, filtered })
}

/// The file of its own that the entry is, or the outermost one that it lies in.
fn outermost(places: &[Place], index: u32) -> Option<usize> {
    let mut at = index as usize;
    loop {
        match places[at] {
            Place::Own => return Some(at),
            Place::Nowhere => return None,
            // Every place was found by following this chain to its end.
            Place::In(parent) => at = parent as usize,
        }
    }
}

/// Positions of the entries by source, offset and format. What begins at one offset in several
/// files is told apart by the outermost of them, and then by its position in it.
fn sorted(entries: &[Entry]) -> Vec<u32> {
    let root = |index: u32| {
        let mut at = index;
        while entries[at as usize].parent != NONE {
            at = entries[at as usize].parent;
        }
        at
    };
    let mut order: Vec<u32> = (0..entries.len() as u32).collect();
    order.sort_unstable_by_key(|&index| {
        let (entry, root) = (&entries[index as usize], root(index));
        let outer = entries[root as usize].offset;
        (entry.source, entry.offset, entry.parent != NONE, entry.format, outer, index - root)
    });
    order
}

/// Settles which bytes belong to which of the carved files. Returns the clusters of the sources, by their
/// positions on the command line, of which photos tell them.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn claim(ledger: &mut Ledger) -> Result<BTreeMap<u32, Grid>, Error> {
    let mut grids = BTreeMap::new();
    let order = sorted(&ledger.entries);
    let Ledger { journal, entries, .. } = ledger;
    let sources: BTreeSet<u32> = entries.iter().map(|entry| entry.source).collect();
    for source in sources {
        let first = order.partition_point(|index| entries[*index as usize].source < source);
        let last = order.partition_point(|index| entries[*index as usize].source <= source);
        let order = &order[first..last];
        let own = order.iter().map(|index| &entries[*index as usize]);
        let whole = own.filter(|entry| entry.parent == NONE && entry.is_whole());
        grids.extend(Grid::of(whole.map(|entry| entry.offset)).map(|grid| (source, grid)));
        claims::settle(entries, order, |entry| journal.read(entry.place))?;
    }
    Ok(grids)
}

/// Brings the record of a file up to what is known now: it ends where another photo begins, its
/// digests are those of what is left, and what could not be read of it is listed.
fn complete(
    ledger: &mut Ledger,
    index: usize,
    sources: &[Option<Box<dyn Source>>],
    holes: &mut [Vec<Span>],
    options: &Options,
) -> Result<(), Error> {
    let old = ledger.entries[index];
    let Some(source) = sources.get(old.source as usize).and_then(Option::as_ref) else {
        return Ok(());
    };
    let kept = match old.fate {
        Fate::Cut(kept) => Some(kept),
        _ => None,
    };
    let holes = &mut holes[old.source as usize];
    if kept.is_none() && old.hash.is_some() && holes_in(holes, &old).is_empty() {
        return Ok(());
    }
    let mut record: Record = ledger.journal.read(old.place)?;
    if let Some(kept) = kept {
        shorten(&mut record, kept);
    }
    let hash = match old.hash.filter(|_| kept.is_none()) {
        Some(hash) => hash,
        None => {
            let (runs, fill) = record.content();
            let content = Content { runs: &runs, fill: &fill };
            let digests = content.digests(source.as_ref(), &options.hashes);
            let hash = digests.blake3;
            record.set_digests(digests);
            *holes = source.unreadable();
            hash
        }
    };
    note_unreadable(holes_in(holes, &old), &mut record.file);
    let place = ledger.journal.append(&record);
    ledger.journal.spill()?;
    let fresh = entry(&record, Some(hash), usize::from(old.format), old.parent, place);
    let (fate, live, chosen) = (old.fate, old.live, old.chosen);
    ledger.entries[index] = Entry { fate, live, chosen, ..fresh };
    Ok(())
}

/// Those of `holes`, which are in order, that may lie in a file: between its first and its last byte
/// if it lies in one piece, all of them if not.
fn holes_in<'h>(holes: &'h [Span], entry: &Entry) -> &'h [Span] {
    if entry.pieces {
        return holes;
    }
    let end = entry.offset.saturating_add(entry.len);
    let first = holes.partition_point(|hole| hole.end() <= entry.offset);
    let last = holes.partition_point(|hole| hole.at < end);
    &holes[first..last.max(first)]
}

/// Lists what of a file the source could not deliver; such a file is at most damaged.
fn note_unreadable(holes: &[Span], file: &mut report::File) {
    let mut base = 0;
    for run in &file.runs {
        let Some(start) = run.offset else { continue };
        let end = start + run.length;
        let first = holes.partition_point(|hole| hole.end() <= start);
        for hole in holes[first..].iter().take_while(|hole| hole.at < end) {
            let from = hole.at.max(start);
            let what = format!("{} bytes could not be read", hole.end().min(end) - from);
            file.grade = file.grade.min(Grade::Damaged);
            if file.issues.len() < MOST_ISSUES {
                file.issues.push(Issue { offset: base + from - start, what });
            }
        }
        base += run.length;
    }
}

/// What is left of a file whose first `kept` bytes alone are its own.
fn shorten(record: &mut Record, kept: u64) {
    let (runs, _) = record.content();
    let file = &mut record.file;
    file.runs = crate::carve::wire_runs(&runs.slice(0, kept), &[]);
    file.size = kept;
    file.kept = Some(kept);
    file.share = None;
    file.grade = Grade::Partial;
    file.end = End::Minimum;
    file.proof = format!("{}, up to where another file begins", file.proof);
    file.unchecked.retain_mut(|range| {
        range.length = range.length.min(kept.saturating_sub(range.offset));
        range.length > 0
    });
    record.roles.truncate(file.unchecked.len());
    file.issues.retain(|issue| issue.offset < kept);
    file.issues.push(Issue { offset: kept, what: "another file begins here".to_owned() });
}

/// Which files are copies of which. The first in the order that would be written stands for all
/// with the same bytes, or the first of all where none would be, as `is_late` says by position.
fn copies(entries: &[Entry], order: &[u32], is_late: impl Fn(usize) -> bool) -> Vec<u32> {
    let hash = |position: u32| entries[order[position as usize] as usize].hash;
    let key = |position: &u32| {
        let hash = hash(*position).map(|hash| *hash.as_bytes());
        (hash, is_late(*position as usize), *position)
    };
    let mut by_hash: Vec<u32> = (0..order.len() as u32).collect();
    by_hash.sort_unstable_by_key(key);
    let mut copy_of = vec![NONE; order.len()];
    for same in by_hash.chunk_by(|&a, &b| hash(a).is_some() && hash(a) == hash(b)) {
        for &copy in &same[1..] {
            copy_of[copy as usize] = same[0];
        }
    }
    copy_of
}

/// Takes the ledger out of its lock; a worker that panicked left it whole.
pub fn unlock(ledger: std::sync::Mutex<Ledger>) -> Ledger {
    ledger.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(runs: &[(u64, u64)]) -> report::File {
        let run = |&(at, len): &(u64, u64)| serde_json::json!({ "offset": at, "length": len, "origin": "source" });
        let runs: Vec<_> = runs.iter().map(run).collect();
        serde_json::from_value(serde_json::json!({
            "id": 1, "source": 0, "origin": "carved", "status": "unknown", "format": "tiff",
            "mime": "image/tiff", "size": 0, "end": "exact", "grade": "structural",
            "proof": "structure", "runs": runs, "blake3": ""
        }))
        .unwrap()
    }

    #[track_caller]
    fn check(runs: &[(u64, u64)], holes: &[(u64, u64)], expected: &[(u64, &str)]) {
        let holes: Vec<Span> = holes.iter().map(|&(at, len)| Span { at, len }).collect();
        let mut file = file(runs);
        note_unreadable(&holes, &mut file);
        let issues: Vec<_> =
            file.issues.iter().map(|issue| (issue.offset, issue.what.as_str())).collect();
        assert_eq!(issues, expected);
        let grade = if expected.is_empty() { Grade::Structural } else { Grade::Damaged };
        assert_eq!(file.grade, grade);
    }

    #[test]
    fn what_could_not_be_read_is_listed_by_its_place_in_the_file() {
        check(&[(100, 50)], &[], &[]);
        check(&[(100, 50)], &[(0, 100), (150, 9)], &[]);
        check(&[(100, 50)], &[(90, 20)], &[(0, "10 bytes could not be read")]);
        check(&[(100, 50)], &[(0, 1000)], &[(0, "50 bytes could not be read")]);
        check(&[(100, 50), (10, 20)], &[(20, 5)], &[(60, "5 bytes could not be read")]);
    }
}

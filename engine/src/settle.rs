//! From all that was found to what the report lists: claims, filters, order, copies.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use afterimage_signatures::formats;

use crate::claims;
use crate::content::Content;
use crate::error::Error;
use crate::hash::{Algorithm, hex};
use crate::index::{Entry, Fate, NONE};
use crate::options::Options;
use crate::pipeline::{Ledger, entry};
use crate::record::Record;
use crate::report::{Grade, Issue};
use crate::source::Source;

/// What the report lists.
#[derive(Debug)]
pub struct Settled {
    /// Positions in the index, in the order of the report: by source, offset and format. The
    /// number of a file is its position here, counted from 1.
    pub order: Vec<u32>,
    /// For each of `order`: the position in `order` of the file that stands for its bytes, or
    /// [`NONE`].
    pub copy_of: Vec<u32>,
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
    claim(ledger, &order)?;
    cut(ledger, sources, &options.hashes)?;
    let entries = &ledger.entries;
    let mut filtered = 0;
    let mut listed = vec![false; entries.len()];
    // Parents stand before their children in the index, in the order of `entries`.
    for (index, entry) in entries.iter().enumerate() {
        let kept = entry.len >= options.min_size && entry.pixels >= options.min_pixels;
        listed[index] = match entry.fate {
            Fate::Top | Fate::Cut(_) => {
                let asked = wanted[usize::from(entry.format)];
                filtered += u64::from(asked && !kept);
                asked && kept
            }
            Fate::Inside(_) | Fate::Covered | Fate::Open => false,
        };
    }
    for index in 0..entries.len() {
        listed[index] |= has_listed_ancestor(entries, &listed, index);
    }
    order.retain(|index| listed[*index as usize]);
    let mut position = vec![NONE; entries.len()];
    for (at, index) in order.iter().enumerate() {
        position[*index as usize] = at as u32;
    }
    let copy_of = copies(entries, &order);
    Ok(Settled { order, copy_of, position, filtered })
}

/// Positions of the entries by source, offset and format; files before the children that begin
/// where they do.
fn sorted(entries: &[Entry]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..entries.len() as u32).collect();
    order.sort_unstable_by_key(|index| {
        let entry = &entries[*index as usize];
        (entry.source, entry.offset, entry.parent != NONE, entry.format, entry.len)
    });
    order
}

fn claim(ledger: &mut Ledger, order: &[u32]) -> Result<(), Error> {
    let Ledger { journal, entries } = ledger;
    let starts: BTreeSet<u32> = entries.iter().map(|entry| entry.source).collect();
    for source in starts {
        let first = order.partition_point(|index| entries[*index as usize].source < source);
        let last = order.partition_point(|index| entries[*index as usize].source <= source);
        claims::settle(entries, &order[first..last], |entry| journal.read(entry.place))?;
    }
    Ok(())
}

/// Whether some file that the entry lies in is listed; such a file lists all that is in it.
fn has_listed_ancestor(entries: &[Entry], listed: &[bool], index: usize) -> bool {
    let mut at = index;
    // Each step goes to a file that holds the one before, so this ends.
    for _ in 0..16 {
        match entries[at].fate {
            Fate::Inside(parent) => at = parent as usize,
            _ => return at != index && listed[at],
        }
    }
    false
}

/// Files that end where another photo begins become partial, with the digests of what is left.
fn cut(
    ledger: &mut Ledger,
    sources: &[Option<Box<dyn Source>>],
    algorithms: &[Algorithm],
) -> Result<(), Error> {
    for index in 0..ledger.entries.len() {
        let old = ledger.entries[index];
        let Fate::Cut(kept) = old.fate else { continue };
        let Some(source) = sources.get(old.source as usize).and_then(Option::as_ref) else {
            continue;
        };
        let mut record: Record = ledger.journal.read(old.place)?;
        shorten(&mut record, kept);
        let (runs, _) = record.content();
        let digests = Content { runs: &runs, fill: &[] }.digests(source.as_ref(), algorithms);
        record.file.blake3 = hex(digests.blake3.as_bytes());
        record.file.sha256 = digests.sha256;
        record.file.sha1 = digests.sha1;
        record.file.md5 = digests.md5;
        let place = ledger.journal.append(&record);
        let format = usize::from(old.format);
        let fresh = entry(&record, digests.blake3, format, old.parent, place);
        ledger.entries[index] = Entry { fate: old.fate, ..fresh };
    }
    Ok(())
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
    file.unchecked.retain_mut(|range| {
        range.length = range.length.min(kept.saturating_sub(range.offset));
        range.length > 0
    });
    record.roles.truncate(file.unchecked.len());
    file.issues.retain(|issue| issue.offset < kept);
    file.issues.push(Issue { offset: kept, what: "another photo begins here".to_owned() });
}

/// Which files are copies of which: equal bytes, the first in the order stands for all. Files of
/// their own and pictures inside others are held apart, since not all of the latter are written.
fn copies(entries: &[Entry], order: &[u32]) -> Vec<u32> {
    let at = |position: u32| &entries[order[position as usize] as usize];
    let inner = |position: u32| matches!(at(position).fate, Fate::Inside(_));
    let mut by_hash: Vec<u32> = (0..order.len() as u32).collect();
    by_hash.sort_unstable_by_key(|&p| (inner(p), *at(p).hash.as_bytes(), p));
    let mut copy_of = vec![NONE; order.len()];
    for same in by_hash.chunk_by(|&a, &b| inner(a) == inner(b) && at(a).hash == at(b).hash) {
        for &copy in &same[1..] {
            copy_of[copy as usize] = same[0];
        }
    }
    copy_of
}

/// For each format of the registry, whether `names` asks for it; no names ask for all.
pub fn wanted(names: &[&str]) -> Vec<bool> {
    let asked = |name| names.is_empty() || names.contains(&name);
    formats::ALL.iter().map(|format| asked(format.signature().name)).collect()
}

/// Takes the ledger out of its lock; a worker that panicked left it whole.
pub fn unlock(ledger: std::sync::Mutex<Ledger>) -> Ledger {
    ledger.into_inner().unwrap_or_else(PoisonError::into_inner)
}

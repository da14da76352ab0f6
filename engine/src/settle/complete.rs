//! Records brought up to what is known when all claims are settled.

use std::borrow::Cow;

use afterimage_signatures::verdict::{Issue, MOST_ISSUES, Span};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::carve::{UNREADABLE, note_change};
use crate::claims::Standing;
use crate::control::error::Error;
use crate::ledger::{Fate, IndexEntry, Keeper, Ledger, ScanTally};
use crate::model::{End, Grade, Record, SpanSet};
use crate::pipeline::SECTOR;
use crate::source::Source;

/// Files whose digests are computed before their records are brought up to them: so many records are in memory.
const BATCH: usize = 64;

/// Brings the records of all files that belong somewhere up to what is known now: a file ends where another
/// photo begins, its digests are those of what is left, and what could not be read of it is listed.
/// `sources` are those that could be opened, by position on the command line; mapped ones are read side by side in `pool`.
///
/// # Errors
///
/// When a record cannot be read back, or the disk is full or fails.
pub fn complete(
    ledger: &mut Ledger,
    standings: &[Standing],
    sources: &[Option<&dyn Source>],
    keeper: &Keeper<'_>,
    pool: &ThreadPool,
) -> Result<(), Error> {
    // Asked once, and again only when reading may have found more.
    let mut unreadable: Vec<SpanSet> = ledger.tallies.iter().map(ScanTally::unreadable).collect();
    for (of, source) in unreadable.iter_mut().zip(sources) {
        *of = of
            .iter()
            .chain(source.map(|source| source.unreadable()).into_iter().flatten())
            .collect();
    }
    let is_somewhere = |index: &usize| standings[*index] != Standing::Nowhere;
    let due: Vec<usize> = (0..standings.len()).filter(is_somewhere).collect();
    for batch in due.chunks(BATCH) {
        let records = digested_records(ledger, batch, sources, keeper, pool)?;
        for (&index, record) in batch.iter().zip(records) {
            let entry = ledger.entries[index];
            let unreadable = &mut unreadable[entry.source as usize];
            match source_of(sources, &entry) {
                Some(source) => complete_one(ledger, index, record, source, unreadable)?,
                None => shorten_one(ledger, index)?,
            }
        }
    }
    for (source, unreadable) in (0..).zip(&unreadable).filter(|(_, ranges)| !ranges.is_empty()) {
        for index in remnants(ledger, standings, source, unreadable) {
            let mut record = ledger.record(&ledger.entries[index])?;
            if record.is_listed_whole() {
                continue;
            }
            record.grade = record.grade.min(Grade::Damaged);
            record.issues.insert(0, Issue::new(0, REMNANT));
            record.issues.truncate(MOST_ISSUES);
            ledger.update(index, &record)?;
        }
    }
    Ok(())
}

/// How far after something unreadable a picture may begin that is part of what began there, in bytes.
const MOST_BEFORE: u64 = 1 << 20;

/// What is said of such a picture.
const REMNANT: &str = "what lies before it could not be read: it may be a part of another picture, \
                       such as its preview";

/// Positions of pictures that begin no sector, after something unreadable that no file holds which begins
/// before it: where a header is lost, what is found is what lay in its file.
fn remnants(
    ledger: &Ledger,
    standings: &[Standing],
    source: u32,
    unreadable: &SpanSet,
) -> Vec<usize> {
    let own = ledger
        .entries
        .iter()
        .zip(standings)
        .enumerate()
        .filter(|(_, (entry, standing))| **standing == Standing::Own && entry.source == source);
    let own: Vec<(usize, IndexEntry)> = own.map(|(index, (entry, _))| (index, *entry)).collect();
    // Where files begin sectors, and where those end.
    let begins = own.iter().filter(|(_, entry)| entry.offset.is_multiple_of(SECTOR));
    let mut begun: Vec<(u64, u64)> = begins
        .map(|(_, entry)| match entry.grade {
            // Of a beginning nobody knows where it ends.
            Grade::Partial => (entry.offset, entry.offset),
            _ => (entry.offset, entry.end_offset()),
        })
        .collect();
    begun.sort_unstable();
    let is_remnant = |entry: &IndexEntry| {
        let at = entry.offset;
        let near = Span::between(at.saturating_sub(MOST_BEFORE), at);
        let Some(lost) = unreadable.meeting(near).last().copied() else { return false };
        let before = begun.partition_point(|&(begin, _)| begin < at);
        // The last file before it ended before what is unreadable, or there is none.
        let is_apart = before.checked_sub(1).is_none_or(|last| begun[last].1 <= lost.at);
        !at.is_multiple_of(SECTOR) && !entry.pieces && !entry.packed && is_apart
    };
    own.iter().filter(|(_, entry)| is_remnant(entry)).map(|(index, _)| *index).collect()
}

/// Ends a file where another photo begins, without its source: what its digests are then is not known.
fn shorten_one(ledger: &mut Ledger, index: usize) -> Result<(), Error> {
    let entry = ledger.entries[index];
    let Some(kept) = kept(&entry) else { return Ok(()) };
    let mut record = ledger.record(&entry)?;
    shorten(&mut record, kept);
    record.digests = None;
    ledger.update(index, &record)
}

/// The source of a file, if it could be opened.
fn source_of<'s>(sources: &[Option<&'s dyn Source>], entry: &IndexEntry) -> Option<&'s dyn Source> {
    sources.get(entry.source as usize).copied().flatten()
}

/// The length that a file is cut to, if it is.
fn kept(entry: &IndexEntry) -> Option<u64> {
    match entry.fate {
        Fate::Cut(kept) => Some(kept),
        _ => None,
    }
}

/// Whether the digests of a file are to be computed.
fn is_undigested(entry: &IndexEntry) -> bool {
    kept(entry).is_some() || entry.hash.is_none()
}

/// The records of some files, each as [`digested`] gives it: side by side where all that is to be read is mapped, for a device
/// would have to move from one to the other.
fn digested_records(
    ledger: &Ledger,
    files: &[usize],
    sources: &[Option<&dyn Source>],
    keeper: &Keeper<'_>,
    pool: &ThreadPool,
) -> Result<Vec<Option<Record>>, Error> {
    let is_mapped = |index: &usize| {
        let entry = &ledger.entries[*index];
        let has_map = |source: &dyn Source| {
            let len = usize::try_from(entry.len);
            len.is_ok_and(|len| source.mapped(entry.offset, len).is_some())
        };
        !is_undigested(entry) || source_of(sources, entry).is_none_or(has_map)
    };
    let one = |&index: &usize| digested(ledger, index, sources, keeper);
    match files.iter().all(is_mapped) {
        true => pool.install(|| files.par_iter().map(one).collect()),
        false => files.iter().map(one).collect(),
    }
}

/// The record of a file whose digests are not known, or not of what is left of it, with those; nothing where they are or
/// its source could not be opened.
fn digested(
    ledger: &Ledger,
    index: usize,
    sources: &[Option<&dyn Source>],
    keeper: &Keeper<'_>,
) -> Result<Option<Record>, Error> {
    let entry = ledger.entries[index];
    let source = source_of(sources, &entry);
    let Some(source) = source.filter(|_| is_undigested(&entry)) else { return Ok(None) };
    let mut record = ledger.record(&entry)?;
    let kept = kept(&entry);
    if let Some(kept) = kept {
        shorten(&mut record, kept);
    }
    match ledger.tested.get(&index).copied().filter(|_| kept.is_none()) {
        Some(tested) => {
            if !keeper.digest_longer(source, &mut record, tested) {
                note_change(&mut record, 0);
            }
        }
        None => keeper.digest(source, &mut record),
    }
    Ok(Some(record))
}

fn complete_one(
    ledger: &mut Ledger,
    index: usize,
    record: Option<Record>,
    source: &dyn Source,
    unreadable: &mut SpanSet,
) -> Result<(), Error> {
    let entry = ledger.entries[index];
    let mut record = match record {
        Some(record) => {
            note_read(source, &entry, &record, unreadable);
            record
        }
        None if in_file(unreadable, &entry).is_empty() => return Ok(()),
        None => ledger.record(&entry)?,
    };
    if !record.is_listed_whole() {
        note_unreadable(unreadable, &mut record);
    }
    let Record { facts, listed, .. } = &mut record;
    if let Some(listed) = listed {
        facts.note_listed(listed);
    }
    ledger.update(index, &record)
}

/// Adds what reading a file has shown to be unreadable.
fn note_read(source: &dyn Source, entry: &IndexEntry, record: &Record, unreadable: &mut SpanSet) {
    let runs = record.runs.as_slice();
    let mut at = runs.iter().map(|run| run.at).min().unwrap_or(entry.offset).min(entry.offset);
    let end = runs.iter().map(|run| run.end()).max().unwrap_or(entry.offset);
    let mut new = Vec::new();
    while let Some(range) = source.unreadable_in(Span::between(at, end)) {
        at = range.end();
        new.extend((!unreadable.holds(range)).then_some(range));
    }
    unreadable.extend(new);
}

/// Those of the `unreadable` ranges that may lie in a file: between its first and its last byte if it lies in
/// one piece, all of them if not.
fn in_file<'u>(unreadable: &'u SpanSet, entry: &IndexEntry) -> &'u [Span] {
    if entry.pieces {
        return unreadable.as_slice();
    }
    unreadable.meeting(Span { at: entry.offset, len: entry.len })
}

/// Lists what of a file the source could not deliver; such a file is at most damaged.
fn note_unreadable(unreadable: &SpanSet, record: &mut Record) {
    if record.inflated.is_some() {
        return note_packed(unreadable, record);
    }
    let mut base = 0;
    for run in record.runs.as_slice() {
        for range in unreadable.meeting(*run) {
            let from = range.at.max(run.at);
            let what = format!("{} bytes could not be read", range.end().min(run.end()) - from);
            record.grade = record.grade.min(Grade::Damaged);
            if record.issues.len() < MOST_ISSUES {
                record.issues.push(Issue::new(base + from - run.at, what));
            }
        }
        base += run.len;
    }
}

/// Says so where something could not be read that a file is inflated from.
fn note_packed(unreadable: &SpanSet, record: &mut Record) {
    if record.runs.as_slice().iter().any(|run| unreadable.meets(*run)) {
        record.grade = record.grade.min(Grade::Damaged);
        let is_told = record.issues.iter().any(|issue| issue.what == UNREADABLE);
        if !is_told && record.issues.len() < MOST_ISSUES {
            record.issues.push(Issue::new(0, UNREADABLE));
        }
    }
}

/// What is left of a file whose first `kept` bytes alone are its own.
fn shorten(record: &mut Record, kept: u64) {
    record.runs = record.runs.slice(0, kept);
    record.fill.clear();
    record.listed = None;
    record.known = None;
    record.kept = Some(kept);
    record.share = None;
    record.grade = Grade::Partial;
    record.end = End::Minimum;
    record.proof = Cow::Owned(format!("{}, up to where another file begins", record.proof));
    record.unchecked.retain_mut(|part| {
        part.span.len = part.span.len.min(kept.saturating_sub(part.span.at));
        part.span.len > 0
    });
    record.issues.retain(|issue| issue.at < kept);
    record.issues.push(Issue::new(kept, "another file begins here"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;
    use afterimage_signatures::Runs;
    use afterimage_signatures::verdict::{Role, Unchecked};

    #[track_caller]
    fn check(runs: &[(u64, u64)], unreadable: &[(u64, u64)], expected: &[(u64, &str)]) {
        let unreadable: SpanSet = unreadable.iter().map(|&(at, len)| Span { at, len }).collect();
        let runs = runs.iter().map(|&(at, len)| Span { at, len }).collect();
        let mut file = Record { runs: Runs::new(runs), ..record(0, 0) };
        note_unreadable(&unreadable, &mut file);
        let issues: Vec<_> = file.issues.iter().map(|issue| (issue.at, &*issue.what)).collect();
        assert_eq!(issues, expected);
        let grade = if expected.is_empty() { Grade::Structural } else { Grade::Damaged };
        assert_eq!(file.grade, grade);
    }

    #[test]
    fn what_could_not_be_read_is_listed_by_its_offset_in_the_file() {
        check(&[(100, 50)], &[], &[]);
        check(&[(100, 50)], &[(0, 100), (150, 9)], &[]);
        check(&[(100, 50)], &[(90, 20)], &[(0, "10 bytes could not be read")]);
        check(&[(100, 50)], &[(0, 1000)], &[(0, "50 bytes could not be read")]);
        check(&[(100, 50), (10, 20)], &[(20, 5)], &[(60, "5 bytes could not be read")]);
    }

    #[test]
    fn a_file_that_is_cut_off_keeps_what_is_its_own() {
        let part = |at, len| Unchecked { span: Span { at, len }, role: Role::Metadata };
        let mut file = record(1000, 100);
        file.unchecked = vec![part(0, 10), part(30, 30), part(60, 40)];
        file.issues = vec![Issue::new(5, "early"), Issue::new(70, "late")];
        file.fill = vec![1, 2];
        shorten(&mut file, 40);
        assert_eq!((file.size(), file.kept, file.grade), (40, Some(40), Grade::Partial));
        assert_eq!(file.unchecked, [part(0, 10), part(30, 10)]);
        let issues: Vec<_> = file.issues.iter().map(|issue| issue.at).collect();
        assert_eq!(issues, [5, 40]);
    }
}

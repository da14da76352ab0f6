//! Which bytes belong to which file.
//!
//! Candidates were measured one by one, each as if it were alone. Here they meet, in order of
//! offset. A picture that another file's structure points at, or that lies in its metadata, is
//! part of that file. Bytes that a check covers belong to nobody else. A photo in picture data
//! that no check covers is a photo of its own: the supposed parent ended before it.

use crate::error::Error;
use crate::ledger::index::{Entry, Fate, NONE, Shown};
use crate::model::record::{Record, WireRole};
use crate::output::report::Grade;
use crate::pipeline::budget::SECTOR;

/// A file that may reach over those that begin behind it.
struct Open {
    /// Position in the index.
    entry: usize,
    offset: u64,
    /// The first byte after it.
    end: u64,
    record: Option<Record>,
    /// Positions of the pictures found in it that its structure does not point at.
    inner: Vec<usize>,
}

/// Files inside files inside files are followed so deep; what lies deeper is theirs.
const MOST_OPEN: usize = 8;

/// So many pictures in one file's metadata are listed; the rest are its own affair.
const MOST_INNER: usize = 64;

/// Settles the fate of every entry. `order` holds the positions of the entries of one source, by
/// offset; `read` gives the record of one.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn settle(
    entries: &mut [Entry],
    order: &[u32],
    read: impl Fn(&Entry) -> Result<Record, Error>,
) -> Result<(), Error> {
    let mut open: Vec<Open> = Vec::new();
    for &index in order {
        let index = index as usize;
        let entry = entries[index];
        if entry.parent != NONE {
            continue; // A child shares the fate of its parent; see `alive`.
        }
        open.retain(|file| entry.offset < file.end);
        let meeting = meet_all(entries, &mut open, &entry, &read)?;
        entries[index].fate = match meeting {
            Meeting::Covered => Fate::Covered,
            Meeting::Inside(parent) => {
                let holder = open.iter_mut().find(|file| file.entry == parent);
                holder.into_iter().for_each(|holder| holder.inner.push(index));
                Fate::Inside(parent as u32)
            }
            Meeting::Intruder => {
                for file in open.drain(..) {
                    cut(entries, &file, entry.offset);
                }
                Fate::Top
            }
        };
        if entries[index].fate != Fate::Covered {
            open.push(Open {
                entry: index,
                offset: entry.offset,
                end: entry.offset.saturating_add(entry.len),
                record: None,
                inner: Vec::new(),
            });
        }
    }
    Ok(())
}

/// Ends a file before `offset`, where another photo begins. What was taken for a picture in its
/// metadata is another photo too if it begins a sector: the file ends before the first of them.
fn cut(entries: &mut [Entry], file: &Open, offset: u64) {
    if entries[file.entry].fate != Fate::Top {
        return; // It ends with the file that holds it.
    }
    let is_apart = |index: &&usize| entries[**index].offset.is_multiple_of(SECTOR);
    let apart: Vec<usize> = file.inner.iter().filter(is_apart).copied().collect();
    let first = apart.iter().map(|&index| entries[index].offset).min();
    for index in apart {
        entries[index].fate = Fate::Top;
    }
    entries[file.entry].cut(first.unwrap_or(offset));
}

/// What becomes of a candidate that begins inside earlier files.
enum Meeting {
    /// Its bytes are another file's, or listed as a child already.
    Covered,
    /// It is a picture in the metadata of the file at that position of the index.
    Inside(usize),
    /// It is a photo of its own, and earlier files ended before it.
    Intruder,
}

/// Asks the innermost file first; an intruder must be one to all of them.
fn meet_all(
    entries: &[Entry],
    open: &mut [Open],
    entry: &Entry,
    read: &impl Fn(&Entry) -> Result<Record, Error>,
) -> Result<Meeting, Error> {
    if open.len() >= MOST_OPEN {
        return Ok(Meeting::Covered);
    }
    for parent in open.iter_mut().rev() {
        match meet(entries, parent, entry, read)? {
            Meeting::Intruder => {}
            settled => return Ok(settled),
        }
    }
    Ok(Meeting::Intruder)
}

fn meet(
    entries: &[Entry],
    parent: &mut Open,
    entry: &Entry,
    read: &impl Fn(&Entry) -> Result<Record, Error>,
) -> Result<Meeting, Error> {
    if has_child_at(entries, parent.entry, entry.offset) {
        return Ok(Meeting::Covered);
    }
    let record = match parent.record.take() {
        Some(record) => record,
        None => read(&entries[parent.entry])?,
    };
    let role = record.role_at(entry.offset - parent.offset);
    let grade = record.file.grade;
    parent.record = Some(record);
    let is_decoded = |entry: &Entry| entry.shown == Shown::Decoded;
    let tells_more = is_decoded(entry) && !is_decoded(&entries[parent.entry]);
    let inside = entry.offset.saturating_add(entry.len) <= parent.end;
    Ok(match role {
        None | Some(WireRole::Part) => Meeting::Covered,
        Some(WireRole::Payload) => Meeting::Intruder,
        Some(WireRole::Metadata | WireRole::Trailer) if inside => match parent.inner.len() {
            ..MOST_INNER => Meeting::Inside(parent.entry),
            _ => Meeting::Covered,
        },
        // It begins in one file and ends behind it: one of the two is wrong, and not the one whose
        // data decodes.
        Some(_) if entry.grade > grade || tells_more => Meeting::Intruder,
        Some(_) => Meeting::Covered,
    })
}

/// Whether a child of `parent` begins at `offset`. Children stand directly behind their parent in
/// the index, whatever order the parents came in.
fn has_child_at(entries: &[Entry], parent: usize, offset: u64) -> bool {
    entries[parent + 1..]
        .iter()
        .take_while(|entry| entry.parent != NONE)
        .any(|child| child.offset == offset)
}

/// Settles what becomes of carved files whose bytes lie in the files at the positions `added`, which
/// file systems told of and which are proven.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn take(
    entries: &mut [Entry],
    added: &[u32],
    read: impl Fn(&Entry) -> Result<Record, Error>,
) -> Result<(), Error> {
    let is_added = |index: &u32| added.binary_search(index).is_ok();
    let mut carved: Vec<(u32, u64, usize)> = (0..entries.len() as u32)
        .filter(|index| entries[*index as usize].parent == NONE && !is_added(index))
        .map(|index| (index as usize, &entries[index as usize]))
        .map(|(index, entry)| (entry.source, entry.offset, index))
        .collect();
    carved.sort_unstable();
    for &file in added {
        let holder = entries[file as usize];
        let record = read(&holder)?;
        let mut base = 0;
        for run in &record.file.runs {
            let Some(start) = run.offset else { continue };
            let (source, end) = (holder.source, start + run.length);
            let first = carved.partition_point(|&(of, at, _)| (of, at) < (source, start));
            cut_before(entries, &carved[..first], source, start);
            let inside =
                carved[first..].iter().take_while(|(of, at, _)| (*of, *at) < (source, end));
            for &(_, offset, index) in inside {
                let at = base + (offset - start);
                let role = record.role_at(at).filter(|_| at > 0);
                let is_known = has_child_at(entries, file as usize, offset);
                let fits = offset.saturating_add(entries[index].len) <= end;
                entries[index].fate = match role {
                    Some(role) if role != WireRole::Part && !is_known && fits => Fate::Inside(file),
                    _ => Fate::Covered,
                };
            }
            base += run.length;
        }
    }
    Ok(())
}

/// Ends a carved file that begins before `start` of a source and reaches over it, where a file begins or
/// goes on that is proven to lie there.
fn cut_before(entries: &mut [Entry], carved: &[(u32, u64, usize)], source: u32, start: u64) {
    let before = carved.iter().rev().take_while(|(of, _, _)| *of == source);
    let mut tops = before.take(MOST_OPEN).filter(|(_, _, index)| entries[*index].fate == Fate::Top);
    if let Some(&(_, at, index)) = tops.next()
        && entries[index].grade < Grade::Verified
        && at.saturating_add(entries[index].len) > start
    {
        entries[index].cut(start);
    }
}

/// What is left of the chain of files that the entry at `index` lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file of its own.
    Own,
    /// A picture inside the file at that position, which holds it whole.
    In(u32),
    /// Nothing: its bytes are another file's, or the file that held it ended before.
    Nowhere,
}

/// Where the entry at `index` belongs, now that all fates are settled.
pub fn place(entries: &[Entry], index: usize) -> Place {
    let (mut at, mut first) = (index, None);
    // Each step goes to a file that began before, or stands before in the index.
    for _ in 0..2 * MOST_OPEN {
        let entry = &entries[at];
        let parent = match (entry.parent, entry.fate) {
            (NONE, Fate::Top | Fate::Cut(_)) => return first.map_or(Place::Own, Place::In),
            (NONE, Fate::Inside(parent)) => parent,
            (NONE, _) => return Place::Nowhere,
            (parent, _) => parent,
        };
        let holder = &entries[parent as usize];
        let reach = match holder.fate {
            Fate::Cut(kept) => kept,
            _ => holder.len,
        };
        let end = entry.offset.saturating_add(entry.len);
        if !holder.pieces && end > holder.offset.saturating_add(reach) {
            return Place::Nowhere;
        }
        first.get_or_insert(parent);
        at = parent as usize;
    }
    Place::Nowhere
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::journal::Place as Line;
    use crate::output::report::{End, File};
    use serde_json::json;

    /// A file at `offset` whose first half is metadata and the rest picture data, all unchecked.
    fn record(offset: u64, len: u64) -> Record {
        let run = json!({ "offset": offset, "length": len, "origin": "source" });
        let half = |at| json!({ "offset": at, "length": len / 2 });
        let file: File = serde_json::from_value(json!({
            "id": 0, "source": 0, "origin": "carved", "status": "unknown", "format": "tiff",
            "mime": "", "size": len, "end": "exact", "grade": "structural", "proof": "",
            "unchecked": [half(0), half(len / 2)], "runs": [run], "blake3": ""
        }))
        .unwrap();
        let roles = vec![WireRole::Metadata, WireRole::Payload];
        Record { file, extension: String::new(), roles }
    }

    fn entry((offset, len): (u64, u64)) -> Entry {
        Entry {
            hash: None,
            offset,
            len,
            pieces: false,
            live: false,
            chosen: true,
            place: Line::default(),
            pixels: u64::MAX,
            parent: NONE,
            source: 0,
            fill: 0,
            format: 0,
            origin: crate::output::report::Origin::Carved,
            grade: Grade::Structural,
            end: End::Exact,
            shown: Shown::Unknown,
            fate: Fate::Open,
        }
    }

    #[track_caller]
    fn check(files: &[(u64, u64)], expected: &[Fate]) {
        let mut entries: Vec<Entry> = files.iter().copied().map(entry).collect();
        let order: Vec<u32> = (0..entries.len() as u32).collect();
        let read = |entry: &Entry| Ok(record(entry.offset, entry.len));
        settle(&mut entries, &order, read).unwrap();
        let fates: Vec<Fate> = entries.iter().map(|entry| entry.fate).collect();
        assert_eq!(fates, expected);
    }

    #[test]
    fn a_photo_in_picture_data_ends_the_supposed_parent() {
        check(&[(0, 8192), (4608, 100)], &[Fate::Cut(4608), Fate::Top]);
    }

    #[test]
    fn a_picture_in_metadata_is_part_of_a_file_that_holds() {
        check(&[(0, 8192), (1024, 100)], &[Fate::Top, Fate::Inside(0)]);
    }

    #[test]
    fn what_begins_a_sector_of_a_file_that_does_not_hold_is_a_photo_of_its_own() {
        let files = [(0, 8192), (700, 100), (1024, 100), (4608, 100)];
        check(&files, &[Fate::Cut(1024), Fate::Inside(0), Fate::Top, Fate::Top]);
    }
}

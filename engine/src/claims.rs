//! Which bytes belong to which file.
//!
//! Candidates were measured one by one, each as if it were alone. Here they meet, in order of
//! offset. A picture that another file's structure points at, or that lies in its metadata, is
//! part of that file. Bytes that a check covers belong to nobody else. A photo in picture data
//! that no check covers is a photo of its own: the supposed parent ended before it.

use crate::error::Error;
use crate::index::{Entry, Fate, NONE, Shown};
use crate::record::{Record, WireRole};

/// A file that may reach over those that begin behind it.
struct Open {
    /// Position in the index.
    entry: usize,
    offset: u64,
    /// The first byte after it.
    end: u64,
    record: Option<Record>,
    /// Pictures found in it that its structure does not point at.
    inner: usize,
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
            Meeting::Inside(parent) => Fate::Inside(parent as u32),
            Meeting::Intruder => {
                for file in open.drain(..) {
                    entries[file.entry].cut(entry.offset);
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
                inner: 0,
            });
        }
    }
    Ok(())
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
        Some(WireRole::Metadata | WireRole::Trailer) if inside => {
            parent.inner += 1;
            match parent.inner {
                ..=MOST_INNER => Meeting::Inside(parent.entry),
                _ => Meeting::Covered,
            }
        }
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
        if entry.offset.saturating_add(entry.len) > holder.offset.saturating_add(reach) {
            return Place::Nowhere;
        }
        first.get_or_insert(parent);
        at = parent as usize;
    }
    Place::Nowhere
}

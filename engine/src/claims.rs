//! Which bytes belong to which file.
//!
//! Candidates were measured one by one, each as if it were alone. Here they meet, in order of
//! offset. A picture that another file's structure points at, or that lies in its metadata, is
//! part of that file. Bytes that a check covers belong to nobody else. A sound photo in picture
//! data that no check covers is a photo of its own: the supposed parent ended before it.

use crate::error::Error;
use crate::index::{Entry, Fate, NONE};
use crate::record::{Record, WireRole};
use crate::report::{End, Grade};

/// A file that may reach over those that begin behind it.
struct Open {
    /// Position in the index.
    entry: usize,
    offset: u64,
    /// The first byte after it, as far as is known now.
    end: u64,
    record: Option<Record>,
}

/// Settles the fate of every entry. `order` holds the positions of the entries of one source, by
/// offset, files before the children that begin where they do; `read` gives the record of one.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn settle(
    entries: &mut [Entry],
    order: &[u32],
    read: impl Fn(&Entry) -> Result<Record, Error>,
) -> Result<(), Error> {
    let mut open: Option<Open> = None;
    for &index in order {
        let index = index as usize;
        let entry = entries[index];
        if entry.parent != NONE {
            continue; // A child shares the fate of its parent; see `adopt`.
        }
        if let Some(parent) = open.as_mut().filter(|parent| entry.offset < parent.end) {
            let meeting = meet(entries, parent, &entry, &read)?;
            entries[index].fate = match meeting {
                Meeting::Covered => Fate::Covered,
                Meeting::Inside => Fate::Inside(parent.entry as u32),
                Meeting::Intruder => Fate::Top,
            };
            if !matches!(meeting, Meeting::Intruder) {
                continue;
            }
            let kept = entry.offset - parent.offset;
            let last = &mut entries[parent.entry];
            last.fate = Fate::Cut(kept);
        }
        entries[index].fate = Fate::Top;
        open = Some(Open {
            entry: index,
            offset: entry.offset,
            end: entry.offset.saturating_add(entry.len),
            record: None,
        });
    }
    adopt(entries);
    Ok(())
}

/// What becomes of a candidate that begins inside an earlier file.
enum Meeting {
    /// Its bytes are the earlier file's, or listed as its child already.
    Covered,
    /// It is a picture in the earlier file's metadata.
    Inside,
    /// It is a photo of its own, and the earlier file ended before it.
    Intruder,
}

fn meet(
    entries: &[Entry],
    parent: &mut Open,
    entry: &Entry,
    read: &impl Fn(&Entry) -> Result<Record, Error>,
) -> Result<Meeting, Error> {
    if parent.record.is_none() {
        parent.record = Some(read(&entries[parent.entry])?);
    }
    let Some(record) = &parent.record else { return Ok(Meeting::Covered) };
    if has_child_at(entries, parent.entry, entry.offset) {
        return Ok(Meeting::Covered);
    }
    let inside = entry.offset.saturating_add(entry.len) <= parent.end;
    let sound = entry.grade >= Grade::Structural && entry.end == End::Exact;
    Ok(match record.role_at(entry.offset - parent.offset) {
        None => Meeting::Covered,
        Some(WireRole::Payload) if sound => Meeting::Intruder,
        Some(_) if inside => Meeting::Inside,
        // It begins in one file and ends behind it: one of the two is wrong.
        Some(_) if entry.grade > record.file.grade => Meeting::Intruder,
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

/// Gives children the fate of the file they lie in, as far as it still holds them.
fn adopt(entries: &mut [Entry]) {
    for index in 0..entries.len() {
        let child = entries[index];
        if child.parent == NONE {
            continue;
        }
        // A parent stands before its children, so its fate is settled.
        let parent = entries[child.parent as usize];
        let reach = match parent.fate {
            Fate::Cut(kept) => parent.offset.saturating_add(kept),
            Fate::Top | Fate::Inside(_) => parent.offset.saturating_add(parent.len),
            Fate::Covered | Fate::Open => 0,
        };
        let held = child.offset.saturating_add(child.len) <= reach;
        entries[index].fate = if held { Fate::Inside(child.parent) } else { Fate::Covered };
    }
}

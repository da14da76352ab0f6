//! What becomes of carved files that lie across each other.
//!
//! A picture that another file's structure points at, or that lies in its metadata, is part of that file.
//! Bytes that a check covers belong to nobody else. A photo in picture data that no check covers is a photo
//! of its own: the supposed parent ended before it.

use afterimage_signatures::verdict::{Role, Span};

use super::depth::MOST_OPEN;
use crate::control::error::Error;
use crate::ledger::{Fate, IndexEntry, NONE, Shown};
use crate::model::{Grade, Inflated, Record};
use crate::pipeline::SECTOR;

/// A file that may reach over those that begin after it.
struct OpenFile {
    /// Position in the index.
    entry: usize,
    offset: u64,
    /// The first byte after it.
    end: u64,
    record: Option<Record>,
    /// Positions of the pictures found in it that its structure does not point at.
    inner: Vec<usize>,
}

/// So many pictures in one file's metadata are listed; the rest are part of it.
const MOST_INNER: usize = 64;

/// What of a source could not be read.
pub type Unreadable<'u> = &'u dyn Fn(Span) -> bool;

/// Settles the fate of every entry. `order` holds the positions of the entries of one source, by
/// offset; `read` gives the record of one. In a file of which some is `unreadable`, only what begins a sector
/// is a photo of its own: what would tell that a picture is a part of it may be lost.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn resolve(
    entries: &mut [IndexEntry],
    order: &[u32],
    unreadable: Unreadable<'_>,
    read: impl Fn(&IndexEntry) -> Result<Record, Error>,
) -> Result<(), Error> {
    let mut open: Vec<OpenFile> = Vec::new();
    for &index in order {
        let index = index as usize;
        let entry = entries[index];
        if entry.parent != NONE {
            continue; // A child shares the fate of its parent; see `standing`.
        }
        open.retain(|file| entry.offset < file.end);
        let is_beside = |file: &OpenFile| {
            file.offset == entry.offset && {
                let one = &entries[file.entry];
                one.packed && one.fate == Fate::Top
            }
        };
        if entry.packed && open.iter().any(is_beside) {
            // One file of an archive stands for all that are inflated from the same bytes.
            entries[index].fate = Fate::Top;
            continue;
        }
        let meeting = meet_all(entries, &mut open, &entry, unreadable, &read)?;
        entries[index].fate = match meeting {
            Encounter::Covered => Fate::Covered,
            Encounter::Inside(parent) => {
                let holder = open.iter_mut().find(|file| file.entry == parent);
                holder.into_iter().for_each(|holder| holder.inner.push(index));
                Fate::Inside(parent as u32)
            }
            Encounter::Separate => {
                // Others may lie in what is packed as long as nothing proves it.
                for file in
                    open.extract_if(.., |file| !entries[file.entry].packed).collect::<Vec<_>>()
                {
                    cut(entries, &file, entry.offset);
                }
                Fate::Top
            }
        };
        if entries[index].fate != Fate::Covered {
            open.push(OpenFile {
                entry: index,
                offset: entry.offset,
                end: entry.end_offset(),
                record: None,
                inner: Vec::new(),
            });
        }
    }
    Ok(())
}

/// Ends a file before `offset`, where another photo begins. What was taken for a picture in its
/// metadata is another photo too if it begins a sector: the file ends before the first of them.
fn cut(entries: &mut [IndexEntry], file: &OpenFile, offset: u64) {
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
enum Encounter {
    /// Its bytes are another file's, or listed as a child already.
    Covered,
    /// It is a picture in the metadata of the file at that position of the index.
    Inside(usize),
    /// It is a photo of its own, and earlier files ended before it.
    Separate,
}

/// Asks the innermost file first; a photo of its own must be one to all of them.
fn meet_all(
    entries: &[IndexEntry],
    open: &mut [OpenFile],
    entry: &IndexEntry,
    unreadable: Unreadable<'_>,
    read: &impl Fn(&IndexEntry) -> Result<Record, Error>,
) -> Result<Encounter, Error> {
    if open.len() >= MOST_OPEN {
        return Ok(Encounter::Covered);
    }
    for parent in open.iter_mut().rev() {
        match meet(entries, parent, entry, unreadable, read)? {
            Encounter::Separate => {}
            settled => return Ok(settled),
        }
    }
    Ok(Encounter::Separate)
}

fn meet(
    entries: &[IndexEntry],
    parent: &mut OpenFile,
    entry: &IndexEntry,
    unreadable: Unreadable<'_>,
    read: &impl Fn(&IndexEntry) -> Result<Record, Error>,
) -> Result<Encounter, Error> {
    if !entries[parent.entry].packed && has_child_at(entries, parent.entry, entry.offset) {
        return Ok(Encounter::Covered);
    }
    let record = match parent.record.take() {
        Some(record) => record,
        None => read(&entries[parent.entry])?,
    };
    let role = record.role_at(entry.offset - parent.offset);
    let last = entry.end_offset().saturating_sub(1).saturating_sub(parent.offset);
    let ends_in_checked = record.role_at(last).is_none();
    let (grade, inflated) = (record.grade, record.inflated);
    parent.record = Some(record);
    if let Some(Inflated { is_checked, .. }) = inflated {
        // Other files of its archive begin where it does. What lies in packed bytes that hold is one of their blocks.
        let is_beside = entry.packed && entry.offset == parent.offset;
        return Ok(if is_checked && !is_beside { Encounter::Covered } else { Encounter::Separate });
    }
    let is_decoded = |entry: &IndexEntry| entry.shown == Shown::Decoded;
    let tells_more = is_decoded(entry) && !is_decoded(&entries[parent.entry]);
    let is_inside = entry.end_offset() <= parent.end;
    let is_hurt = || {
        let span = Span::between(parent.offset, parent.end);
        grade == Grade::Damaged && !entry.offset.is_multiple_of(SECTOR) && unreadable(span)
    };
    Ok(match role {
        None | Some(Role::Part) => Encounter::Covered,
        Some(Role::Payload) if is_inside && is_hurt() => match parent.inner.len() {
            ..MOST_INNER => Encounter::Inside(parent.entry),
            _ => Encounter::Covered,
        },
        Some(Role::Payload) => Encounter::Separate,
        // A start that metadata holds by chance, before the picture of the file itself.
        Some(_) if is_inside && ends_in_checked => Encounter::Covered,
        Some(Role::Metadata | Role::Trailer) if is_inside => match parent.inner.len() {
            ..MOST_INNER => Encounter::Inside(parent.entry),
            _ => Encounter::Covered,
        },
        // It begins in one file and ends after it: one of the two is wrong, and not the one whose
        // data decodes.
        Some(_) if entry.grade > grade || tells_more => Encounter::Separate,
        Some(_) => Encounter::Covered,
    })
}

/// Whether a child of `parent` begins at `offset`. Children stand directly after their parent in
/// the index, whatever order the parents came in.
pub fn has_child_at(entries: &[IndexEntry], parent: usize, offset: u64) -> bool {
    entries[parent + 1..]
        .iter()
        .take_while(|entry| entry.parent != NONE)
        .any(|child| child.offset == offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LogPosition;
    use crate::model::build::record;
    use afterimage_signatures::verdict::Unchecked;

    /// A file at `offset` whose first half is metadata and the rest picture data, all unchecked.
    fn halves(offset: u64, len: u64) -> Record {
        let half = |at, role| Unchecked { span: Span { at, len: len / 2 }, role };
        let unchecked = vec![half(0, Role::Metadata), half(len / 2, Role::Payload)];
        Record { unchecked, ..record(offset, len) }
    }

    #[track_caller]
    fn check(files: &[(u64, u64)], expected: &[Fate]) {
        check_as(halves, files, expected);
    }

    #[track_caller]
    fn check_as(made: fn(u64, u64) -> Record, files: &[(u64, u64)], expected: &[Fate]) {
        let entry =
            |&(at, len): &(u64, u64)| IndexEntry::of(&made(at, len), NONE, LogPosition::default());
        let mut entries: Vec<IndexEntry> = files.iter().map(entry).collect();
        let order: Vec<u32> = (0..entries.len() as u32).collect();
        let read = |entry: &IndexEntry| Ok(made(entry.offset, entry.len));
        resolve(&mut entries, &order, &|_| false, read).unwrap();
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
    fn what_begins_in_metadata_and_ends_in_the_proven_picture_is_nothing() {
        let proven = |offset, len| {
            let mut record = halves(offset, len);
            record.unchecked.pop();
            record
        };
        check_as(proven, &[(0, 8192), (1024, 7168)], &[Fate::Top, Fate::Covered]);
        check_as(proven, &[(0, 8192), (1024, 100)], &[Fate::Top, Fate::Inside(0)]);
    }

    #[test]
    fn what_begins_a_sector_of_a_file_that_does_not_hold_is_a_photo_of_its_own() {
        let files = [(0, 8192), (700, 100), (1024, 100), (4608, 100)];
        check(&files, &[Fate::Cut(1024), Fate::Inside(0), Fate::Top, Fate::Top]);
    }

    #[test]
    fn what_begins_no_sector_of_a_file_with_read_errors_is_part_of_it() {
        let made = |offset, len| Record { grade: Grade::Damaged, ..halves(offset, len) };
        let check = |at: u64, is_unreadable: bool| {
            let entry = |at, len| IndexEntry::of(&made(at, len), NONE, LogPosition::default());
            let mut entries = vec![entry(0, 8192), entry(at, 100)];
            let read = |entry: &IndexEntry| Ok(made(entry.offset, entry.len));
            resolve(&mut entries, &[0, 1], &|_| is_unreadable, read).unwrap();
            entries[1].fate
        };
        assert_eq!(check(4700, true), Fate::Inside(0));
        assert_eq!(check(4700, false), Fate::Top);
        assert_eq!(check(4608, true), Fate::Top);
    }

    #[test]
    fn what_lies_in_packed_bytes_is_part_of_them_where_a_checksum_holds() {
        let check = |is_checked: bool, files: &[(u64, u64, bool)], expected: &[Fate]| {
            let made = |offset, len, is_packed: bool| {
                let (skip, start) = (30, 0);
                let inflated = Inflated { skip, start, len: 9000, is_checked };
                Record { inflated: is_packed.then_some(inflated), ..halves(offset, len) }
            };
            let record = |&(at, len, is_packed): &(u64, u64, bool)| made(at, len, is_packed);
            let entry = |file| IndexEntry::of(&record(file), NONE, LogPosition::default());
            let mut entries: Vec<IndexEntry> = files.iter().map(entry).collect();
            let order: Vec<u32> = (0..entries.len() as u32).collect();
            let read = |entry: &IndexEntry| Ok(made(entry.offset, entry.len, entry.packed));
            resolve(&mut entries, &order, &|_| false, read).unwrap();
            let fates: Vec<Fate> = entries.iter().map(|entry| entry.fate).collect();
            assert_eq!(fates, expected);
        };
        let files = [(0, 8192, true), (0, 8192, true), (4608, 100, false)];
        check(true, &files, &[Fate::Top, Fate::Top, Fate::Covered]);
        check(false, &files, &[Fate::Top; 3]);
        // In picture data that nothing checks, what is packed is a file of its own.
        let files = [(0, 8192, false), (4608, 100, true)];
        check(true, &files, &[Fate::Cut(4608), Fate::Top]);
    }
}

//! What becomes of carved files whose bytes turn out to be those of files that were restored.

use afterimage_signatures::verdict::Role;

use crate::claims::{MOST_OPEN, has_child_at};
use crate::control::error::Error;
use crate::ledger::{Fate, IndexEntry, NONE};
use crate::model::{Grade, Record};

/// A carved file: its source, where it begins, and its position in the index.
type Carved = (u32, u64, usize);

/// Settles what becomes of carved files whose bytes lie in the files at the positions `added` of the index,
/// in order, which were restored. Where those prove less than a carved file that `is_apart`, a whole one that
/// begins a cluster of its own, both stay.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn displace(
    entries: &mut [IndexEntry],
    added: &[u32],
    is_apart: impl Fn(&IndexEntry) -> bool,
    read: impl Fn(&IndexEntry) -> Result<Record, Error>,
) -> Result<(), Error> {
    let is_added = |index: &u32| added.binary_search(index).is_ok();
    let mut carved: Vec<Carved> = (0..entries.len() as u32)
        .filter(|index| entries[*index as usize].parent == NONE && !is_added(index))
        .map(|index| (index as usize, &entries[index as usize]))
        .map(|(index, entry)| (entry.source, entry.offset, index))
        .collect();
    carved.sort_unstable();
    for &file in added {
        let source = entries[file as usize].source;
        let record = read(&entries[file as usize])?;
        let mut base = 0;
        for run in record.runs.as_slice() {
            let (start, end) = (run.at, run.end());
            let first = carved.partition_point(|&(of, at, _)| (of, at) < (source, start));
            if record.grade >= Grade::Structural {
                cut_before(entries, &carved[..first], source, start);
            }
            let inside =
                carved[first..].iter().take_while(|(of, at, _)| (*of, *at) < (source, end));
            for &(_, offset, index) in inside {
                let at = base + (offset - start);
                let role = if at > 0 { record.role_at(at) } else { None };
                let is_known = has_child_at(entries, file as usize, offset);
                let fits = entries[index].end_offset() <= end;
                let is_part = match role {
                    Some(Role::Metadata | Role::Trailer) => record.grade >= Grade::Structural,
                    _ => record.grade == Grade::Verified,
                };
                let proves_less = match at {
                    // The same file, of which less is proven when its end is a guess.
                    0 => record.grade < Grade::Verified && entries[index].grade == Grade::Verified,
                    _ => !is_known && !is_part,
                };
                if proves_less && is_apart(&entries[index]) {
                    continue;
                }
                entries[index].fate = match role {
                    Some(role) if role != Role::Part && !is_known && fits => Fate::Inside(file),
                    _ => Fate::Covered,
                };
            }
            base += run.len;
        }
    }
    Ok(())
}

/// Ends a carved file that begins before `start` of a source and reaches over it, where a file begins or
/// goes on that is proven to lie there.
fn cut_before(entries: &mut [IndexEntry], carved: &[Carved], source: u32, start: u64) {
    let before = carved.iter().rev().take_while(|(of, _, _)| *of == source);
    let mut tops = before.take(MOST_OPEN).filter(|(_, _, index)| entries[*index].fate == Fate::Top);
    if let Some(&(_, _, index)) = tops.next()
        && entries[index].grade < Grade::Verified
        && entries[index].end_offset() > start
    {
        entries[index].cut(start);
    }
}

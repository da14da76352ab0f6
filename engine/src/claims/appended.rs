//! Trailers that only their footers tell of: the file that ends where one begins goes on to its end.
//!
//! A scan sees the footers on its one way over a source, so that a trailer may be as long as it likes.

use std::collections::{BTreeMap, HashMap};

use afterimage_signatures::Runs;
use afterimage_signatures::trailer::MOST_TRAILERS;
use afterimage_signatures::verdict::{Role, Span, Unchecked};

use crate::control::error::Error;
use crate::ledger::{IndexEntry, Ledger, NONE};
use crate::pipeline::SECTOR;

/// More whole photos than this that begin a sector in what would be a trailer are no pictures of its own:
/// other files lie there now.
const MOST_PICTURES: usize = 2;

/// Trailers that follow one another after a file.
struct Chain {
    /// Where the last of them ends.
    end: u64,
    links: usize,
}

/// Lengthens the files of a source by the `trailers` that begin where they end, which come in order.
///
/// # Errors
///
/// When a record cannot be read back, or the disk is full or fails.
pub fn append(ledger: &mut Ledger, source: u32, trailers: &[Span]) -> Result<(), Error> {
    if trailers.is_empty() {
        return Ok(());
    }
    let (mut ends, begins) = ends(&ledger.entries, source);
    let mut chains: BTreeMap<usize, Chain> = BTreeMap::new();
    for trailer in trailers {
        let Some(&index) = ends.get(&trailer.at) else { continue };
        let chain = chains.entry(index).or_insert(Chain { end: trailer.at, links: 0 });
        if chain.links == MOST_TRAILERS || pictures(&begins, *trailer) > MOST_PICTURES {
            continue;
        }
        // Of several trailers that begin where a file ends, the first counts.
        ends.remove(&trailer.at);
        *chain = Chain { end: trailer.end(), links: chain.links + 1 };
        ends.entry(chain.end).or_insert(index);
    }
    for (index, Chain { end, .. }) in chains.into_iter().filter(|(_, chain)| chain.links > 0) {
        lengthen(ledger, index, end)?;
    }
    Ok(())
}

/// Lengthens a file by what follows it up to byte `end` of its source, unless a list of digests proves that it
/// ends before.
fn lengthen(ledger: &mut Ledger, index: usize, end: u64) -> Result<(), Error> {
    let mut record = ledger.record(&ledger.entries[index])?;
    if record.is_listed_whole() {
        return Ok(());
    }
    let len = record.source_len();
    let whole = Span::between(record.offset(), end);
    let span = Span::between(len, whole.len);
    record.runs = Runs::new(vec![whole]);
    record.unchecked.push(Unchecked { span, role: Role::Trailer });
    if let Some(digests) = record.digests.take() {
        ledger.tested.entry(index).or_insert((len, digests.blake3));
    }
    ledger.update(index, &record)
}

/// The outermost whole file of a source by where it ends, and where whole files begin sectors, in order.
fn ends(entries: &[IndexEntry], source: u32) -> (HashMap<u64, usize>, Vec<u64>) {
    let is_whole = |entry: &IndexEntry| {
        let is_plain = !entry.pieces && !entry.packed;
        entry.source == source && entry.parent == NONE && entry.is_whole() && is_plain
    };
    let (mut ends, mut begins) = (HashMap::<u64, usize>::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| is_whole(entry)) {
        if entry.offset.is_multiple_of(SECTOR) {
            begins.push(entry.offset);
        }
        if entry.fill > 0 {
            continue;
        }
        let known = ends.entry(entry.end_offset()).or_insert(index);
        let rank = |entry: &IndexEntry| (entry.offset, entry.format);
        if rank(entry) < rank(&entries[*known]) {
            *known = index;
        }
    }
    begins.sort_unstable();
    (ends, begins)
}

/// How many of the files that begin at `begins` do so in a trailer.
fn pictures(begins: &[u64], trailer: Span) -> usize {
    let before = |at: u64| begins.partition_point(|&begin| begin < at);
    before(trailer.end()) - before(trailer.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LogPosition;
    use crate::model::Grade;
    use crate::model::build::record;

    #[test]
    fn the_outermost_whole_file_goes_on() {
        let files = [(1000, 500), (1200, 300), (2048, 100), (5000, 10)];
        let mut entries: Vec<_> = files
            .map(|(at, len)| IndexEntry::of(&record(at, len), NONE, LogPosition::default()))
            .to_vec();
        entries[3].grade = Grade::Partial;
        let (ends, begins) = ends(&entries, entries[0].source);
        assert_eq!((ends.get(&1500), ends.get(&2148), ends.get(&5010)), (Some(&0), Some(&2), None));
        assert_eq!(pictures(&begins, Span { at: 1500, len: 1000 }), 1);
        assert_eq!(pictures(&begins, Span { at: 2100, len: 9000 }), 0);
    }
}

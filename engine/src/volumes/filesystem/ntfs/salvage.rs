//! File records that no volume reaches any more, as a quick format leaves them: the new table is
//! short and lies where the old one began.

mod former;
mod reached;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use super::history::IndexHistory;
use super::index::TableIndex;
use super::listing::NtfsListing;
use super::table::RecordTable;
use super::{index_block, record};
use crate::volumes::filesystem::{Contents, Entry, Location, SECTOR};
use crate::volumes::read;
use former::OrphanedRecords;
use reached::LiveRanges;

/// Records that are salvaged of one source.
const MOST_STRAYS: usize = 4 << 20;

/// What the records at `clues` say that the volumes `known` do not reach: one volume that was there
/// before each of them, and one outside.
pub(crate) fn of(bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
    let reached = LiveRanges::by(known);
    let strays = clues.iter().filter(|&&at| !reached.holds(at)).take(MOST_STRAYS);
    let mut groups: Vec<Vec<u64>> = vec![Vec::new(); known.len() + 1];
    for &at in strays {
        let inside = |volume: &Contents| volume.span.holds(Span { at, len: SECTOR as u64 });
        groups[known.iter().position(inside).unwrap_or(known.len())].push(at);
    }
    let around = known.iter().map(Some).chain([None]);
    groups.iter().zip(around).filter_map(|(strays, volume)| group(bytes, strays, volume)).collect()
}

/// What the records at `strays` say, which lie where the volume `known` does now.
fn group(bytes: &dyn Bytes, strays: &[u64], known: Option<&Contents>) -> Option<Contents> {
    let table = table(bytes, strays);
    let mut index = TableIndex::of(bytes, &table);
    let geometry = OrphanedRecords::of(bytes, &table).geometry(bytes.len(), known);
    let mut entries = NtfsListing::of(bytes, &table, &index, geometry.as_ref()).entries;
    let mut listed: HashSet<_> = known.iter().flat_map(|known| &known.entries).map(key).collect();
    entries.retain(|entry| listed.insert(key(entry)));
    entries.iter_mut().for_each(|entry| entry.deleted = true);
    let mut named: HashSet<_> = listed.iter().map(|&(name, size, _)| (name, size)).collect();
    let history = history(bytes, strays, &mut index);
    let news = history.entries(&index.tree).filter(|entry| {
        let (name, size, _) = key(entry);
        named.insert((name, size))
    });
    entries.extend(news);
    let span = match (known, &geometry) {
        (Some(known), _) => known.span,
        (None, Some(geometry)) => Span { at: geometry.at, len: geometry.len },
        (None, None) => Span::between(*strays.first()?, strays.last()?.saturating_add(1)),
    };
    (!entries.is_empty()).then(|| Contents {
        kind: "ntfs",
        span,
        label: None,
        cluster_len: geometry.map_or(0, |geometry| geometry.cluster_len),
        clusters_at: geometry.map_or(span.at, |geometry| geometry.at),
        faults: Vec::new(),
        encrypted: None,
        entries,
        free: None,
        kept: Default::default(),
    })
}

/// What blocks of indexes at `strays` say of files that no record tells of. The folders that they
/// name are added to what is known.
fn history(bytes: &dyn Bytes, strays: &[u64], index: &mut TableIndex) -> IndexHistory {
    let mut history = IndexHistory::default();
    for &at in strays {
        let Some(mut block) =
            read::array::<SECTOR>(bytes, at).and_then(|sector| block(bytes, at, &sector))
        else {
            continue;
        };
        for entry in index_block::entries(&mut block) {
            if entry.name.folder && !entry.name.dos {
                index.tree.add(entry.file, true, entry.name);
            } else {
                history.add(entry, at, index);
            }
        }
    }
    history
}

/// The block of an index that begins with `sector`.
fn block(bytes: &dyn Bytes, at: u64, sector: &[u8]) -> Option<Vec<u8>> {
    let len = index_block::block_len(sector)?;
    read::exact(bytes, at, len)
}

/// Those records at `strays` that are of the length that most are.
fn table(bytes: &dyn Bytes, strays: &[u64]) -> RecordTable {
    let len = |&at: &u64| {
        let sector = read::array::<SECTOR>(bytes, at).filter(|sector| record::begins(sector))?;
        let len = record::record_len(&sector)?;
        (at.checked_add(len as u64)? <= bytes.len()).then_some((at, len))
    };
    let lens: Vec<_> = strays.iter().filter_map(len).collect();
    let count = |&len: &usize| lens.iter().filter(|(_, other)| *other == len).count();
    let all = std::iter::successors(Some(SECTOR), |len| Some(len * 2));
    let record_len =
        all.take_while(|&len| len <= record::MOST_RECORD).max_by_key(count).unwrap_or(SECTOR);
    let same = lens.iter().filter(|(_, len)| *len == record_len);
    let mut runs: Vec<Span> = Vec::new();
    for &(at, len) in same {
        match runs.last_mut().filter(|last| last.at + last.len >= at) {
            // One that begins inside another is not in a table.
            Some(last) if last.at + last.len == at => last.len += len as u64,
            Some(_) => {}
            None => runs.push(Span { at, len: len as u64 }),
        }
    }
    RecordTable { runs: Runs::new(runs), record_len, carved: true }
}

/// What two entries have in common that mean the same file.
fn key(entry: &Entry) -> (u64, u64, Option<u64>) {
    let mut hash = DefaultHasher::new();
    entry.path.rsplit('/').next().hash(&mut hash);
    let at = match entry.locations.first() {
        Some(Location::Runs(runs)) => runs.first().map(|run| run.at),
        Some(Location::Start(at)) => Some(*at),
        None => None,
    };
    (hash.finish(), entry.size, at)
}

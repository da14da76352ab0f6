//! The pieces of folders of one lost volume, put together.

use std::collections::{BTreeMap, HashMap};

use afterimage_signatures::{Bytes, Run};

use crate::volumes::filesystem::fat_family::fat::folder::{MOST_LEN, Record, State, records};
use crate::volumes::filesystem::fat_family::fat::salvage::geometry::{Geometry, Head};
use crate::volumes::filesystem::fat_family::fat::salvage::split;
use crate::volumes::filesystem::fat_family::records::{LEN, Listing};
use crate::volumes::filesystem::fat_family::sequence::{self, Piece};

/// Highest cluster there can be.
const MOST: u32 = 0x0fff_fff6;

/// A folder, or pieces of one whose beginning is not known.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its beginning.
    pub head: Option<Head>,
    /// The cluster of the folder that it must be a part of, zero for the root.
    pub part_of: Option<u32>,
    /// What it holds.
    pub records: Vec<Record>,
}

/// The folders that begin at `heads`, with what lies in the clusters of `rest`, where records were
/// seen that are no beginning.
pub fn folders(
    bytes: &dyn Bytes,
    geometry: &Geometry<'_>,
    heads: &[Head],
    rest: &[u64],
) -> Vec<Folder> {
    let len = geometry.clusters.len;
    let runs: Vec<Run> = heads
        .iter()
        .map(|head| Run { at: head.at, len: len.min(bytes.len().saturating_sub(head.at)) })
        .chain(orphans(geometry, heads, rest))
        .collect();
    let pieces: Vec<Piece> = runs.iter().map(|&run| piece(bytes, run)).collect();
    let mut before = split::names(bytes, &runs, heads.len());
    sequence::order(&pieces, heads.len(), &mut before);
    let mut after = vec![None; runs.len()];
    for (index, before) in before.iter().enumerate() {
        if let Some(before) = before {
            after[*before] = Some(index);
        }
    }
    let firsts = (0..runs.len()).filter(|&index| before[index].is_none());
    let parents: HashMap<u32, u32> = heads.iter().map(|head| (head.own, head.parent)).collect();
    firsts
        .map(|first| {
            let chain = std::iter::successors(Some(first), |&index| after[index]);
            let listing = Listing::read(bytes, chain.map(|index| runs[index]), MOST_LEN);
            let records = records(&listing, State::Lost, MOST).records;
            let head = heads.get(first).copied();
            let part_of = if head.is_some() { None } else { owner(&records, &parents) };
            Folder { head, part_of, records }
        })
        .collect()
}

/// The folder that holds these records: the folders among them name it as their parent.
fn owner(records: &[Record], parents: &HashMap<u32, u32>) -> Option<u32> {
    let folders = records.iter().filter(|record| record.folder);
    folders.filter_map(|record| parents.get(&record.cluster).copied()).next()
}

/// Clusters with records that begin no folder; where a sector in the midst of one looks like
/// records, that alone.
fn orphans(geometry: &Geometry<'_>, heads: &[Head], rest: &[u64]) -> Vec<Run> {
    let clusters = &geometry.clusters;
    let taken: BTreeMap<u64, ()> = heads.iter().map(|head| (head.at, ())).collect();
    let mut runs: Vec<Run> = Vec::new();
    for &at in rest {
        let start = clusters.number(at).and_then(|number| clusters.offset(number));
        let inside = runs.last().is_some_and(|run| at < run.at + run.len);
        if inside || start.is_some_and(|start| taken.contains_key(&start)) {
            continue;
        }
        let len = if start == Some(at) { clusters.len } else { super::SECTOR_LEN };
        runs.push(Run { at, len });
    }
    runs
}

/// What the names of a piece count.
fn piece(bytes: &dyn Bytes, run: Run) -> Piece {
    let listing = Listing::read(bytes, [run], MOST_LEN);
    let names = records(&listing, State::Lost, MOST).records;
    let counted = |record: &Record| sequence::count(&record.name);
    Piece {
        first: names.iter().find_map(counted),
        last: names.iter().rev().find_map(counted),
        full: listing.slots().chunks_exact(LEN).all(|slot| slot[0] != 0),
    }
}

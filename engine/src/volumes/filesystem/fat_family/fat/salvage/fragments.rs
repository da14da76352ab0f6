//! The fragments of directories of one volume, put together.

use std::collections::{HashMap, HashSet};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, ENTRY_LEN, entry};
use crate::volumes::filesystem::fat_family::fat::directory::{DirectoryHead, list};
use crate::volumes::filesystem::fat_family::fat::entry::{ClusterNumbers, EntryRole, FatEntry};
use crate::volumes::filesystem::fat_family::fat::names::part;
use crate::volumes::filesystem::fat_family::fat::salvage::geometry::{FoundHead, numbers};
use crate::volumes::filesystem::fat_family::fat::salvage::split_names;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::salvage::camera_names::{
    DirectoryFragment, FragmentOrder, chains, count,
};
use crate::volumes::filesystem::fat_family::salvage::lost_volume::LostVolume;
use crate::volumes::filesystem::system::SECTOR;

/// A directory, or fragments of one whose beginning is not known.
#[derive(Clone, Debug)]
pub(crate) struct FoundFragments {
    /// Its beginning.
    pub head: Option<DirectoryHead>,
    /// The first cluster of the directory that this is or must be a part of, zero for the root.
    pub own: Option<u32>,
    /// Where the first of them lies.
    pub at: u64,
    /// What it holds.
    pub records: Vec<FileRecord>,
}

/// The directories that begin at `heads`, with what lies in the clusters of `rest`, where entries
/// were seen that are no beginning.
pub(crate) fn fragments(
    bytes: &dyn Bytes,
    volume: &LostVolume<'_>,
    heads: &[FoundHead],
    rest: &[u64],
) -> Vec<FoundFragments> {
    let (heap, numbers) = (&volume.heap, numbers(volume));
    let begun = |found: &FoundHead| Span {
        at: found.at,
        len: heap.len.min(bytes.len().saturating_sub(found.at)),
    };
    let mut runs: Vec<Span> =
        heads.iter().map(begun).chain(orphaned(volume, heads, rest)).collect();
    runs.extend(endings(bytes, volume, &runs, numbers));
    let fragments: Vec<DirectoryFragment> =
        runs.iter().map(|&run| fragment(bytes, run, numbers)).collect();
    let order = FragmentOrder {
        heads: heads.len(),
        before: split_names::before(bytes, &runs, heads.len()),
        beside: beside(volume, &runs),
    };
    let parents: HashMap<u32, u32> =
        heads.iter().map(|found| (found.head.own, found.head.parent)).collect();
    let found = chains(&fragments, order).into_iter().map(|chain| {
        let all = chain.iter().map(|&index| runs[index]);
        let records = list(&DirectoryBytes::read(bytes, all), false, numbers).records;
        let head = heads.get(chain[0]).map(|found| found.head);
        // The directories among these entries name the one that holds them as their parent.
        let mut directories = records.iter().filter(|record| record.is_directory);
        let named = || directories.find_map(|record| parents.get(&record.cluster).copied());
        let own = head.map(|head| head.own).or_else(named);
        FoundFragments { head, own, at: runs[chain[0]].at, records }
    });
    found.collect()
}

/// For each of the runs the one that ends where it begins: a directory grows into the next cluster where
/// that is free. One that is there has all of its clusters already.
fn beside(volume: &LostVolume<'_>, runs: &[Span]) -> Vec<Option<usize>> {
    let free = runs.iter().enumerate().filter(|(_, run)| volume.is_free(run.at));
    let ends: HashMap<u64, usize> = free.map(|(index, run)| (run.end(), index)).collect();
    runs.iter().map(|run| ends.get(&run.at).copied()).collect()
}

/// Clusters with entries that begin no directory; where a sector in the midst of one looks like
/// entries, that alone. Where it is not known where clusters lie, sectors side by side are one.
fn orphaned(volume: &LostVolume<'_>, heads: &[FoundHead], rest: &[u64]) -> Vec<Span> {
    let heap = &volume.heap;
    let taken: HashSet<u64> = heads.iter().map(|found| found.at).collect();
    let mut runs: Vec<Span> = Vec::new();
    for &at in rest {
        let start = heap.number(at).and_then(|number| heap.offset(number));
        let is_inside = runs.last().is_some_and(|run| at < run.at + run.len);
        if is_inside || start.is_some_and(|start| taken.contains(&start)) {
            continue;
        }
        let len = if start == Some(at) { heap.len } else { SECTOR as u64 };
        match runs.last_mut().filter(|last| !volume.is_located && last.end() == at) {
            Some(last) => last.len += len,
            None => runs.push(Span { at, len }),
        }
    }
    runs
}

/// The clusters with the last entries of directories whose cluster before they fill: one entry alone is no
/// clue by itself.
fn endings(
    bytes: &dyn Bytes,
    volume: &LostVolume<'_>,
    runs: &[Span],
    numbers: ClusterNumbers,
) -> Vec<Span> {
    let known: HashSet<u64> = runs.iter().map(|run| run.at).collect();
    let may_end =
        |run: &&Span| volume.is_located && volume.is_free(run.at) && is_full(bytes, **run);
    let ending = |run: &Span| {
        let cluster = ClusterRun { first: volume.heap.number(run.end())?, count: 1 };
        let next = volume.heap.run(cluster).filter(|next| next.at == run.end())?;
        let is_new = !known.contains(&next.at) && volume.is_free(next.at);
        (is_new && is_ending(bytes, next, numbers)).then_some(next)
    };
    runs.iter().filter(may_end).filter_map(ending).collect()
}

/// Whether a run holds entries that can all be true, and then nothing.
fn is_ending(bytes: &dyn Bytes, run: Span, numbers: ClusterNumbers) -> bool {
    let directory = DirectoryBytes::read(bytes, [run]);
    let all = directory.bytes().chunks_exact(ENTRY_LEN);
    let used = all.clone().take_while(|entry| entry[0] != 0).count();
    let is_valid = |index: usize| {
        let own = entry::<FatEntry>(directory.bytes(), index);
        own.is_some_and(|own| match own.role() {
            EntryRole::LongName => part(directory.bytes(), index).is_some(),
            EntryRole::File => own.is_valid(numbers) && own.modified().is_some(),
            EntryRole::Label | EntryRole::End => false,
        })
    };
    used > 0
        && (0..used).all(is_valid)
        && all.skip(used).all(|entry| entry.iter().all(|&byte| byte == 0))
}

fn is_full(bytes: &dyn Bytes, run: Span) -> bool {
    let directory = DirectoryBytes::read(bytes, [run]);
    directory.bytes().chunks_exact(ENTRY_LEN).all(|entry| entry[0] != 0)
}

/// What the names in a run count.
fn fragment(bytes: &dyn Bytes, run: Span, numbers: ClusterNumbers) -> DirectoryFragment {
    let directory = DirectoryBytes::read(bytes, [run]);
    let records = list(&directory, false, numbers).records;
    let counted = |record: &FileRecord| count(&record.name);
    DirectoryFragment {
        first: records.iter().find_map(counted),
        last: records.iter().rev().find_map(counted),
        is_full: is_full(bytes, run),
    }
}

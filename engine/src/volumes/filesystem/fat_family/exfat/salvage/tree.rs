//! Which folder a set lies in: the one whose clusters hold it.

use std::collections::{BTreeMap, HashMap};

use afterimage_signatures::{Bytes, Run};

use crate::volumes::filesystem::MOST_DEPTH;
use crate::volumes::filesystem::fat_family::clusters::{Clusters, read};
use crate::volumes::filesystem::fat_family::dcf;
use crate::volumes::filesystem::fat_family::exfat::salvage::Found;
use crate::volumes::filesystem::fat_family::exfat::set::{Layout, Set};
use crate::volumes::filesystem::fat_family::records::LEN;
use crate::volumes::filesystem::fat_family::sequence::{self, Piece};

/// Folders by the clusters that hold them.
pub struct Tree {
    clusters: Clusters,
    /// By first cluster: how many there are, and which set names the folder.
    stretches: BTreeMap<u32, (u32, usize)>,
    /// Other clusters, and the first of the folder that they belong to.
    more: HashMap<u32, u32>,
}

impl Tree {
    /// The folders that these sets name.
    pub fn new(bytes: &dyn Bytes, clusters: Clusters, found: &[Found]) -> Self {
        let mut tree = Tree { clusters, stretches: BTreeMap::new(), more: HashMap::new() };
        for (index, Found { set, .. }) in found.iter().enumerate() {
            if set.folder && set.layout != Layout::Nothing && clusters.has(set.cluster) {
                // Of two that claim the same cluster the newer one names it.
                let newer = |(_, other): &(u32, usize)| time(&found[*other].set) >= time(set);
                if !tree.stretches.get(&set.cluster).is_some_and(newer) {
                    tree.stretches.insert(set.cluster, (extent(&clusters, set), index));
                }
            }
        }
        tree.continue_folders(bytes, found);
        tree
    }

    /// Finds the rest of folders that are in several pieces, by the names in them.
    fn continue_folders(&mut self, bytes: &dyn Bytes, found: &[Found]) {
        let mut names: BTreeMap<u32, (&str, &str)> = BTreeMap::new();
        for Found { at, set } in found.iter().filter(|found| !found.set.folder) {
            if let Some(cluster) = self.clusters.number(*at) {
                names.entry(cluster).or_insert((&set.name, &set.name)).1 = &set.name;
            }
        }
        let chained = |first: &u32| {
            let folder = self.stretches.get(first);
            folder.is_some_and(|&(_, index)| found[index].set.layout == Layout::Chained)
        };
        let heads: Vec<u32> = names.keys().filter(|first| chained(first)).copied().collect();
        let orphans = names.keys().filter(|cluster| self.folder(**cluster).is_none());
        let all: Vec<u32> = heads.iter().copied().chain(orphans.copied()).collect();
        let piece = |cluster: &u32| {
            let (first, last) = names[cluster];
            let full = self.clusters.run(*cluster, 1).is_some_and(|run| is_full(bytes, run));
            Piece { first: sequence::count(first), last: sequence::count(last), full }
        };
        let pieces: Vec<Piece> = all.iter().map(piece).collect();
        let mut before = vec![None; all.len()];
        sequence::order(&pieces, heads.len(), &mut before);
        let mut after = vec![None; all.len()];
        for (index, before) in before.iter().enumerate() {
            if let Some(before) = before {
                after[*before] = Some(index);
            }
        }
        for head in 0..heads.len() {
            let pieces = std::iter::successors(after[head], |&piece| after[piece]);
            self.more.extend(pieces.map(|piece| (all[piece], all[head])));
        }
    }

    /// The number of the set that names the folder which holds the cluster.
    fn folder(&self, cluster: u32) -> Option<usize> {
        let cluster = self.more.get(&cluster).copied().unwrap_or(cluster);
        let (first, &(count, index)) = self.stretches.range(..=cluster).next_back()?;
        (cluster - first < count).then_some(index)
    }

    /// The path to what is named at `at`, with a `/` behind it, and whether all of it is recorded;
    /// folders that are not known are left out, except the one that cameras put theirs into.
    pub fn path_to(&self, found: &[Found], at: u64) -> (String, bool) {
        let (mut names, mut certain, mut here) = (Vec::<&str>::new(), true, at);
        for _ in 0..MOST_DEPTH {
            let folder = self.clusters.number(here).and_then(|cluster| self.folder(cluster));
            let Some(folder) = folder.map(|folder| &found[folder]) else {
                if names.last().is_some_and(|name| dcf::is_folder(name)) {
                    names.push(dcf::ROOT);
                    certain = false;
                }
                break;
            };
            names.push(folder.set.name.as_str());
            if folder.at == here {
                break;
            }
            here = folder.at;
        }
        (names.iter().rev().flat_map(|name| [name, "/"]).collect(), certain)
    }
}

fn time(set: &Set) -> Option<jiff::civil::DateTime> {
    set.modified.map(|stamp| stamp.civil)
}

/// How many clusters a folder is known to take from its first on.
fn extent(clusters: &Clusters, set: &Set) -> u32 {
    match set.layout {
        Layout::Contiguous => u32::try_from(clusters.needed(set.size)).unwrap_or(u32::MAX).max(1),
        _ => 1,
    }
}

/// Whether the last record of a cluster is one.
fn is_full(bytes: &dyn Bytes, run: Run) -> bool {
    let end = run.at.saturating_add(run.len);
    end.checked_sub(LEN as u64).is_some_and(|last| read(bytes, last, LEN)[0] != 0)
}

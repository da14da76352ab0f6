//! Which directory an entry lies in: the one whose clusters hold it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, ClusterRun};
use crate::volumes::filesystem::fat_family::directory_bytes::ENTRY_LEN;
use crate::volumes::filesystem::fat_family::file_record::{FileAllocation, FileRecord};
use crate::volumes::filesystem::fat_family::salvage::camera_names::{
    CAMERA_ROOT, DirectoryFragment, FragmentOrder, chains, count, is_camera_folder,
};
use crate::volumes::filesystem::fat_family::salvage::lost_volume::LostVolume;
use crate::volumes::filesystem::fat_family::tree::FoundDirectory;
use crate::volumes::read;

/// Stands for the first cluster of the directory that cameras put theirs into, where it is inferred.
const INFERRED: u32 = 1;

/// Directories by the clusters that hold them.
pub(crate) struct DirectoryClusters<'r> {
    heap: ClusterHeap,
    /// By first cluster: how many there are in a row, and what names the directory.
    runs: BTreeMap<u32, (u32, &'r FileRecord)>,
    /// Other clusters, and the first of the directory that they belong to.
    more: HashMap<u32, u32>,
    /// Clusters of directories whose name is lost, and the first of the same directory.
    nameless: HashMap<u32, u32>,
}

impl<'r> DirectoryClusters<'r> {
    /// The directories that these records name; none where it is not known where clusters lie.
    pub fn of(bytes: &dyn Bytes, volume: &LostVolume<'_>, records: &'r [FileRecord]) -> Self {
        let (heap, runs) = (volume.heap, BTreeMap::new());
        let (more, nameless) = (HashMap::new(), HashMap::new());
        let mut clusters = DirectoryClusters { heap, runs, more, nameless };
        if !volume.is_located {
            clusters.join_sectors(records);
            return clusters;
        }
        for record in records.iter().filter(|record| record.is_directory) {
            let count = match record.allocation {
                FileAllocation::Nothing => continue,
                FileAllocation::Contiguous => record.contiguous(&heap).count,
                FileAllocation::Chained => 1,
            };
            // Of two that claim the same cluster the newer one names it.
            let time = |record: &FileRecord| record.modified.map(|stamp| stamp.civil);
            let named = clusters.runs.get(&record.cluster);
            let is_newest = named.is_none_or(|(_, other)| time(other) < time(record));
            if heap.has(record.cluster) && is_newest {
                clusters.runs.insert(record.cluster, (count, record));
            }
        }
        clusters.continue_directories(bytes, records);
        clusters
    }

    /// Finds the rest of directories that are in several fragments, by the names in them.
    fn continue_directories(&mut self, bytes: &dyn Bytes, records: &[FileRecord]) {
        let mut names: BTreeMap<u32, (&str, &str)> = BTreeMap::new();
        for record in records.iter().filter(|record| !record.is_directory) {
            if let Some(cluster) = self.heap.number(record.at) {
                names.entry(cluster).or_insert((&record.name, &record.name)).1 = &record.name;
            }
        }
        let is_chained = |cluster: &u32| {
            let named = self.runs.get(cluster);
            named.is_some_and(|(_, record)| record.allocation == FileAllocation::Chained)
        };
        let mut all: Vec<u32> = names.keys().filter(|one| is_chained(one)).copied().collect();
        let heads = all.len();
        all.extend(names.keys().filter(|one| self.directory(**one).is_none()));
        let fragment = |cluster: &u32| {
            let (first, last) = names[cluster];
            let is_full = is_full(bytes, &self.heap, *cluster);
            let (first, last) = (count(first), count(last));
            DirectoryFragment { first, last, is_full }
        };
        let fragments: Vec<DirectoryFragment> = all.iter().map(fragment).collect();
        let numbers: HashMap<u32, usize> =
            all.iter().enumerate().map(|(index, &cluster)| (cluster, index)).collect();
        let beside = |cluster: &u32| numbers.get(&cluster.checked_sub(1)?).copied();
        let order = FragmentOrder {
            heads,
            before: vec![None; all.len()],
            beside: all.iter().map(beside).collect(),
        };
        for chain in chains(&fragments, order) {
            let of = if chain[0] < heads { &mut self.more } else { &mut self.nameless };
            of.extend(chain[1..].iter().map(|&index| (all[index], all[chain[0]])));
        }
    }

    /// Where it is not known where clusters lie, sectors side by side are of one directory.
    fn join_sectors(&mut self, records: &[FileRecord]) {
        let sectors: BTreeSet<u32> =
            records.iter().filter_map(|record| self.heap.number(record.at)).collect();
        for sector in sectors {
            let before = self.nameless.get(&sector.saturating_sub(1)).copied();
            self.nameless.insert(sector, before.unwrap_or(sector));
        }
    }

    /// The first cluster of the directory that holds the byte at `at`.
    pub fn directory_of(&self, at: u64) -> Option<u32> {
        self.directory(self.heap.number(at)?)
    }

    /// The number that a directory goes by whose name is lost and which holds the byte at `at`.
    pub fn nameless(&self, at: u64) -> u32 {
        let cluster = self.heap.number(at).unwrap_or(u32::MAX);
        self.nameless.get(&cluster).copied().unwrap_or(cluster)
    }

    fn directory(&self, cluster: u32) -> Option<u32> {
        let cluster = self.more.get(&cluster).copied().unwrap_or(cluster);
        let (&first, &(count, _)) = self.runs.range(..=cluster).next_back()?;
        (cluster - first < count).then_some(first)
    }

    /// The directories with those that they lie in. One that is not known is left out, except the one
    /// that cameras put theirs into.
    pub fn found(&self) -> Vec<FoundDirectory> {
        let named = FileRecord::inferred(CAMERA_ROOT);
        let root = FoundDirectory { cluster: INFERRED, parent: None, record: Some(named) };
        let directories = self.runs.iter().map(|(&cluster, &(_, record))| {
            let camera_root = is_camera_folder(&record.name).then_some(INFERRED);
            let parent = self.directory_of(record.at).or(camera_root);
            FoundDirectory { cluster, parent, record: Some(record.clone()) }
        });
        std::iter::once(root).chain(directories).collect()
    }
}

/// Whether the last entry of a cluster is one.
fn is_full(bytes: &dyn Bytes, heap: &ClusterHeap, first: u32) -> bool {
    let Some(run) = heap.run(ClusterRun { first, count: 1 }) else { return false };
    let last = (run.at + run.len).checked_sub(ENTRY_LEN as u64);
    last.is_some_and(|last| read::padded(bytes, last, ENTRY_LEN)[0] != 0)
}

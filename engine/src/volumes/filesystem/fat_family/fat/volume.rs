//! What FAT knows of one volume.

use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, ENTRY_LEN};
use crate::volumes::filesystem::fat_family::fat::boot::FatBoot;
use crate::volumes::filesystem::fat_family::fat::directory::{DirectoryHead, label, list};
use crate::volumes::filesystem::fat_family::fat::entry::ClusterNumbers;
use crate::volumes::filesystem::fat_family::fat::letters;
use crate::volumes::filesystem::fat_family::fat::names;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::geometry::{FamilyKind, VolumeGeometry};
use crate::volumes::filesystem::fat_family::member::{DirectoryListing, FamilyMember};
use crate::volumes::filesystem::fat_family::space::{ClusterSpace, counted, said};
use crate::volumes::filesystem::fat_family::table::TableSummary;
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::fat_family::volume::boot_at;
use crate::volumes::filesystem::kept::Kept;
use crate::volumes::filesystem::system::SECTOR;
use crate::volumes::read;

/// Clusters of one volume in which deleted directories are looked for.
const MOST_PROBES: usize = 1 << 16;

/// A volume, by its boot sector.
pub(crate) struct FatVolume {
    boot: FatBoot,
    /// What the copies of the allocation table look like.
    summary: TableSummary,
    /// The label in the root directory.
    label: Option<String>,
    /// How many more clusters may be probed.
    probes: usize,
}

impl FatVolume {
    /// How its entries say numbers of clusters.
    fn numbers(&self) -> ClusterNumbers {
        let VolumeGeometry { kind, clusters, .. } = self.boot.geometry;
        ClusterNumbers::of(kind, clusters.saturating_add(1))
    }
}

impl FamilyMember for FatVolume {
    const NOTHING: u8 = 0xe5;

    fn parse(sector: &[u8; SECTOR]) -> Option<Self> {
        let (boot, summary) = (FatBoot::parse(sector)?, TableSummary::default());
        Some(FatVolume { boot, summary, label: None, probes: MOST_PROBES })
    }

    fn geometry(&self) -> &VolumeGeometry {
        &self.boot.geometry
    }

    fn prepare(&mut self, space: &mut ClusterSpace<'_>) {
        self.summary = space.table.summary(&mut space.owned);
    }

    fn read_root(&mut self, _: &mut ClusterSpace<'_>, root: &DirectoryBytes) {
        self.label = label(root);
    }

    fn list(&self, directory: &DirectoryBytes, is_live: bool) -> DirectoryListing {
        let VolumeGeometry { kind, clusters, cluster_len, .. } = self.boot.geometry;
        let capacity = u64::from(clusters) * cluster_len;
        let mut listing = list(directory, is_live, self.numbers());
        // What is longer than the volume was never in it.
        listing.records.retain(|record| !record.deleted || record.size <= capacity);
        for record in listing.records.iter_mut().filter(|record| record.deleted) {
            record.is_halved = kind == FamilyKind::Fat32 && record.cluster < 1 << 16;
        }
        listing
    }

    fn parent_of(&self, space: &ClusterSpace<'_>, cluster: u32) -> Option<u32> {
        let begins = read::padded(space.bytes, space.heap.offset(cluster)?, 2 * ENTRY_LEN);
        let head = DirectoryHead::parse(&begins, self.numbers())?;
        (head.own == cluster).then_some(head.parent)
    }

    /// A deleted directory says its own number and its parent's where it begins. Its chain is gone.
    fn find_deleted(
        &mut self,
        space: &mut ClusterSpace<'_>,
        record: &FileRecord,
        parent: u32,
    ) -> Option<Vec<ClusterRun>> {
        let numbers = self.numbers();
        let begins_at = |first: u32| {
            let at = space.heap.offset(first)?;
            let is_open = self.probes > 0 && !space.owned.has(first);
            self.probes = self.probes.saturating_sub(1);
            let head = DirectoryHead { own: first, parent };
            let begins = is_open
                && DirectoryHead::parse(&read::padded(space.bytes, at, 2 * ENTRY_LEN), numbers)
                    == Some(head);
            begins.then_some(vec![ClusterRun { first, count: 1 }])
        };
        record.first_clusters().find_map(begins_at)
    }

    /// There may be a volume although none of its tables begins as one: its root directory says so.
    /// What looks like a boot sector may be a copy of one, and then what lies where the root should
    /// be is none.
    fn is_volume(&self, space: &ClusterSpace<'_>, tree: &DirectoryTree) -> bool {
        let same_at =
            |at| boot_at::<FatVolume>(space.bytes, at).is_some_and(|copy| copy.boot == self.boot);
        let copy_at = self.boot.geometry.copy_at.map(|copy| space.span.at.saturating_add(copy));
        let is_named = self.label.is_some() || tree.directories.len() > 1 || !tree.files.is_empty();
        self.summary.sound > 0
            || is_named && space.faults.invalid == 0 && copy_at.is_none_or(same_at)
    }

    fn finish(&self, tree: &mut DirectoryTree) -> Kept {
        // Letters that are inferred must not teach salvage.
        let found = tree.found();
        letters::restore(tree);
        Kept::new(found)
    }

    fn label(&self) -> Option<String> {
        let formatted = names::label(&self.boot.label);
        let label = self.label.clone().unwrap_or(match formatted.as_str() {
            "NO NAME" => String::new(),
            _ => formatted,
        });
        Some(label).filter(|label| !label.is_empty())
    }

    fn faults(&self, space: &ClusterSpace<'_>) -> Vec<Option<String>> {
        let unowned = self.summary.used.saturating_sub(space.owned.len());
        vec![
            said(self.summary.sound == 0, "no allocation table begins as one"),
            said(self.summary.differ, "the two allocation tables differ"),
            said(space.faults.is_rootless, "the root folder cannot be read"),
            counted(space.faults.broken, "chains of clusters run out"),
            counted(space.faults.crossed, "chains of clusters cross others"),
            counted(space.faults.invalid, "folder records make no sense"),
            counted(unowned, "clusters are in use but belong to no file"),
        ]
    }

    fn is_trusted(&self, space: &ClusterSpace<'_>) -> bool {
        self.summary.sound > 0 && space.faults.are_few()
    }
}

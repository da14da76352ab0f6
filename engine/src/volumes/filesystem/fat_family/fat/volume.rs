//! What FAT knows of one volume.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, ENTRY_LEN};
use crate::volumes::filesystem::fat_family::fat::boot::{FatBoot, FatKind};
use crate::volumes::filesystem::fat_family::fat::directory::{self, MOST_LEN};
use crate::volumes::filesystem::fat_family::fat::head::DirectoryHead;
use crate::volumes::filesystem::fat_family::fat::kept::DirectoryNames;
use crate::volumes::filesystem::fat_family::fat::{letters, short_name};
use crate::volumes::filesystem::fat_family::faults::FaultClauses;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::member::{
    DirectoryListing, FamilyMember, RootDirectory,
};
use crate::volumes::filesystem::fat_family::padded::read_padded;
use crate::volumes::filesystem::fat_family::space::ClusterSpace;
use crate::volumes::filesystem::fat_family::table::TableSummary;
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::fat_family::volume::FamilyVolume;
use crate::volumes::filesystem::kept::Kept;
use crate::volumes::filesystem::system::SECTOR;

/// Clusters of one volume in which deleted directories are looked for.
const MOST_PROBES: usize = 1 << 16;

/// The volume with the boot sector at `boot_at`, or the copy of a boot sector, that begins at `at`.
pub(crate) struct FatVolume<'b> {
    bytes: &'b dyn Bytes,
    at: u64,
    boot: FatBoot,
    /// What the copies of the allocation table look like.
    summary: TableSummary,
    /// The label in the root directory.
    label: Option<String>,
    /// How many more clusters may be probed.
    probes: usize,
    /// Bytes of all clusters.
    capacity: u64,
}

/// The boot sector at `at`, if there is one.
pub(crate) fn boot_at(bytes: &dyn Bytes, at: u64) -> Option<FatBoot> {
    FatBoot::parse(read_padded(bytes, at, SECTOR).first_chunk()?)
}

/// What the volume with this boot sector says, if what follows that looks like one. It begins at
/// `at` and has `room` bytes at most.
pub(crate) fn read(bytes: &dyn Bytes, boot: FatBoot, at: u64, room: u64) -> Option<Contents> {
    let len = boot.len.min(room).min(bytes.len().saturating_sub(at));
    let (span, claimed) = (Span { at, len }, boot.len);
    let heap = boot.heap(at, span.end());
    let mut space = ClusterSpace::new(bytes, heap, boot.table(at, &heap));
    let summary = space.table.summary(&mut space.owned);
    let capacity = u64::from(heap.count) * heap.len;
    let (label, probes) = (None, MOST_PROBES);
    let volume = FatVolume { bytes, at, boot, summary, label, probes, capacity };
    FamilyVolume::new(bytes, span, space, volume).read(claimed)
}

impl FamilyMember for FatVolume<'_> {
    const MOST_DIRECTORY: u64 = MOST_LEN;

    fn kind(&self) -> &'static str {
        self.boot.kind.name()
    }

    fn root(&self) -> RootDirectory {
        self.boot.root
    }

    fn read_root(&mut self, _: &mut ClusterSpace<'_>, root: &DirectoryBytes) {
        self.label = directory::label(root);
    }

    fn list(&self, directory: &DirectoryBytes, is_live: bool) -> DirectoryListing {
        let mut listing = directory::list(directory, is_live, self.boot.highest());
        // What is longer than the volume was never in it.
        listing.records.retain(|record| !record.deleted || record.size <= self.capacity);
        for record in &mut listing.records {
            record.is_halved =
                record.deleted && self.boot.kind == FatKind::Fat32 && record.cluster < 1 << 16;
        }
        listing
    }

    /// A deleted directory says its own number and its parent's where it begins. Its chain is gone.
    fn find_deleted(
        &mut self,
        space: &mut ClusterSpace<'_>,
        record: &FileRecord,
        parent: u32,
    ) -> Option<Vec<ClusterRun>> {
        let begins_at = |first: u32| {
            let at = space.heap.offset(first)?;
            let is_open = self.probes > 0 && !space.owned.has(first);
            self.probes = self.probes.saturating_sub(1);
            let head = DirectoryHead { own: first, parent };
            let begins = is_open
                && DirectoryHead::parse(&read_padded(self.bytes, at, 2 * ENTRY_LEN)) == Some(head);
            begins.then_some(vec![ClusterRun { first, count: 1 }])
        };
        record.first_clusters().find_map(begins_at)
    }

    /// There may be a volume although none of its tables begins as one: its root directory says so.
    /// What looks like a boot sector may be a copy of one, and then what lies where the root should
    /// be is none.
    fn is_volume(&self, space: &ClusterSpace<'_>, tree: &DirectoryTree) -> bool {
        let is_copied = self.boot.copy_at.is_none_or(|copy| {
            boot_at(self.bytes, self.at.saturating_add(copy)).as_ref() == Some(&self.boot)
        });
        let is_named = self.label.is_some() || tree.directories.len() > 1 || !tree.files.is_empty();
        self.summary.sound > 0 || is_copied && is_named && space.faults.invalid == 0
    }

    fn finish(&self, tree: &mut DirectoryTree) -> Kept {
        // Letters that are inferred must not teach salvage.
        let names = DirectoryNames::of(tree);
        letters::restore(tree);
        Kept::new(names)
    }

    fn label(&self) -> Option<String> {
        let formatted = short_name::label(&self.boot.label);
        let label = self.label.clone().unwrap_or(match formatted.as_str() {
            "NO NAME" => String::new(),
            _ => formatted,
        });
        Some(label).filter(|label| !label.is_empty())
    }

    fn describe(&self, space: &ClusterSpace<'_>, clauses: FaultClauses) -> FaultClauses {
        let unowned = self.summary.used.saturating_sub(space.owned.len());
        clauses
            .say(self.summary.sound == 0, "no allocation table begins as one")
            .say(self.summary.differ, "the two allocation tables differ")
            .say(space.faults.is_rootless, "the root folder cannot be read")
            .count(space.faults.broken, "chains of clusters run out")
            .count(space.faults.crossed, "chains of clusters cross others")
            .count(space.faults.invalid, "folder records make no sense")
            .count(unowned, "clusters are in use but belong to no file")
    }

    fn is_trusted(&self, space: &ClusterSpace<'_>) -> bool {
        self.summary.sound > 0 && space.faults.are_few()
    }
}

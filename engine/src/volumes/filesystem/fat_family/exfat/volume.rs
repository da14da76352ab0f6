//! What exFAT knows of one volume.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::cluster_set::ClusterSet;
use crate::volumes::filesystem::fat_family::clusters::{ClusterRun, FIRST};
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, ENTRY_LEN};
use crate::volumes::filesystem::fat_family::exfat::boot::{COPY, ExFatBoot, is_whole};
use crate::volumes::filesystem::fat_family::exfat::entry::{
    BITMAP, LABEL, LabelEntry, SystemEntry, UPCASE, entry,
};
use crate::volumes::filesystem::fat_family::exfat::entry_set::EntrySet;
use crate::volumes::filesystem::fat_family::exfat::upcase::{self, UpcaseTable};
use crate::volumes::filesystem::fat_family::faults::{FaultClauses, TRUSTED};
use crate::volumes::filesystem::fat_family::file_record::{Allocation, FileRecord};
use crate::volumes::filesystem::fat_family::member::{
    DirectoryListing, FamilyMember, RootDirectory,
};
use crate::volumes::filesystem::fat_family::padded::read_padded;
use crate::volumes::filesystem::fat_family::space::{ClusterSpace, contiguous};
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::fat_family::volume::FamilyVolume;
use crate::volumes::filesystem::kept::Kept;
use crate::volumes::filesystem::system::SECTOR;

/// A volume with its boot sector, which begins at `at`.
pub(crate) struct ExFatVolume<'b> {
    bytes: &'b dyn Bytes,
    at: u64,
    boot: ExFatBoot,
    upcase: UpcaseTable,
    /// Clusters that are in use by the allocation bitmap.
    used: Option<ClusterSet>,
    label: Option<String>,
}

/// The boot sector at `at`, if there is one.
pub(crate) fn boot_at(bytes: &dyn Bytes, at: u64) -> Option<ExFatBoot> {
    ExFatBoot::parse(read_padded(bytes, at, SECTOR).first_chunk()?)
}

/// What the volume with this boot sector says, if what follows that looks like one. It begins at
/// `at` and has `room` bytes at most.
pub(crate) fn read(bytes: &dyn Bytes, boot: ExFatBoot, at: u64, room: u64) -> Option<Contents> {
    let len = boot.len.min(room).min(bytes.len().saturating_sub(at));
    let (span, claimed) = (Span { at, len }, boot.len);
    let heap = boot.heap(at, span.end());
    let space = ClusterSpace::new(bytes, heap, boot.table(at, &heap));
    let upcase = UpcaseTable::default();
    let volume = ExFatVolume { bytes, at, boot, upcase, used: None, label: None };
    FamilyVolume::new(bytes, span, space, volume).read(claimed)
}

impl ExFatVolume<'_> {
    /// The first `len` bytes of a file of the root that is about the volume.
    fn system_file(&self, space: &mut ClusterSpace<'_>, first: u32, len: u64) -> Vec<u8> {
        let chain = space.table.claim(first, &mut space.owned);
        let mut file = Vec::new();
        for run in space.heap.runs(&chain.runs, len) {
            let len = run.len.min(len.saturating_sub(file.len() as u64));
            file.extend(read_padded(self.bytes, run.at, len as usize));
        }
        file
    }

    /// How many clusters belong to files but are free by the bitmap, and how many are in use but
    /// belong to no file.
    fn contradictions(&self, space: &ClusterSpace<'_>) -> (u64, u64) {
        let Some(used) = &self.used else { return (0, 0) };
        let both = used.common(&space.owned);
        (space.owned.len() - both, used.len() - both)
    }

    /// Whether the boot region or its copy has been changed.
    fn is_harmed(&self) -> bool {
        let (sector, region) = (self.boot.sector_len, COPY * self.boot.sector_len);
        [0, region].iter().any(|&behind| {
            let at = self.at.saturating_add(behind);
            !is_whole(&read_padded(self.bytes, at, region as usize), sector as usize)
        })
    }
}

impl FamilyMember for ExFatVolume<'_> {
    /// Source: "exFAT file system specification", 7.4: a directory has 256 MiB at most; a quarter of
    /// that are 700,000 files.
    const MOST_DIRECTORY: u64 = 64 << 20;

    fn kind(&self) -> &'static str {
        "exfat"
    }

    fn root(&self) -> RootDirectory {
        RootDirectory::Chain(self.boot.root)
    }

    fn read_root(&mut self, space: &mut ClusterSpace<'_>, root: &DirectoryBytes) {
        space.faults.is_rootless |= root.bytes().iter().all(|&byte| byte == 0);
        for index in 0..root.len() {
            let Some(system) = entry::<SystemEntry>(root.bytes(), index) else { break };
            let (first, len) = (system.cluster.get(), system.len.get());
            match system.kind {
                0 => break,
                LABEL => self.label = entry(root.bytes(), index).and_then(label),
                UPCASE if len <= upcase::MOST_LEN => {
                    let table = self.system_file(space, first, len);
                    if let Some(table) = UpcaseTable::parse(&table, system.checksum.get()) {
                        self.upcase = table;
                    }
                }
                BITMAP if system.flags & 1 == u8::from(self.boot.is_second_active) => {
                    let needed = u64::from(space.heap.count).div_ceil(8);
                    if len >= needed {
                        let bitmap = self.system_file(space, first, needed);
                        self.used = Some(used(&bitmap, space.heap.limit()));
                    }
                }
                // The other bitmap of two.
                BITMAP => drop(space.table.claim(first, &mut space.owned)),
                _ => {}
            }
        }
    }

    fn list(&self, directory: &DirectoryBytes, is_live: bool) -> DirectoryListing {
        let (mut listing, mut index, mut ended) = (DirectoryListing::default(), 0, false);
        while index < directory.len() {
            ended |= directory.bytes()[index * ENTRY_LEN] == 0;
            let Some(mut set) = EntrySet::parse(directory.bytes(), index, &self.upcase) else {
                index += 1;
                continue;
            };
            set.record.at = directory.offset(index);
            set.record.deleted |= !is_live || ended;
            listing.invalid += u64::from(!set.record.deleted && !set.is_whole);
            index += set.entries;
            listing.records.push(set.record);
        }
        listing
    }

    /// A deleted directory is where its entry says, as far as nobody owns that.
    fn find_deleted(
        &mut self,
        space: &mut ClusterSpace<'_>,
        record: &FileRecord,
        _parent: u32,
    ) -> Option<Vec<ClusterRun>> {
        if space.owned.has(record.cluster) || !space.heap.has(record.cluster) {
            return None;
        }
        match record.allocation {
            Allocation::Nothing => None,
            Allocation::Contiguous => Some(vec![contiguous(&space.heap, record)]),
            Allocation::Chained => {
                let needed = space.heap.needed(record.size.max(1));
                let chain = space.table.surviving(record.cluster, needed, &space.owned);
                Some(chain.unwrap_or(vec![ClusterRun { first: record.cluster, count: 1 }]))
            }
        }
    }

    fn is_volume(&self, _: &ClusterSpace<'_>, tree: &DirectoryTree) -> bool {
        let is_empty = tree.files.is_empty() && tree.directories.len() == 1;
        !is_empty || self.used.is_some() || self.label.is_some()
    }

    fn finish(&self, _: &mut DirectoryTree) -> Kept {
        Kept::default()
    }

    fn label(&self) -> Option<String> {
        self.label.clone()
    }

    fn describe(&self, space: &ClusterSpace<'_>, clauses: FaultClauses) -> FaultClauses {
        let (unmarked, unowned) = self.contradictions(space);
        clauses
            .say(self.is_harmed(), "the boot region or its copy was changed")
            .say(space.faults.is_rootless, "the root folder cannot be read")
            .say(self.used.is_none(), "the map of free clusters cannot be read")
            .count(space.faults.broken, "files do not reach as far as their size")
            .count(space.faults.crossed, "files cross others")
            .count(space.faults.invalid, "folder records have a wrong checksum")
            .count(unmarked, "clusters belong to files but are marked as free")
            .count(unowned, "clusters are in use but belong to no file")
    }

    fn is_trusted(&self, space: &ClusterSpace<'_>) -> bool {
        let (unmarked, _) = self.contradictions(space);
        self.used.is_some() && unmarked * TRUSTED <= space.owned.len() && space.faults.are_few()
    }
}

fn label(entry: &LabelEntry) -> Option<String> {
    let characters = entry.characters.iter().map(|character| character.get());
    let label: Vec<u16> = characters.take(entry.len.into()).collect();
    Some(String::from_utf16_lossy(&label)).filter(|label| !label.is_empty())
}

/// The clusters before `limit` that a bitmap marks: a bit for each, the lowest first.
///
/// Source: "exFAT file system specification", 7.1.5.
fn used(bitmap: &[u8], limit: u32) -> ClusterSet {
    let mut used = ClusterSet::new(limit);
    for (index, &byte) in bitmap.iter().enumerate() {
        for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
            let cluster = (index as u32).saturating_mul(8).saturating_add(bit + FIRST);
            if cluster < limit {
                used.add(cluster);
            }
        }
    }
    used
}

//! What exFAT knows of one volume.

use afterimage_signatures::Runs;

use crate::volumes::filesystem::fat_family::clusters::{ClusterRun, ClusterSet, FIRST};
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, ENTRY_LEN, entry};
use crate::volumes::filesystem::fat_family::exfat::boot::{COPY, ExFatBoot, is_whole};
use crate::volumes::filesystem::fat_family::exfat::entry::{
    BITMAP, LABEL, NameEntry, SystemEntry, UPCASE,
};
use crate::volumes::filesystem::fat_family::exfat::entry_set::EntrySet;
use crate::volumes::filesystem::fat_family::exfat::upcase::{self, UpcaseTable};
use crate::volumes::filesystem::fat_family::file_record::{FileAllocation, FileRecord};
use crate::volumes::filesystem::fat_family::geometry::VolumeGeometry;
use crate::volumes::filesystem::fat_family::member::{DirectoryListing, FamilyMember};
use crate::volumes::filesystem::fat_family::space::{ClusterSpace, TRUSTED, counted, said};
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::system::SECTOR;
use crate::volumes::read;

/// Characters of a label.
const MOST_LABEL: usize = 11;

/// A volume, by its boot sector.
pub(crate) struct ExFatVolume {
    boot: ExFatBoot,
    upcase: UpcaseTable,
    /// Clusters that are in use by the allocation bitmap.
    used: Option<ClusterSet>,
    label: Option<String>,
}

impl ExFatVolume {
    /// The first `len` bytes of a file of the root that is about the volume.
    fn system_file(space: &mut ClusterSpace<'_>, first: u32, len: u64) -> Vec<u8> {
        let chain = space.table.claim(first, &mut space.owned);
        let (mut file, runs) = (Vec::new(), space.heap.runs(&chain.runs, len));
        for run in &runs {
            let len = run.len.min(len.saturating_sub(file.len() as u64));
            file.extend(read::padded(space.bytes, run.at, len as usize));
        }
        // Of a map, what could not be read is in use for all that is known; a table of letters is lost then.
        read::as_used(space.bytes, &Runs::new(runs), &mut file);
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
    fn is_harmed(&self, space: &ClusterSpace<'_>) -> bool {
        let (sector, region) = (self.boot.sector_len, COPY * self.boot.sector_len);
        [0, region].iter().any(|&behind| {
            let at = space.span.at.saturating_add(behind);
            !is_whole(&read::padded(space.bytes, at, region as usize), sector as usize)
        })
    }
}

impl FamilyMember for ExFatVolume {
    const NOTHING: u8 = 0x05;

    fn parse(sector: &[u8; SECTOR]) -> Option<Self> {
        let (boot, upcase) = (ExFatBoot::parse(sector)?, upcase::unicode().clone());
        Some(ExFatVolume { boot, upcase, used: None, label: None })
    }

    fn geometry(&self) -> &VolumeGeometry {
        &self.boot.geometry
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
                    let table = ExFatVolume::system_file(space, first, len);
                    if let Some(table) = UpcaseTable::parse(&table, system.checksum.get()) {
                        self.upcase = table;
                    }
                }
                BITMAP if system.flags & 1 == u8::from(self.boot.is_second_active) => {
                    let needed = u64::from(space.heap.count).div_ceil(8);
                    if len >= needed {
                        let bitmap = ExFatVolume::system_file(space, first, needed);
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
            FileAllocation::Nothing => None,
            FileAllocation::Contiguous => Some(vec![record.contiguous(&space.heap)]),
            FileAllocation::Chained => {
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

    fn label(&self) -> Option<String> {
        self.label.clone()
    }

    fn faults(&self, space: &ClusterSpace<'_>) -> Vec<Option<String>> {
        let (unmarked, unowned) = self.contradictions(space);
        vec![
            said(self.is_harmed(space), "the boot region or its copy was changed"),
            said(space.faults.is_rootless, "the root folder cannot be read"),
            said(self.used.is_none(), "the map of free clusters cannot be read"),
            counted(space.faults.broken, "files do not reach as far as their size"),
            counted(space.faults.crossed, "files cross others"),
            counted(space.faults.invalid, "folder records have a wrong checksum"),
            counted(unmarked, "clusters belong to files but are marked as free"),
            counted(unowned, "clusters are in use but belong to no file"),
        ]
    }

    fn is_trusted(&self, space: &ClusterSpace<'_>) -> bool {
        let (unmarked, _) = self.contradictions(space);
        self.used.is_some() && unmarked * TRUSTED <= space.owned.len() && space.faults.are_few()
    }
}

fn label(entry: &NameEntry) -> Option<String> {
    let characters = entry.characters.iter().map(|character| character.get());
    let label: Vec<u16> = characters.take(MOST_LABEL.min(entry.label_len.into())).collect();
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

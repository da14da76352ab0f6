//! One volume: its tree, who owns which cluster, and where the files lie.

use std::collections::VecDeque;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run};

use crate::volumes::filesystem::fat_family::clusters::{Clusters, FIRST, Set, read};
use crate::volumes::filesystem::fat_family::fat::boot::{Boot, Kind, Root};
use crate::volumes::filesystem::fat_family::fat::folder::{
    Found, MOST_LEN, Record, State, records,
};
use crate::volumes::filesystem::fat_family::fat::name;
use crate::volumes::filesystem::fat_family::fat::slot::LEN;
use crate::volumes::filesystem::fat_family::fat::tree::{Folder, MOST_FOLDERS, ROOT, Tree};
use crate::volumes::filesystem::fat_family::records::Listing;
use crate::volumes::filesystem::fat_family::table::{Ending, Survey, Table};

/// Higher numbers that are tried for a first cluster whose upper half is lost.
pub const MOST_HIGH: u32 = 64;

/// Bytes of all folders of one volume that are read.
const MOST_FOLDERS_LEN: u64 = 4 << 30;

/// Places where deleted folders of one volume are looked for.
const MOST_PROBES: usize = 1 << 16;

/// What was met that should not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Whether the root directory is not there.
    pub rootless: bool,
    /// Chains that run into nothing.
    pub broken: u64,
    /// Chains that run into another file.
    pub crossed: u64,
    /// Records in use that make no sense.
    pub senseless: u64,
    /// Files with content whose chains were followed.
    pub followed: u64,
}

impl Trouble {
    fn count(&mut self, ending: Ending) {
        match ending {
            Ending::Proper => {}
            Ending::Broken => self.broken += 1,
            Ending::Crossed => self.crossed += 1,
        }
    }
}

/// A volume that is being read.
pub struct Volume<'b> {
    bytes: &'b dyn Bytes,
    /// Its boot sector.
    pub boot: Boot,
    /// Where it lies.
    pub span: Span,
    /// Where its clusters lie.
    pub clusters: Clusters,
    /// Its allocation table.
    pub table: Table<'b>,
    /// What the copies of that table look like.
    pub survey: Survey,
    /// Clusters that live files and folders own, and bad ones.
    pub owned: Set,
    /// Its folders and files.
    pub tree: Tree,
    /// Its label.
    pub label: Option<String>,
    /// What is wrong with it.
    pub trouble: Trouble,
    lost: VecDeque<(usize, Record)>,
    /// How many bytes of folders may still be read.
    room: u64,
}

impl<'b> Volume<'b> {
    /// The volume with this boot sector at `at`, which has `room`.
    pub fn new(bytes: &'b dyn Bytes, boot: Boot, at: u64, room: u64) -> Self {
        let room = room.min(bytes.len().saturating_sub(at));
        let span = Span { at, len: boot.len.min(room) };
        let clusters = boot.clusters(at, span.end());
        let mut table = Table::new(bytes, boot.layout(at, &clusters));
        let mut owned = Set::new(clusters.limit());
        let survey = table.survey(&mut owned);
        let (tree, trouble, lost) = (Tree::default(), Trouble::default(), VecDeque::new());
        Volume {
            bytes,
            boot,
            span,
            clusters,
            table,
            survey,
            owned,
            tree,
            label: None,
            trouble,
            lost,
            room: MOST_FOLDERS_LEN,
        }
    }

    /// Reads the folders that are there, from the root on.
    pub fn walk(&mut self) {
        let root = self.root();
        let cluster = if let Root::Chain(cluster) = self.boot.root { cluster } else { 0 };
        self.tree.folders.push(Folder { parent: None, record: None, cluster, depth: 0 });
        let found = self.records(&root, State::Live);
        self.label = found.label.clone();
        self.trouble.rootless |= found.senseless > found.records.len();
        self.sort(ROOT, found);
        let mut folder = ROOT + 1;
        while folder < self.tree.folders.len() {
            let chain = self.table.claim(self.tree.folders[folder].cluster, &mut self.owned);
            self.trouble.count(chain.ending);
            let listing = self.listing(self.clusters.runs(&chain.stretches, MOST_LEN));
            let found = self.records(&listing, State::Live);
            self.sort(folder, found);
            folder += 1;
        }
    }

    /// Reads the folders that were deleted, as far as records still lead to them. To be done when
    /// it is known what live files own.
    pub fn walk_lost(&mut self) {
        let (mut seen, mut probes) = (Set::new(self.clusters.limit()), MOST_PROBES);
        while let Some((parent, record)) = self.lost.pop_front() {
            let Some(cluster) = self.head_of(&record, parent, &mut probes) else { continue };
            if !seen.add(cluster) {
                continue;
            }
            let Some(folder) = self.tree.add(parent, record, cluster) else { continue };
            let listing = self.listing(self.clusters.run(cluster, 1));
            let found = self.records(&listing, State::Lost);
            self.sort(folder, found);
        }
    }

    fn root(&mut self) -> Listing {
        match self.boot.root {
            Root::Fixed(at, len) => {
                let at = self.span.at.saturating_add(at);
                self.listing([Run { at, len }])
            }
            Root::Chain(cluster) => {
                let mut chain = self.table.claim(cluster, &mut self.owned);
                self.trouble.rootless |= chain.len == 0;
                if chain.ending != Ending::Proper {
                    self.trouble.count(chain.ending);
                }
                if chain.len == 0 && self.clusters.has(cluster) {
                    // The table is wrong about it, the boot sector hardly.
                    chain.stretches.push((cluster, 1));
                }
                self.listing(self.clusters.runs(&chain.stretches, MOST_LEN))
            }
        }
    }

    fn listing(&mut self, runs: impl IntoIterator<Item = Run>) -> Listing {
        let listing = Listing::read(self.bytes, runs, MOST_LEN.min(self.room));
        self.room = self.room.saturating_sub(listing.slots().len() as u64);
        listing
    }

    fn records(&mut self, listing: &Listing, state: State) -> Found {
        let mut found = records(listing, state, self.boot.clusters.saturating_add(1));
        self.trouble.senseless += found.senseless as u64;
        let room = u64::from(self.clusters.count) * self.clusters.len;
        // What is longer than the volume was never in it.
        found.records.retain(|record| !record.deleted || u64::from(record.size) <= room);
        found
    }

    fn sort(&mut self, folder: usize, found: Found) {
        for record in found.records {
            match (record.folder, record.deleted) {
                (false, _) => self.tree.add_file(folder, record),
                (true, true) if self.lost.len() < MOST_FOLDERS => {
                    self.lost.push_back((folder, record));
                }
                (true, true) => {}
                (true, false) => {
                    let cluster = record.cluster;
                    self.tree.add(folder, record, cluster);
                }
            }
        }
    }

    /// Where a deleted folder begins: there it says its own number and its parent's.
    fn head_of(&self, record: &Record, parent: usize, probes: &mut usize) -> Option<u32> {
        let parent = if parent == ROOT { 0 } else { self.tree.folders[parent].cluster };
        candidates(&self.boot, &self.clusters, record.cluster).find(|&cluster| {
            let open = *probes > 0 && !self.owned.has(cluster);
            *probes = probes.saturating_sub(1);
            open && self.clusters.offset(cluster).is_some_and(|at| {
                let slots = read(self.bytes, at, 2 * LEN);
                head(&slots).is_some_and(|head| head == (cluster, parent))
            })
        })
    }
}

/// The own cluster of the folder that begins with these records, and its parent's, zero for the
/// root.
pub fn head(slots: &[u8]) -> Option<(u32, u32)> {
    let (own, parent) = (name::slot(slots, 0)?, name::slot(slots, 1)?);
    let fits = own.dots(1) && parent.dots(2) && own.cluster() >= FIRST && own.size() == 0;
    fits.then(|| (own.cluster(), parent.cluster()))
}

/// The clusters that a record can mean by its first: that, and where the upper half of its number
/// is zero, which some cameras make it when they delete, all that have the lower half.
///
/// Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03: DIR_FstClusHI and
/// DIR_FstClusLO.
pub fn candidates(
    boot: &Boot,
    clusters: &Clusters,
    first: u32,
) -> impl Iterator<Item = u32> + use<> {
    let clusters = *clusters;
    let lost = boot.kind == Kind::Fat32 && first < 1 << 16;
    let high = if lost { MOST_HIGH } else { 0 };
    (0..=high)
        .map_while(move |high| first.checked_add(high << 16))
        .filter(move |&c| clusters.has(c))
}

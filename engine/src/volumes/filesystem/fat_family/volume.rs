//! One volume: its directories and files from the root on, and where they lie.

use std::cmp::Reverse;
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, VecDeque};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::clusters::{ClusterRun, ClusterSet};
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, MOST_DIRECTORY};
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::geometry::RootDirectory;
use crate::volumes::filesystem::fat_family::locations::LocationBudget;
use crate::volumes::filesystem::fat_family::member::{DirectoryListing, FamilyMember};
use crate::volumes::filesystem::fat_family::space::{ClusterSpace, said};
use crate::volumes::filesystem::fat_family::tree::{DirectoryTree, MOST_DIRECTORIES, ROOT};
use crate::volumes::filesystem::system::SECTOR;
use crate::volumes::read;

/// Bytes of all directories of one volume that are read, and how often as many as it has.
const MOST_DIRECTORIES_LEN: u64 = 4 << 30;
const MOST_PASSES: u64 = 2;

/// A volume that is being read.
struct FamilyVolume<'b, M> {
    space: ClusterSpace<'b>,
    /// What its own file system knows of it.
    member: M,
    tree: DirectoryTree,
    /// Deleted directories that were not read yet, with the number of the one that they lie in.
    deleted: VecDeque<(usize, FileRecord)>,
    /// How many bytes of directories may still be read.
    room: u64,
}

/// What the boot sector at `at` says, if there is one of this file system.
pub(crate) fn boot_at<M: FamilyMember>(bytes: &dyn Bytes, at: u64) -> Option<M> {
    M::parse(read::padded(bytes, at, SECTOR).first_chunk()?)
}

/// What the volume says that begins at `at` and has `room` bytes at most, if there is one.
pub(crate) fn read<M: FamilyMember>(bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
    FamilyVolume::new(bytes, boot_at::<M>(bytes, at)?, at, room).contents()
}

/// What the volume says whose boot sector has its copy at `at`, if there is one. A copy looks as its
/// original does: its own offset in the volume tells where that begins.
pub(crate) fn read_copy<M: FamilyMember>(bytes: &dyn Bytes, at: u64) -> Option<Contents> {
    let member = boot_at::<M>(bytes, at)?;
    let start = at.checked_sub(member.geometry().copy_at?)?;
    FamilyVolume::new(bytes, member, start, bytes.len() - start).contents()
}

/// Where the volume begins of whose boot sector that at `at` is the copy, if both are there and tell of the
/// same clusters. Which of two tables and maps counts, a copy does not know.
pub(crate) fn original<M: FamilyMember>(bytes: &dyn Bytes, at: u64) -> Option<u64> {
    let copy = boot_at::<M>(bytes, at)?;
    let start = at.checked_sub(copy.geometry().copy_at?)?;
    let original = boot_at::<M>(bytes, start)?;
    copy.geometry().has_clusters_of(original.geometry()).then_some(start)
}

impl<'b, M: FamilyMember> FamilyVolume<'b, M> {
    fn new(bytes: &'b dyn Bytes, mut member: M, at: u64, room: u64) -> Self {
        let mut space = ClusterSpace::new(bytes, member.geometry(), at, room);
        member.prepare(&mut space);
        let (tree, deleted) = (DirectoryTree::default(), VecDeque::new());
        // Deleted directories may lie in each other by what they say, from each cluster to the end of the volume.
        let room = MOST_DIRECTORIES_LEN.min(space.span.len.saturating_mul(MOST_PASSES));
        FamilyVolume { space, member, tree, deleted, room }
    }

    fn contents(mut self) -> Option<Contents> {
        self.walk();
        if !self.member.is_volume(&self.space, &self.tree) {
            return None;
        }
        let mut budget = LocationBudget::default();
        for file in self.tree.files.iter_mut().filter(|file| !file.record.deleted) {
            file.locations = self.space.live_locations(&file.record, &mut budget);
        }
        self.walk_deleted();
        for file in self.tree.files.iter_mut().filter(|file| file.record.deleted) {
            file.locations = self.space.deleted_locations(&file.record, &mut budget);
        }
        let kept = self.member.finish(&mut self.tree);
        let FamilyVolume { space, member, .. } = &self;
        let is_short = member.geometry().len > space.span.len;
        let short = said(is_short, "the volume claims to reach further than there is room");
        let faults = std::iter::once(short).chain(member.faults(space)).flatten().collect();
        let free = member.is_trusted(space).then(|| space.free());
        Some(Contents {
            kind: member.geometry().kind.name(),
            span: space.span,
            label: member.label(),
            cluster_len: space.heap.len,
            clusters_at: space.heap.at,
            faults,
            encrypted: None,
            entries: self.tree.entries(),
            free,
            kept,
        })
    }

    /// Reads the directories that are there, from the root on.
    fn walk(&mut self) {
        let runs = self.root();
        let root = self.directory(runs);
        self.member.read_root(&mut self.space, &root);
        let listing = self.member.list(&root, true);
        self.space.faults.is_rootless |= listing.invalid > listing.records.len() as u64;
        self.add(ROOT, listing);
        let (mut number, mut begun) = (ROOT + 1, HashMap::new());
        while let Some(directory) = self.tree.directories.get(number) {
            let record = directory.record.as_ref();
            let cluster = record.map_or(0, |record| record.cluster);
            let chain = record.map(|record| self.space.claim(record)).unwrap_or_default();
            match begun.entry(cluster) {
                Slot::Vacant(new) => drop(new.insert(number)),
                Slot::Occupied(first) => self.settle_rivals(*first.get(), number, cluster),
            }
            let runs = self.runs(&chain.runs);
            let directory = self.directory(runs);
            self.add(number, self.member.list(&directory, true));
            number += 1;
        }
    }

    /// Settles which of two records names a directory that both lead to: that in the directory which it
    /// says itself that it lies in, else the newer one.
    fn settle_rivals(&mut self, first: usize, second: usize, cluster: u32) {
        let parents = [first, second].map(|number| self.tree.parent_cluster(number));
        let said = self.member.parent_of(&self.space, cluster);
        let is_second = match said.filter(|_| parents[0] != parents[1]) {
            Some(said) => parents[1] == Some(said),
            None => self.tree.is_newer(second, first),
        };
        if is_second {
            self.tree.exchange_names(first, second);
        }
    }

    /// Reads the directories that were deleted, as far as entries still lead to them. To be done
    /// when it is known what live files own.
    fn walk_deleted(&mut self) {
        let mut seen = ClusterSet::new(self.space.heap.limit());
        while let Some((parent, mut record)) = self.deleted.pop_front() {
            let above = self.tree.cluster(parent);
            let Some(runs) = self.member.find_deleted(&mut self.space, &record, above) else {
                continue;
            };
            let Some(first) = runs.first().map(|run| run.first) else { continue };
            if !seen.add(first) {
                continue;
            }
            record.cluster = first;
            let Some(number) = self.tree.add(parent, record) else { continue };
            let directory = self.directory(self.runs(&runs));
            self.add(number, self.member.list(&directory, false));
        }
    }

    fn root(&mut self) -> Vec<Span> {
        match self.member.geometry().root {
            RootDirectory::Fixed(run) => {
                vec![Span { at: self.space.span.at.saturating_add(run.at), len: run.len }]
            }
            RootDirectory::Chain(first) => {
                let mut chain = self.space.table.claim(first, &mut self.space.owned);
                self.space.faults.count(chain.end);
                if chain.runs.is_empty() {
                    self.space.faults.is_rootless = true;
                    // The table is wrong about it, the boot sector hardly.
                    chain.runs.push(ClusterRun { first, count: 1 });
                }
                self.runs(&chain.runs)
            }
        }
    }

    fn runs(&self, clusters: &[ClusterRun]) -> Vec<Span> {
        self.space.heap.runs(clusters, MOST_DIRECTORY.min(self.room))
    }

    fn directory(&mut self, runs: Vec<Span>) -> DirectoryBytes {
        let directory = DirectoryBytes::read(self.space.bytes, runs);
        let directory = directory.without_unreadable(self.space.bytes, M::NOTHING);
        self.room = self.room.saturating_sub(directory.bytes().len() as u64);
        directory
    }

    /// Adds what a directory holds to the tree; deleted directories are noted, to be read later.
    fn add(&mut self, number: usize, listing: DirectoryListing) {
        self.space.faults.invalid += listing.invalid;
        let mut records = listing.records;
        // Of several deleted directories that begin in one cluster the newest was there last.
        records.sort_by_key(|record| {
            let is_gone = record.is_directory && record.deleted;
            is_gone.then(|| Reverse(record.modified.map(|moment| moment.civil)))
        });
        for record in records {
            if !record.is_directory {
                self.tree.add_file(number, record);
            } else if !record.deleted {
                self.tree.add(number, record);
            } else if self.deleted.len() < MOST_DIRECTORIES {
                self.deleted.push_back((number, record));
            }
        }
    }
}

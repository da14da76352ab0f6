//! One volume: its directories and files from the root on, and where they lie.

use std::collections::VecDeque;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run};

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::budget::LocationBudget;
use crate::volumes::filesystem::fat_family::cluster_set::ClusterSet;
use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::DirectoryBytes;
use crate::volumes::filesystem::fat_family::faults::FaultClauses;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::member::{
    DirectoryListing, FamilyMember, RootDirectory,
};
use crate::volumes::filesystem::fat_family::space::ClusterSpace;
use crate::volumes::filesystem::fat_family::tree::{DirectoryTree, MOST_DIRECTORIES, ROOT};

/// Bytes of all directories of one volume that are read.
const MOST_DIRECTORIES_LEN: u64 = 4 << 30;

/// A volume that is being read.
pub(crate) struct FamilyVolume<'b, M> {
    bytes: &'b dyn Bytes,
    /// Where it lies.
    span: Span,
    space: ClusterSpace<'b>,
    /// What its own file system knows of it.
    member: M,
    tree: DirectoryTree,
    /// Deleted directories that were not read yet, with the number of the one that they lie in.
    deleted: VecDeque<(usize, FileRecord)>,
    /// How many bytes of directories may still be read.
    room: u64,
}

impl<'b, M: FamilyMember> FamilyVolume<'b, M> {
    /// The volume that lies so.
    pub fn new(bytes: &'b dyn Bytes, span: Span, space: ClusterSpace<'b>, member: M) -> Self {
        let (tree, deleted) = (DirectoryTree::default(), VecDeque::new());
        let room = MOST_DIRECTORIES_LEN;
        FamilyVolume { bytes, span, space, member, tree, deleted, room }
    }

    /// What the volume says, if there is one; by its boot sector it has `claimed` bytes.
    pub fn read(mut self, claimed: u64) -> Option<Contents> {
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
        let clauses = FaultClauses::default()
            .say(claimed > self.span.len, "the volume claims to reach further than there is room");
        let (heap, owned) = (&self.space.heap, &self.space.owned);
        let is_trusted = self.member.is_trusted(&self.space);
        Some(Contents {
            kind: self.member.kind(),
            span: self.span,
            label: self.member.label(),
            cluster_len: heap.len,
            clusters_at: heap.at,
            faults: self.member.describe(&self.space, clauses).into_vec(),
            encrypted: None,
            entries: self.tree.entries(),
            free: is_trusted.then(|| heap.free(owned)),
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
        let mut number = ROOT + 1;
        while let Some(directory) = self.tree.directories.get(number) {
            let chain = directory.record.as_ref().map(|record| self.space.claim(record));
            let runs = self.runs(&chain.unwrap_or_default().runs);
            let directory = self.directory(runs);
            self.add(number, self.member.list(&directory, true));
            number += 1;
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

    fn root(&mut self) -> Vec<Run> {
        match self.member.root() {
            RootDirectory::Fixed(run) => {
                vec![Run { at: self.span.at.saturating_add(run.at), len: run.len }]
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

    fn runs(&self, clusters: &[ClusterRun]) -> Vec<Run> {
        self.space.heap.runs(clusters, M::MOST_DIRECTORY)
    }

    fn directory(&mut self, runs: Vec<Run>) -> DirectoryBytes {
        let directory = DirectoryBytes::read(self.bytes, runs, M::MOST_DIRECTORY.min(self.room));
        self.room = self.room.saturating_sub(directory.bytes().len() as u64);
        directory
    }

    /// Adds what a directory holds to the tree; deleted directories are noted, to be read later.
    fn add(&mut self, number: usize, listing: DirectoryListing) {
        self.space.faults.invalid += listing.invalid;
        for record in listing.records {
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

//! All inodes of a volume that can be followed: as they are now, and as the journal had them.

use super::copies::BlockCopy;
use super::inode::{ExtInode, FileKind, ROOT};
use super::inode_tables::InodeTables;
use super::layout::{self, FileLayout};
use super::volume::{ExtVolume, each_slot};
use crate::volumes::filesystem::MOST_ENTRIES;

/// Versions of one inode that are told apart.
const MOST_VERSIONS: usize = 16;

/// A file or a folder at some time.
#[derive(Clone, Debug)]
pub(super) struct InodeVersion {
    pub(super) inode: ExtInode,
    pub(super) layout: FileLayout,
    /// The transaction that it is known from; nothing when it is known from its table.
    pub(super) sequence: Option<u32>,
    /// When it was deleted, in seconds since 1970.
    pub(super) deleted_at: Option<u32>,
}

impl InodeVersion {
    /// Whether it is there still.
    pub(super) fn is_live(&self) -> bool {
        self.sequence.is_none() && self.inode.is_live()
    }
}

/// Files and folders: those that are there first, in the order of their numbers; of one number the
/// newest version first.
#[derive(Clone, Debug, Default)]
pub(super) struct InodeSurvey {
    pub(super) files: Vec<InodeVersion>,
    pub(super) folders: Vec<InodeVersion>,
}

impl InodeSurvey {
    /// All of a volume.
    pub(super) fn of(volume: &ExtVolume, tables: &InodeTables) -> Self {
        let mut survey = InodeSurvey::default();
        volume.each_inode(|inode| survey.add_current(volume, inode));
        for copies in volume.copies.by_block() {
            if let Some(first) = volume.first_inode_of(copies[0].block, tables) {
                survey.add_history(volume, first, copies);
            }
        }
        survey.files.sort_by_key(|file| (!file.is_live(), file.inode.number));
        survey
    }

    fn add(&mut self, version: InodeVersion) {
        let list = match version.inode.kind {
            FileKind::File => &mut self.files,
            _ => &mut self.folders,
        };
        if list.len() < MOST_ENTRIES {
            list.push(version);
        }
    }

    /// Adds an inode as its table has it.
    fn add_current(&mut self, volume: &ExtVolume, inode: ExtInode) {
        if !is_wanted(volume, &inode) {
            return;
        }
        let layout = layout::follow(volume, &inode, None);
        if inode.is_live() || !layout.extents.is_empty() {
            let deleted_at = deletion(volume, &inode);
            self.add(InodeVersion { inode, layout, sequence: None, deleted_at });
        }
    }

    /// Adds what copies of a block of a table say that the table does not say any more, from the
    /// newest on. A version that begins where a newer one does is the same file when it was shorter.
    fn add_history(&mut self, volume: &ExtVolume, first: u32, copies: &[BlockCopy]) {
        let inode_len = volume.superblock.inode_len;
        let mut slots: Vec<InodeSlot> = Vec::new();
        slots.resize_with(volume.inodes_per_block() as usize, InodeSlot::default);
        let mut block = Vec::new();
        if volume.read_or_restore(copies[0].block, &mut block).is_some() {
            each_slot(&block, inode_len, |slot, raw| {
                slots[slot].current = Some(ExtInode::parse(raw, first + slot as u32, 0));
            });
        }
        for copy in copies.iter().rev() {
            if !copy.read(&volume.blocks, &mut block) {
                continue;
            }
            each_slot(&block, inode_len, |slot, raw| {
                let at = copy.at + (slot * inode_len) as u64;
                let inode = ExtInode::parse(raw, first + slot as u32, at);
                if let Some(version) = slots[slot].take(volume, inode, copy.sequence) {
                    self.add(version);
                }
            });
        }
    }
}

/// What is known of an inode from the block that it shares with others.
#[derive(Default)]
struct InodeSlot {
    current: Option<ExtInode>,
    /// Versions that were looked at, and the blocks that they began with.
    seen: Vec<(ExtInode, Option<u64>)>,
}

impl InodeSlot {
    /// The version of an older inode, if it says something new.
    fn take(&mut self, volume: &ExtVolume, inode: ExtInode, sequence: u32) -> Option<InodeVersion> {
        let same = |other: &ExtInode| other.map == inode.map;
        if !is_wanted(volume, &inode) || !inode.is_live() || inode.size == 0 {
            return None;
        }
        if self.seen.len() >= MOST_VERSIONS || self.seen.iter().any(|(other, _)| same(other)) {
            return None;
        }
        if self.seen.is_empty()
            && let Some(current) = &self.current
        {
            let layout = layout::follow(volume, current, None);
            self.seen.push((current.clone(), layout.first()));
            if same(current) {
                return None;
            }
        }
        let layout = layout::follow(volume, &inode, Some(sequence));
        let first = layout.first();
        let known = first.is_none() || self.seen.iter().any(|&(_, other)| other == first);
        self.seen.push((inode.clone(), first));
        if known {
            return None;
        }
        let current = self.current.as_ref().filter(|now| now.generation == inode.generation);
        let deleted_at = current.and_then(|now| deletion(volume, now));
        Some(InodeVersion { inode, layout, sequence: Some(sequence), deleted_at })
    }
}

/// Whether an inode is a file or a folder of the user.
fn is_wanted(volume: &ExtVolume, inode: &ExtInode) -> bool {
    let own = inode.number != ROOT && volume.superblock.is_own(inode.number);
    inode.kind != FileKind::Other && !own
}

/// When an inode was deleted. The same field chains inodes that were about to be, by their numbers.
fn deletion(volume: &ExtVolume, inode: &ExtInode) -> Option<u32> {
    (inode.deleted > volume.superblock.inodes).then_some(inode.deleted)
}

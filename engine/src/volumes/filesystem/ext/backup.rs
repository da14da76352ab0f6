//! Volumes whose first superblock is lost: where they began, by a copy of it.

use afterimage_signatures::Bytes;

use super::inode::{ExtInode, FileKind, ROOT};
use super::jbd2;
use super::open::open;
use super::superblock::{self, ExtSuperblock};
use super::volume::ExtVolume;
use super::{directory, free, layout};
use crate::volumes::read;

/// What partitions begin at whole multiples of.
const ALIGNMENT: u64 = 1 << 20;

/// Where the first partition began before that: after one track.
const TRACK: u64 = 63 * 512;

/// Places that are tried of those where a journal can begin.
const MOST_TRIED: usize = 4;

/// Places where a volume may begin that are looked at: as many as the largest usual journal has MiB.
const MOST_STARTS: usize = 1024;

/// The volume of the superblock at `at`, which lies at the beginning of the volume, of a group, or
/// in the journal. Nothing when it does not fit what lies there, or is a copy of one that is there.
pub(super) fn find(bytes: &dyn Bytes, at: u64) -> Option<ExtVolume<'_>> {
    let superblock = ExtSuperblock::read(bytes, at)?;
    let own = at.checked_sub(superblock.position());
    let copied =
        if superblock.group == 0 { in_journal(bytes, at, &superblock) } else { Vec::new() };
    let is_copy = |start: &u64| {
        let first = start.saturating_add(superblock::AT);
        let original = if first == at { None } else { ExtSuperblock::read(bytes, first) };
        original.is_some_and(|original| original.uuid == superblock.uuid)
    };
    if own.iter().chain(&copied).any(is_copy) {
        return None;
    }
    own.into_iter().chain(copied.into_iter().take(MOST_TRIED)).find_map(|start| {
        let room = bytes.len().saturating_sub(start);
        let volume = open(bytes, start, room, superblock.clone());
        is_placed(&volume).then_some(volume)
    })
}

/// Whether a volume does begin where it is said to.
fn is_placed(volume: &ExtVolume) -> bool {
    let root = volume.inode(ROOT).filter(|root| root.kind == FileKind::Folder);
    let first = root.and_then(|root| layout::follow(volume, &root, None).first());
    let mut block = Vec::new();
    let is_root = |block: &[u8]| {
        let mut own = false;
        directory::each(block, &volume.superblock, |name| {
            own |= name.bytes == b"." && name.inode == ROOT;
        });
        own
    };
    first.is_some_and(|first| volume.blocks.read(first, &mut block) && is_root(&block))
        || free::agree(volume)
        || volume.copies.agree(&volume.blocks)
}

/// Where the volume may begin if the superblock is a copy in its journal: that is known to lie
/// somewhere from there, and partitions do not begin anywhere.
fn in_journal(bytes: &dyn Bytes, at: u64, superblock: &ExtSuperblock) -> Vec<u64> {
    let Some((map, len)) = superblock.journal_map else { return Vec::new() };
    let inode = ExtInode::of_journal(superblock.journal, map, len);
    let volume = ExtVolume::unread(bytes, 0, bytes.len(), superblock.clone());
    let layout = layout::follow(&volume, &inode, None);
    let runs = layout.runs(&volume.blocks);
    let first = runs.first().map_or(0, |run| run.at);
    let mut starts = Vec::new();
    for run in &runs {
        let (least, most) =
            (at.saturating_sub(run.at.saturating_add(run.len)), at.saturating_sub(run.at));
        let aligned = (least.next_multiple_of(ALIGNMENT)..=most).step_by(ALIGNMENT as usize);
        starts.extend(aligned.take(MOST_STARTS));
        starts.extend((least..=most).contains(&TRACK).then_some(TRACK));
    }
    starts.truncate(MOST_STARTS);
    starts.sort_unstable();
    starts.dedup();
    starts.retain(|start| may_begin_journal(bytes, first.saturating_add(*start)));
    starts
}

/// Whether a journal can begin there: it does, or that is lost as well.
fn may_begin_journal(bytes: &dyn Bytes, at: u64) -> bool {
    read::array::<16>(bytes, at).is_some_and(|start| start == [0; 16] || jbd2::begins(&start))
}

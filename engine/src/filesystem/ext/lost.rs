//! Volumes whose beginning is lost: where they began, by a copy of the superblock.

use afterimage_signatures::Bytes;

use super::inode::Inode;
use super::layout::Layout;
use super::superblock::{self, Superblock};
use super::volume::Volume;

/// What partitions begin at whole multiples of.
const ALIGNMENT: u64 = 1 << 20;

/// Where the first partition began before that: behind one track.
const TRACK: u64 = 63 * 512;

/// Places where a volume may begin that are tried: as many as the largest usual journal has MiB.
const MOST_STARTS: usize = 1024;

/// The volume of the superblock at `at`, which lies at the beginning of the volume, of a group, or
/// in the journal. Nothing when it does not fit what lies there, or is a copy of one that is there.
pub(super) fn find(bytes: &dyn Bytes, at: u64) -> Option<Volume<'_>> {
    let superblock = Superblock::read(bytes, at)?;
    let starts = at.checked_sub(superblock.position()).into_iter();
    let copied =
        if superblock.group == 0 { in_journal(bytes, at, &superblock) } else { Vec::new() };
    for start in starts.chain(copied) {
        let first = start.saturating_add(superblock::AT);
        let original = if first == at { None } else { Superblock::read(bytes, first) };
        if original.is_some_and(|original| original.uuid == superblock.uuid) {
            return None;
        }
        let room = bytes.len().saturating_sub(start);
        let volume = Volume::new(bytes, start, room, superblock.clone());
        if volume.is_placed() {
            return Some(volume);
        }
    }
    None
}

/// Where the volume may begin if the superblock is a copy in its journal: that is known to lie
/// somewhere from there, and partitions do not begin anywhere.
fn in_journal(bytes: &dyn Bytes, at: u64, superblock: &Superblock) -> Vec<u64> {
    let Some((map, len)) = superblock.journal_map else { return Vec::new() };
    let inode = Inode::of_journal(superblock.journal, map, len);
    let volume = Volume::unread(bytes, 0, bytes.len(), superblock.clone());
    let layout = Layout::of(&volume, &inode, None);
    let mut starts = Vec::new();
    for run in layout.runs(&volume) {
        let (least, most) =
            (at.saturating_sub(run.at.saturating_add(run.len)), at.saturating_sub(run.at));
        let aligned = (least.next_multiple_of(ALIGNMENT)..=most).step_by(ALIGNMENT as usize);
        starts.extend(aligned.take(MOST_STARTS));
        starts.extend((least..=most).contains(&TRACK).then_some(TRACK));
    }
    starts.truncate(MOST_STARTS);
    starts
}

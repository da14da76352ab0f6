//! Opening a volume: its groups, and the copies of blocks in its journal.

use afterimage_signatures::Bytes;

use super::journal;
use super::superblock::ExtSuperblock;
use super::volume::ExtVolume;

/// The volume of a superblock at `at`, with at most `room` bytes, and what its journal has.
pub(super) fn open(
    bytes: &dyn Bytes,
    at: u64,
    room: u64,
    superblock: ExtSuperblock,
) -> ExtVolume<'_> {
    let mut volume = ExtVolume::unread(bytes, at, room, superblock);
    volume.read_groups();
    volume.copies = journal::read(&volume);
    if volume.groups.is_empty() {
        // The journal, found by the copy of its map, may have the descriptors.
        volume.read_groups();
    }
    volume
}

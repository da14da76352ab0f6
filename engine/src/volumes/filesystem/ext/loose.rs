//! Copies of blocks in the journal whose descriptor was overwritten.
//!
//! The checksum of an inode begins with its number, and nothing else in it is unknown: so the
//! checksum of a copy says which inode it is of, and with it which block of which table.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Checksums.

use std::mem::offset_of;

use zerocopy::IntoBytes;

use super::checksum;
use super::copies::BlockCopy;
use super::inode::RawInode;
use super::volume::ExtVolume;
use crate::volumes::fields;

/// Bytes of an inode that has room for all of its checksum.
const LARGE: usize = 256;

/// The block of an inode table that a copy is of, when all its inodes say so.
pub(super) fn block_of(volume: &ExtVolume, copy: &BlockCopy) -> Option<u64> {
    let inode_len = volume.superblock.inode_len;
    if !volume.superblock.checks_metadata() || inode_len < LARGE {
        return None;
    }
    let mut data = Vec::new();
    if !copy.read(&volume.blocks, &mut data) {
        return None;
    }
    let mut found = None;
    for (slot, raw) in data.chunks_exact(inode_len).enumerate() {
        let Some(inode) = fields::structure::<RawInode>(raw) else { continue };
        if inode.mode == 0 {
            continue;
        }
        let (block, at) = volume.place_of(number_of(raw, volume.superblock.seed))?;
        if at != slot * inode_len || found.is_some_and(|found| found != block) {
            return None;
        }
        found = Some(block);
    }
    found
}

/// The number of an inode by its checksum; anything when it is none.
fn number_of(raw: &[u8], seed: u32) -> u32 {
    let Some(inode) = fields::structure::<RawInode>(raw) else { return 0 };
    let sum = u32::from(inode.checksum_low) | u32::from(inode.checksum_high) << 16;
    // The checksum counts as zero in itself.
    let mut unsummed = raw.to_vec();
    for at in [offset_of!(RawInode, checksum_low), offset_of!(RawInode, checksum_high)] {
        unsummed[at..at + 2].fill(0);
    }
    let before = checksum::before(sum, &unsummed);
    let before = checksum::before(before, inode.generation.as_bytes());
    checksum::between(seed, before)
}

#[cfg(test)]
mod tests {
    use super::super::checksum::of;
    use super::number_of;

    #[test]
    fn the_checksum_of_an_inode_says_its_number() {
        let mut raw: Vec<u8> = (0..=255).collect();
        let mut summed = raw.clone();
        summed[124..126].fill(0);
        summed[130..132].fill(0);
        let state = of(of(0x5eed, &31_337_u32.to_le_bytes()), &raw[100..104]);
        let sum = of(state, &summed).to_le_bytes();
        raw[124..126].copy_from_slice(&sum[..2]);
        raw[130..132].copy_from_slice(&sum[2..]);
        assert_eq!(number_of(&raw, 0x5eed), 31_337);
    }
}

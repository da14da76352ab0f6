//! Inodes and maps of blocks.

use super::{BLOCK, put16, put32};

/// `EXT4_EXTENTS_FL`.
const EXTENTS: u32 = 0x8_0000;

/// The map in an inode, and where the content goes.
pub(super) struct Map {
    raw: [u8; 60],
    flags: u32,
    blocks: usize,
    /// The blocks of the content.
    pub(super) data: Vec<u32>,
}

impl Map {
    /// A map of up to four extents.
    pub(super) fn extents(blocks: &[u32]) -> Self {
        let mut raw = [0; 60];
        let extents: Vec<&[u32]> = blocks.chunk_by(|one, next| one + 1 == *next).collect();
        assert!(extents.len() <= 4, "too many pieces for an inode");
        put16(&mut raw, 0, 0xf30a);
        put16(&mut raw, 2, extents.len() as u16);
        put16(&mut raw, 4, 4);
        let mut logical = 0;
        for (extent, at) in extents.into_iter().zip((12..).step_by(12)) {
            put32(&mut raw, at, logical);
            put16(&mut raw, at + 4, extent.len() as u16);
            put32(&mut raw, at + 8, extent[0]);
            logical += extent.len() as u32;
        }
        Map { raw, flags: EXTENTS, blocks: blocks.len(), data: blocks.to_vec() }
    }

    /// Twelve blocks, then one that lists the others; it is the thirteenth of those given.
    pub(super) fn lists(image: &mut [u8], blocks: &[u32], content: usize) -> Self {
        let mut raw = [0; 60];
        let mut data = blocks.to_vec();
        if content > 12 {
            let list = data.remove(12) as usize * BLOCK;
            put32(&mut raw, 48, (list / BLOCK) as u32);
            assert!(content <= 12 + BLOCK / 4, "too long for one list");
            image[list..list + BLOCK].fill(0);
            for (index, &block) in data[12..].iter().enumerate() {
                put32(image, list + index * 4, block);
            }
        }
        for (index, &block) in data.iter().take(12).enumerate() {
            put32(&mut raw, index * 4, block);
        }
        Map { raw, flags: 0, blocks: blocks.len(), data }
    }
}

/// Writes an inode with one name, or with the two of a folder.
pub(super) fn put(raw: &mut [u8], mode: u16, size: u64, modified: u32, map: &Map) {
    raw.fill(0);
    put16(raw, 0, mode);
    put32(raw, 4, size as u32);
    [8, 12, 16].into_iter().for_each(|at| put32(raw, at, modified));
    put16(raw, 26, if mode >> 12 == 4 { 2 } else { 1 });
    put32(raw, 28, (map.blocks * BLOCK / 512) as u32);
    put32(raw, 32, map.flags);
    raw[40..100].copy_from_slice(&map.raw);
    put16(raw, 128, 32);
}

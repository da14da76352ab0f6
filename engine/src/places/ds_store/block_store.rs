//! The blocks of a `.DS_Store` file, by the root of their allocator.

use crate::volumes::fields::be32;

/// Offsets count after the first four bytes of the file.
const BASE: usize = 4;

/// Blocks of one store; a folder of a hundred thousand files has fewer.
const MOST_BLOCKS: usize = 1 << 16;

/// Directories that the root of a store names; there is one.
const MOST_DIRECTORIES: u32 = 16;

/// The blocks of a file.
pub(super) struct BlockStore<'f> {
    bytes: &'f [u8],
    /// Where each block lies: its offset, with the power of two of its length in the lowest five bits.
    addresses: Vec<u32>,
    /// Where the directory of the table begins, in the block of the root.
    rest: &'f [u8],
}

impl<'f> BlockStore<'f> {
    /// The blocks of the file with these bytes; nothing where it is none.
    pub(super) fn open(bytes: &'f [u8]) -> Option<Self> {
        if bytes.get(4..8)? != b"Bud1" {
            return None;
        }
        let (at, len) = (be32(bytes, 8)? as usize, be32(bytes, 12)? as usize);
        let start = at.checked_add(BASE)?;
        let root = bytes.get(start..)?;
        let root = &root[..len.min(root.len())];
        let count = be32(root, 0)? as usize;
        // The table of addresses is filled up to whole 256.
        let padded = count.checked_next_multiple_of(256).filter(|_| count <= MOST_BLOCKS)?;
        let table = root.get(8..8 + 4 * padded)?;
        let addresses = (0..count).filter_map(|nth| be32(table, 4 * nth)).collect();
        Some(BlockStore { bytes, addresses, rest: &root[8 + 4 * padded..] })
    }

    /// The number of the block that a directory of the store has by that name.
    pub(super) fn directory(&self, name: &[u8]) -> Option<u32> {
        let mut at = 4;
        for _ in 0..be32(self.rest, 0)?.min(MOST_DIRECTORIES) {
            let len = usize::from(*self.rest.get(at)?);
            let known = self.rest.get(at + 1..at + 1 + len)?;
            let block = be32(self.rest, at + 1 + len)?;
            if known == name {
                return Some(block);
            }
            at += 5 + len;
        }
        None
    }

    /// The bytes of a block, as far as the file has them.
    pub(super) fn block(&self, number: u32) -> Option<&'f [u8]> {
        let address = *self.addresses.get(usize::try_from(number).ok()?)?;
        let start = ((address & !31) as usize).checked_add(BASE)?;
        let len = 1usize.checked_shl(address & 31)?;
        let rest = self.bytes.get(start..)?;
        Some(&rest[..len.min(rest.len())])
    }

    /// Where a block begins: blocks of two numbers and lengths can begin at one place.
    pub(super) fn address(&self, number: u32) -> Option<u32> {
        let address = self.addresses.get(usize::try_from(number).ok()?)?;
        Some(address & !31)
    }

    /// How many bytes the file has.
    pub(super) fn file_len(&self) -> usize {
        self.bytes.len()
    }
}

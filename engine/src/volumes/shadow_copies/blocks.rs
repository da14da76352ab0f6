//! Which blocks a shadow copy keeps, by its list.

use std::collections::HashMap;

use super::record::BLOCK;
use crate::volumes::fields::{le32, le64};

/// Bytes of a descriptor.
const DESCRIPTOR: usize = 32;

/// Flags of a descriptor.
const FORWARDER: u32 = 1;
const OVERLAY: u32 = 2;
const UNUSED: u32 = 4;

/// Where the bytes of a block are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// At that offset of the volume.
    Copy(u64),
    /// In the next newer shadow copy, as its block at that offset; in the volume where there is none.
    Forwarded(u64),
}

/// Sectors that were written to the shadow copy itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlay {
    /// Where its block lies on the volume.
    pub at: u64,
    /// A bit for each sector of 512 bytes of the block that counts.
    pub sectors: u32,
}

/// What a shadow copy has of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub kept: Option<Kept>,
    pub overlay: Option<Overlay>,
}

/// The blocks of a shadow copy.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// By the offset on the volume.
    pub by_offset: HashMap<u64, Block>,
    /// Of those that are forwarded: the offset in the newer one, and the one here.
    pub reverse: HashMap<u64, u64>,
}

/// A row of the list.
#[derive(Clone, Copy)]
struct Descriptor {
    original: u64,
    relative: u64,
    at: u64,
    flags: u32,
    sectors: u32,
}

impl Blocks {
    /// Adds the rows of a block of the list, at most `left` blocks and ways between them in all; whether more may be
    /// added.
    pub(super) fn add(&mut self, rows: &[u8], left: &mut usize) -> bool {
        for row in rows.chunks_exact(DESCRIPTOR) {
            let Some(descriptor) = Descriptor::of(row) else { continue };
            if *left == 0 {
                return false;
            }
            let before = self.kept();
            self.put(descriptor);
            // A row can take a way away, and gives nothing back.
            *left = left.saturating_sub(self.kept().saturating_sub(before));
        }
        true
    }

    /// What is kept in memory, in blocks and ways between them.
    fn kept(&self) -> usize {
        self.by_offset.len() + self.reverse.len()
    }

    fn put(&mut self, row: Descriptor) {
        let Descriptor { mut original, relative, at, flags, sectors } = row;
        if flags & OVERLAY != 0 {
            let block = self.by_offset.entry(original).or_default();
            match &mut block.overlay {
                Some(known) => known.sectors |= sectors,
                none => *none = Some(Overlay { at, sectors }),
            }
        } else {
            // A block that was forwarded to this one has its bytes now.
            if let Some(forwarded) = self.reverse.remove(&original) {
                original = forwarded;
                if flags & FORWARDER != 0 && original == relative {
                    return;
                }
            }
            let is_forwarded = flags & FORWARDER != 0;
            let kept = if is_forwarded { Kept::Forwarded(relative) } else { Kept::Copy(at) };
            self.by_offset.entry(original).or_default().kept = Some(kept);
        }
        if flags & FORWARDER != 0 {
            self.reverse.insert(relative, original);
        }
    }
}

impl Descriptor {
    fn of(row: &[u8]) -> Option<Self> {
        let [original, relative, at] = [0, 8, 16].map(|at| le64(row, at));
        let (flags, sectors) = (le32(row, 24)?, le32(row, 28)?);
        let row = Descriptor { original: original?, relative: relative?, at: at?, flags, sectors };
        let is_empty = (row.original, row.relative, row.at, flags) == (0, 0, 0, 0);
        let is_block = row.original.is_multiple_of(BLOCK);
        (is_block && !is_empty && flags & UNUSED == 0).then_some(row)
    }
}

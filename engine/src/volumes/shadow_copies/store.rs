//! What a shadow copy keeps.

use super::blocks::Blocks;
use super::catalog::Entry;
use super::record::{BLOCK, Kind, VolumeBytes};

/// Blocks of all shadow copies of a volume: 64 GiB that changed.
pub(super) const MOST_BLOCKS: usize = 4 << 20;

/// A shadow copy as it is kept.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// When it was made, as Windows counts.
    pub created: u64,
    /// Its blocks.
    pub blocks: Blocks,
    /// A bit for each block of the volume that was not in use.
    unused: Vec<u8>,
    /// The same of the shadow copy before it, where there is one.
    unused_before: Option<Vec<u8>>,
}

impl Store {
    /// Reads what is listed of a shadow copy, `left` blocks of it at most.
    pub(super) fn read(volume: &VolumeBytes<'_>, entry: Entry, left: &mut usize) -> Self {
        let mut blocks = Blocks::default();
        volume.chain(entry.blocks_at, Kind::BlockList, &mut |rows| blocks.add(rows, left));
        let before = (entry.previous_at != 0).then(|| bitmap(volume, entry.previous_at));
        Store {
            created: entry.created,
            blocks,
            unused: bitmap(volume, entry.bitmap_at),
            unused_before: before,
        }
    }

    /// Whether the block at `at` was in use neither by this shadow copy nor by the one before.
    pub(super) fn is_unused(&self, at: u64) -> bool {
        is_set(&self.unused, at) && self.unused_before.as_ref().is_none_or(|bits| is_set(bits, at))
    }
}

fn is_set(bits: &[u8], at: u64) -> bool {
    let block = at / BLOCK;
    let byte = usize::try_from(block / 8).ok().and_then(|byte| bits.get(byte));
    byte.is_some_and(|byte| byte >> (block % 8) & 1 == 1)
}

fn bitmap(volume: &VolumeBytes<'_>, at: u64) -> Vec<u8> {
    let most = usize::try_from(volume.span.len.div_ceil(BLOCK * 8)).unwrap_or(usize::MAX);
    let mut bits = Vec::new();
    volume.chain(at, Kind::Bitmap, &mut |part| {
        let rest = most.saturating_sub(bits.len()).min(part.len());
        bits.extend_from_slice(&part[..rest]);
        bits.len() < most
    });
    bits
}

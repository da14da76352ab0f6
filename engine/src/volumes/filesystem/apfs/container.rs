//! The container: its superblocks, the newest and those of earlier checkpoints.

use afterimage_signatures::Bytes;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::object::{ContainerBlocks, MAP, Object, ObjectHeader, SUPERBLOCK};
use crate::volumes::{fields, read};

/// Blocks of the ring of checkpoints that are looked at.
const MOST_CHECKPOINTS: u32 = 4096;

/// Generations that are read.
const MOST_GENERATIONS: usize = 256;

/// Volumes of a container.
pub(crate) const MOST_VOLUMES: usize = 100;

/// What a superblock says of where the container lies and its checkpoints.
#[derive(Clone, Copy)]
pub(crate) struct ContainerGeometry {
    pub(crate) block: u32,
    pub(crate) blocks: u64,
    ring_at: u64,
    ring_len: u32,
    map: u64,
}

/// One generation of the container.
pub(crate) struct Checkpoint {
    pub(crate) transaction: u64,
    pub(crate) map: u64,
    pub(crate) volumes: Vec<u64>,
}

/// A superblock as it lies there, `nx_superblock_t`, up to the list of its volumes.
///
/// Source: Apple File System Reference (2020), "Container".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct ContainerSuperblock {
    object: ObjectHeader,
    magic: [u8; 4],
    block_len: U32,
    blocks: U64,
    _features: [U64; 3],
    _uuid: [u8; 16],
    _next_id: U64,
    _next_transaction: U64,
    ring_len: U32,
    _data_ring_len: U32,
    ring_at: U64,
    _data_ring_at: U64,
    _ring_use: [U32; 6],
    _space_manager: U64,
    map: U64,
    _reaper: U64,
    _test_type: U32,
    _most_volumes: U32,
}

const MAGIC: [u8; 4] = *b"NXSB";

impl ContainerGeometry {
    /// What the beginning of a superblock says; its checksum is not looked at.
    pub(crate) fn read(bytes: &dyn Bytes, at: u64) -> Option<Self> {
        Self::parse(&read::exact(bytes, at, 512)?)
    }

    pub(crate) fn parse(start: &[u8]) -> Option<Self> {
        let raw: &ContainerSuperblock = fields::structure(start)?;
        let (block, blocks) = (raw.block_len.get(), raw.blocks.get());
        let sane = raw.magic == MAGIC
            && raw.object.kind() == SUPERBLOCK
            && block.is_power_of_two()
            && (4096..=65_536).contains(&block)
            && blocks.checked_mul(block.into()).is_some_and(|len| len > 0);
        sane.then(|| ContainerGeometry {
            block,
            blocks,
            ring_at: raw.ring_at.get(),
            ring_len: raw.ring_len.get(),
            map: raw.map.get(),
        })
    }

    pub(crate) fn len(&self) -> u64 {
        self.blocks.saturating_mul(self.block.into())
    }

    /// The blocks of the ring; a ring in several extents, which none was seen of, is not followed.
    fn ring(&self) -> impl Iterator<Item = u64> {
        let len = if self.ring_len >> 31 == 0 { self.ring_len.min(MOST_CHECKPOINTS) } else { 0 };
        (0..u64::from(len)).filter_map(|index| self.ring_at.checked_add(index))
    }

    /// Where the container begins that has this superblock at `at`, in its first block or in its
    /// ring: from there its map lies where it says.
    pub(crate) fn start(&self, bytes: &dyn Bytes, at: u64) -> Option<u64> {
        let block = u64::from(self.block);
        let ring = self.ring().filter_map(move |index| at.checked_sub(index.checked_mul(block)?));
        std::iter::once(at).chain(ring).find(|&at| {
            let blocks = ContainerBlocks { bytes, at, len: self.len(), block: self.block };
            blocks.object(self.map, &[MAP]).is_some()
        })
    }

    /// The generations that the ring of `blocks` still has, the newest first.
    pub(crate) fn checkpoints(&self, blocks: &ContainerBlocks<'_>) -> Vec<Checkpoint> {
        let all = self.ring().filter_map(|block| blocks.object(block, &[SUPERBLOCK]));
        let mut found: Vec<Checkpoint> = all.filter_map(|one| checkpoint(&one)).collect();
        found.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.transaction));
        found.dedup_by_key(|checkpoint| checkpoint.transaction);
        found.truncate(MOST_GENERATIONS);
        found
    }
}

fn checkpoint(superblock: &Object) -> Option<Checkpoint> {
    let raw: &ContainerSuperblock = fields::structure(&superblock.bytes)?;
    if raw.magic != MAGIC {
        return None;
    }
    let (volumes, _) = superblock.bytes[size_of::<ContainerSuperblock>()..].as_chunks();
    let volumes = volumes.iter().take(MOST_VOLUMES).map(|&id| u64::from_le_bytes(id));
    Some(Checkpoint {
        transaction: superblock.transaction,
        map: raw.map.get(),
        volumes: volumes.filter(|&volume| volume != 0).collect(),
    })
}

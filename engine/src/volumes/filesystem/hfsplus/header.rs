//! The volume header of HFS+, and the forks that it says the special files lie in.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zerocopy::big_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::tree::HeaderNode;
use crate::volumes::filesystem::SECTOR;
use crate::volumes::{fields, read};

/// Where the header lies from the first byte, and its copy from the end.
pub(crate) const HEADER_AT: u64 = 1024;

/// Bytes of a block at most.
const LONGEST_BLOCK: u32 = 1 << 20;

/// A volume header, and where the volume lies.
#[derive(Clone, Debug)]
pub(crate) struct HfsHeader {
    pub(crate) kind: &'static str,
    pub(crate) at: u64,
    pub(crate) block: u64,
    pub(crate) blocks: u64,
    pub(crate) free_blocks: u32,
    /// Bytes from the first that belong to it.
    pub(crate) len: u64,
    pub(crate) journal_block: u32,
    pub(crate) allocation: Fork,
    pub(crate) extents: Fork,
    pub(crate) catalog: Fork,
}

/// What a record says of one fork of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Fork {
    pub(crate) size: u64,
    /// The first blocks and numbers of blocks of its first eight extents.
    pub(crate) extents: Vec<(u32, u32)>,
    /// Blocks of all its extents.
    pub(crate) blocks: u32,
}

/// A header as it lies there, up to the last field that is used.
///
/// Source: TN1150, "Volume Header".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct VolumeHeader {
    signature: [u8; 2],
    version: U16,
    _attributes: U32,
    _mounted_by: U32,
    journal_block: U32,
    _dates: [U32; 4],
    _counts: [U32; 2],
    block_len: U32,
    blocks: U32,
    free_blocks: U32,
    _allocation_hints: [U32; 4],
    _write_count: U32,
    _encodings: U64,
    _finder: [U32; 8],
    allocation: ForkData,
    extents: ForkData,
    catalog: ForkData,
}

/// A fork as it lies in the header and in the records of files.
///
/// Source: TN1150, "Fork Data Structure".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct ForkData {
    size: U64,
    _clump: U32,
    blocks: U32,
    extents: [ExtentDescriptor; 8],
}

/// Blocks that lie side by side; none where a fork has fewer extents.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct ExtentDescriptor {
    first: U32,
    count: U32,
}

impl Fork {
    /// What the structure says.
    pub(super) fn of(raw: &ForkData) -> Self {
        Fork { size: raw.size.get(), blocks: raw.blocks.get(), extents: extents(&raw.extents) }
    }
}

/// Eight extents, up to the first that is empty.
pub(super) fn extents(raw: &[ExtentDescriptor; 8]) -> Vec<(u32, u32)> {
    let all = raw.iter().map(|extent| (extent.first.get(), extent.count.get()));
    all.take_while(|&(_, count)| count > 0).collect()
}

impl HfsHeader {
    /// The header, or a copy of one, that lies in those bytes, of a volume that begins at `at`.
    pub(crate) fn parse(sector: &[u8], at: u64) -> Option<Self> {
        let raw: &VolumeHeader = fields::structure(sector)?;
        let kind = match (raw.signature, raw.version.get()) {
            ([b'H', b'+'], 4) => "hfs+",
            ([b'H', b'X'], 5) => "hfsx",
            _ => return None,
        };
        let (block, blocks) = (raw.block_len.get(), raw.blocks.get());
        if !block.is_power_of_two() || !(512..=LONGEST_BLOCK).contains(&block) || blocks == 0 {
            return None;
        }
        Some(HfsHeader {
            kind,
            at,
            block: block.into(),
            blocks: blocks.into(),
            free_blocks: raw.free_blocks.get(),
            len: u64::from(block) * u64::from(blocks),
            journal_block: raw.journal_block.get(),
            allocation: Fork::of(&raw.allocation),
            extents: Fork::of(&raw.extents),
            catalog: Fork::of(&raw.catalog),
        })
    }

    /// The header that lies at `place` of the source.
    pub(crate) fn read(bytes: &dyn Bytes, place: u64, at: u64) -> Option<Self> {
        Self::parse(&read::array::<SECTOR>(bytes, place)?, at)
    }

    /// Whether the catalog begins where the header says: then it is a header, and of this place.
    pub(crate) fn holds(&self, bytes: &dyn Bytes) -> bool {
        let runs = self.runs(&self.catalog.extents);
        let Some(run) = runs.first() else { return false };
        read::array::<{ size_of::<HeaderNode>() }>(bytes, run.at)
            .is_some_and(|raw| HeaderNode::parse(&raw).is_some_and(|node| node.is_first()))
    }

    /// Where extents lie in the source, those beyond the volume left out, neighbours joined.
    pub(crate) fn runs(&self, extents: &[(u32, u32)]) -> Vec<Span> {
        let mut runs: Vec<Span> = Vec::new();
        for &(first, count) in extents {
            let (first, count) = (u64::from(first), u64::from(count));
            if first >= self.blocks || count > self.blocks - first {
                break; // What follows would not be the bytes that follow.
            }
            let run =
                Span { at: self.at.saturating_add(first * self.block), len: count * self.block };
            match runs.last_mut() {
                Some(last) if last.at + last.len == run.at => last.len += run.len,
                _ => runs.push(run),
            }
        }
        runs
    }

    pub(crate) fn span(&self) -> Span {
        Span { at: self.at, len: self.len }
    }
}

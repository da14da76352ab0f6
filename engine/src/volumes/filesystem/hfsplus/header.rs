//! The volume header of HFS+, and the forks that it says the special files lie in.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run};

use crate::volumes::fields::{array, be16, be32, be64};
use crate::volumes::read;

/// Where the header lies from the first byte, and its copy from the end.
pub(crate) const HEADER_AT: u64 = 1024;

/// Bytes of a header.
const LEN: usize = 512;

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

impl Fork {
    /// The fork whose 80 bytes begin at `at`.
    pub(crate) fn read(record: &[u8], at: usize) -> Option<Self> {
        let extents = extents(record.get(at + 16..at + 80)?);
        Some(Fork { size: be64(record, at)?, blocks: be32(record, at + 12)?, extents })
    }
}

/// Eight extents, up to the first that is empty.
pub(crate) fn extents(bytes: &[u8]) -> Vec<(u32, u32)> {
    let all = bytes.chunks_exact(8).filter_map(|one| Some((be32(one, 0)?, be32(one, 4)?)));
    all.take_while(|&(_, count)| count > 0).collect()
}

impl HfsHeader {
    /// The header, or a copy of one, that lies in those bytes, of a volume that begins at `at`.
    pub(crate) fn parse(sector: &[u8], at: u64) -> Option<Self> {
        let kind = match (array(sector, 0)?, be16(sector, 2)?) {
            ([b'H', b'+'], 4) => "hfs+",
            ([b'H', b'X'], 5) => "hfsx",
            _ => return None,
        };
        let (block, blocks) = (be32(sector, 40)?, be32(sector, 44)?);
        let sane = block.is_power_of_two() && (512..=LONGEST_BLOCK).contains(&block) && blocks > 0;
        sane.then_some(())?;
        Some(HfsHeader {
            kind,
            at,
            block: block.into(),
            blocks: blocks.into(),
            free_blocks: be32(sector, 48)?,
            len: u64::from(block) * u64::from(blocks),
            journal_block: be32(sector, 12)?,
            allocation: Fork::read(sector, 112)?,
            extents: Fork::read(sector, 192)?,
            catalog: Fork::read(sector, 272)?,
        })
    }

    /// The header that lies at `place` of the source.
    pub(crate) fn read(bytes: &dyn Bytes, place: u64, at: u64) -> Option<Self> {
        Self::parse(&read::exact(bytes, place, LEN)?, at)
    }

    /// Whether the catalog begins where the header says: then it is a header, and of this place.
    pub(crate) fn holds(&self, bytes: &dyn Bytes) -> bool {
        let first = self.runs(&self.catalog.extents).first().copied();
        let node = first.and_then(|run| read::exact(bytes, run.at, 40));
        node.is_some_and(|node| {
            let size = be16(&node, 32).unwrap_or(0);
            node[8..10] == [1, 0] && size.is_power_of_two() && size >= 512
        })
    }

    /// Where extents lie in the source, those beyond the volume left out, neighbours joined.
    pub(crate) fn runs(&self, extents: &[(u32, u32)]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for &(first, count) in extents {
            let (first, count) = (u64::from(first), u64::from(count));
            if first >= self.blocks || count > self.blocks - first {
                break; // What follows would not be the bytes that follow.
            }
            let run =
                Run { at: self.at.saturating_add(first * self.block), len: count * self.block };
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

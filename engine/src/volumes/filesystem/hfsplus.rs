//! HFS+ and HFSX, the file systems of the Mac before APFS, and of many camera disks.
//!
//! Files that are there come from the catalog. Of deleted ones their records are left where a node
//! of the catalog has room, in nodes that it does not use any more, and in the journal, which has
//! copies of whole nodes.
//!
//! Source: Apple, Technical Note TN1150, "HFS Plus Volume Format".

mod catalog;
mod free;
mod header;
mod journal;
mod record;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashSet;

use afterimage_signatures::Bytes;

use self::catalog::Catalog;
use self::header::{HEADER_AT, HfsHeader};
use super::{Clue, Contents, FileSystem, SECTOR};
use crate::volumes::fields::{array, be16, be32};
use crate::volumes::read;

/// HFS+ and HFSX.
pub(crate) struct HfsPlus;

/// Pieces of the source that salvage searches.
const MOST_CLUES: usize = 1 << 20;

impl FileSystem for HfsPlus {
    fn name(&self) -> &'static str {
        "hfs+"
    }

    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        match sector[..4] {
            // The header is the third sector of a volume, so this is not where it begins.
            [b'H', b'+', 0, 4] | [b'H', b'X', 0, 5] => {
                HfsHeader::parse(sector, 0).map(|_| Clue::Copy)
            }
            _ => {
                let key = (be16(sector, 14)?, be16(sector, 20)?);
                let is = tree::is_leaf(sector)
                    && u32::from(key.0) == 6 + 2 * u32::from(key.1)
                    && key.1 <= 255
                    && be32(sector, 16)? > 0;
                is.then_some(Clue::Records)
            }
        }
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        let room = room.min(bytes.len().checked_sub(at)?);
        let (at, room) = embedded(bytes, at, room).unwrap_or((at, room));
        let header = HfsHeader::read(bytes, at.checked_add(HEADER_AT)?, at);
        let last = at.checked_add(room.checked_sub(HEADER_AT)?)?;
        let copy = HfsHeader::read(bytes, last, at).filter(|copy| copy.holds(bytes));
        match (header, copy) {
            (Some(header), _) if header.holds(bytes) => Some(contents(bytes, header, room, None)),
            (_, Some(copy)) => Some(contents(bytes, copy, room, Some("the volume header is lost"))),
            (Some(header), None) => Some(contents(bytes, header, room, None)),
            (None, None) => None,
        }
    }

    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        let header = HfsHeader::read(bytes, at, 0)?;
        // It is the header, or the copy, after which there may be less than a block.
        let as_copy = (0..header.block).step_by(SECTOR).filter_map(|rest| {
            at.checked_add(HEADER_AT)?.checked_sub(header.len.checked_add(rest)?)
        });
        let starts = at.checked_sub(HEADER_AT).into_iter().chain(as_copy);
        let mut headers = starts.map(|start| HfsHeader { at: start, ..header.clone() });
        let header = headers.find(|header| header.holds(bytes))?;
        let room = bytes.len() - header.at;
        Some(contents(bytes, header, room, None))
    }

    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
        // Blocks can be counted only in a volume that is known, where a former one had them too.
        known.iter().filter_map(|volume| salvage(bytes, clues, volume)).collect()
    }
}

/// Where a volume of HFS+ lies inside one of HFS that only wraps it, and how long it is.
fn embedded(bytes: &dyn Bytes, at: u64, room: u64) -> Option<(u64, u64)> {
    let sector = read::exact(bytes, at.checked_add(HEADER_AT)?, SECTOR)?;
    if array(&sector, 0)? != *b"BD" || array(&sector, 124)? != *b"H+" {
        return None;
    }
    let block = u64::from(be32(&sector, 20)?);
    let first = u64::from(be16(&sector, 28)?) * SECTOR as u64;
    let skip = first + u64::from(be16(&sector, 126)?) * block;
    let len = u64::from(be16(&sector, 128)?) * block;
    Some((at.checked_add(skip)?, len.min(room.checked_sub(skip)?)))
}

fn contents(
    bytes: &dyn Bytes,
    mut header: HfsHeader,
    room: u64,
    fault: Option<&'static str>,
) -> Contents {
    let mut faults: Vec<String> = fault.into_iter().map(String::from).collect();
    if header.len > room {
        faults.push("the volume reaches beyond the end".into());
        header.len = room;
        header.blocks = room / header.block;
    }
    let mut catalog = Catalog::read(bytes, &header);
    journal::add(bytes, &header, &mut catalog);
    faults.append(&mut catalog.faults);
    let label = catalog.label.take().filter(|label| !label.is_empty());
    let entries = catalog.entries(&header);
    let mut free = free::free(bytes, &header);
    if free.as_ref().is_some_and(|(_, count)| *count != u64::from(header.free_blocks)) {
        faults.push("the number of free blocks is not that of the allocation file".into());
    }
    if free.as_ref().is_some_and(|(free, _)| !free::agrees(free, &entries)) {
        faults.push("files lie in blocks that the allocation file calls free".into());
        free = None;
    }
    let ahead = free::taken_ahead(&header, &entries);
    Contents {
        kind: header.kind,
        span: header.span(),
        label,
        cluster_len: header.block,
        clusters_at: header.at,
        faults,
        encrypted: None,
        entries,
        free: free.map(|(free, _)| free.iter().chain(ahead).collect()),
        kept: Default::default(),
    }
}

/// What nodes say that lie in a volume but outside of its catalog.
fn salvage(bytes: &dyn Bytes, clues: &[u64], volume: &Contents) -> Option<Contents> {
    let header = HfsHeader {
        kind: volume.kind,
        at: volume.span.at,
        block: volume.cluster_len,
        blocks: volume.span.len.checked_div(volume.cluster_len)?,
        free_blocks: 0,
        len: volume.span.len,
        journal_block: 0,
        allocation: Default::default(),
        extents: Default::default(),
        catalog: Default::default(),
    };
    let mut catalog = Catalog::default();
    let from = clues.partition_point(|&clue| clue < volume.span.at);
    let inside = clues[from..].iter().take_while(|&&clue| clue < volume.span.end());
    let mut done = 0;
    for &clue in inside.take(MOST_CLUES) {
        let len = volume.span.end().min(bytes.len()).saturating_sub(clue);
        let len = len.min(tree::LONGEST_NODE as u64) as usize;
        // Records of a node that begins in what was searched are known already.
        if clue < done {
            continue;
        }
        let Some(piece) = read::exact(bytes, clue, len) else { continue };
        let node = tree::node_len(&piece);
        done = clue + node as u64;
        let found = record::left(&piece[..node], tree::DESCRIPTOR);
        catalog.add_left(found, |at| clue + at as u64);
    }
    let known: HashSet<(u64, Option<u64>)> = volume.entries.iter().map(first).collect();
    let mut entries = catalog.entries(&header);
    entries.retain(|entry| !known.contains(&first(entry)));
    (!entries.is_empty()).then(|| Contents {
        kind: volume.kind,
        span: volume.span,
        label: None,
        cluster_len: volume.cluster_len,
        clusters_at: volume.clusters_at,
        faults: Vec::new(),
        encrypted: None,
        entries,
        free: None,
        kept: Default::default(),
    })
}

/// The size of a file and where it begins: what makes two records speak of the same bytes.
fn first(entry: &super::Entry) -> (u64, Option<u64>) {
    let at = entry.locations.first().and_then(|place| match place {
        super::Location::Runs(runs) => runs.first().map(|run| run.at),
        super::Location::Start(at) => Some(*at),
    });
    (entry.size, at)
}

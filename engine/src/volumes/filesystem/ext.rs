//! ext2, ext3 and ext4, the file systems of Linux.
//!
//! What is deleted loses the map of its blocks on ext3 and ext4, and on newer kernels its name too.
//! But every change is written to the journal first, as whole blocks: old copies of inodes and of
//! directories stay there until the ring comes round, and say what was where. ext2 has no journal
//! and keeps the maps.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms".

mod checksum;
mod copies;
mod directory;
mod field;
mod free;
mod group;
mod inode;
mod journal;
mod layout;
mod loose;
mod lost;
mod names;
mod superblock;
mod survey;
mod volume;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run};

use super::{Clue, Contents, Entry, FileSystem, Location, MOST_ENTRIES, SECTOR, Stamp};
use names::Names;
use superblock::Superblock;
use survey::{Survey, Version};
use volume::{Tables, Volume};

/// ext2, ext3 and ext4.
#[derive(Clone, Copy, Debug)]
pub struct Ext;

impl FileSystem for Ext {
    fn name(&self) -> &'static str {
        "ext"
    }

    /// A superblock is always told as a copy: the volume begins somewhere before it.
    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        if sector[56..58] == [0x53, 0xef] && Superblock::parse(sector).is_some() {
            return Some(Clue::Copy);
        }
        (sector[0] == 0xc0 && journal::begins(sector)).then_some(Clue::Records)
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        let superblock = Superblock::read(bytes, at.checked_add(superblock::AT)?)?;
        (superblock.group == 0).then(|| contents(&Volume::new(bytes, at, room, superblock)))
    }

    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        Some(contents(&lost::find(bytes, at)?))
    }

    fn salvage(&self, _: &dyn Bytes, _: &[u64], _: &[Contents]) -> Vec<Contents> {
        Vec::new()
    }
}

/// What a volume says.
fn contents(volume: &Volume) -> Contents {
    let tables = Tables::of(volume);
    let survey = Survey::of(volume, &tables);
    let names = Names::of(volume, &tables, &survey);
    let mut faults = Vec::new();
    let free = free(volume, &survey, &mut faults);
    let cluster_len = volume.superblock.block_len * volume.superblock.ratio;
    Contents {
        kind: volume.superblock.kind(),
        span: Span::between(volume.at, volume.end),
        label: volume.superblock.label(),
        cluster_len,
        clusters_at: volume.at + volume.superblock.first_block * volume.superblock.block_len,
        faults,
        encrypted: None,
        entries: entries(volume, &survey, &names),
        free,
        kept: Default::default(),
    }
}

/// The files with their paths, each once.
fn entries(volume: &Volume, survey: &Survey, names: &Names) -> Vec<Entry> {
    let mut entries = Vec::new();
    for file in &survey.files {
        for (path, certain) in names.paths(file) {
            if entries.len() < MOST_ENTRIES {
                entries.push(entry(volume, file, path, certain));
            }
        }
    }
    entries
}

fn entry(volume: &Volume, file: &Version, path: String, certain: bool) -> Entry {
    let inode = &file.inode;
    let runs = match inode.is_inline() {
        true if inode.size <= inode::MAP_LEN as u64 => {
            vec![Run { at: inode.map_at(), len: inode.size }]
        }
        _ => file.layout.runs(volume),
    };
    let coded = if inode.is_encrypted() {
        Some("encrypted by fscrypt")
    } else {
        file.layout.sparse.then_some("stored with holes")
    };
    Entry {
        path,
        certain,
        deleted: !file.is_live(),
        erased: !file.is_live(),
        size: inode.size,
        locations: if runs.is_empty() { Vec::new() } else { vec![Location::Runs(runs)] },
        modified: inode.modified,
        deleted_at: file.deleted_at.and_then(|seconds| Stamp::utc(seconds.into(), 0)),
        record: inode.at,
        coded,
    }
}

/// The free blocks, when the bitmaps and the files agree.
fn free(volume: &Volume, survey: &Survey, faults: &mut Vec<String>) -> Option<Vec<Span>> {
    let promised = volume.superblock.blocks.saturating_mul(volume.superblock.block_len);
    if volume.end - volume.at < promised {
        faults.push("it is larger than the room for it".into());
    }
    let live = || survey.files.iter().chain(&survey.folders).filter(|version| version.is_live());
    let used = || live().flat_map(|version| version.layout.pieces.clone()).collect();
    let Some((free, lost)) = free::read(volume, &used) else {
        faults.push("the bitmaps of its blocks are lost".into());
        return None;
    };
    if lost > 0 {
        faults.push(format!("{lost} of the bitmaps of its blocks are lost"));
    }
    if volume.copies.is_pending() {
        faults.push("it was not unmounted: its journal holds changes".into());
    }
    let is_free = |run: &Run| {
        let behind = free.partition_point(|span| span.at <= run.at);
        behind > 0 && free[behind - 1].end() > run.at
    };
    if live().flat_map(|file| file.layout.runs(volume)).any(|run| is_free(&run)) {
        faults.push("a bitmap has blocks of its files as free".into());
        return None;
    }
    Some(free)
}

#[cfg(test)]
mod tests;

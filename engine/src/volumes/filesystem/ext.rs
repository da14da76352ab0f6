//! ext2, ext3 and ext4, the file systems of Linux.
//!
//! What is deleted loses the map of its blocks on ext3 and ext4, and on newer kernels its name too.
//! But every change is written to the journal first, as whole blocks: old copies of inodes and of
//! directories stay there until the ring comes round, and say what was where. ext2 has no journal
//! and keeps the maps.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms".

mod backup;
mod blocks;
mod checksum;
mod copies;
mod directory;
mod free;
mod group;
mod inode;
mod inode_tables;
mod jbd2;
mod journal;
mod layout;
mod loose;
mod names;
mod open;
mod superblock;
mod survey;
mod volume;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::{Clue, Contents, Entry, FileSystem, Location, MOST_ENTRIES, SECTOR};
use crate::model::Moment;
use crate::model::SpanSet;
use inode_tables::InodeTables;
use names::NameHistory;
use superblock::ExtSuperblock;
use survey::{InodeSurvey, InodeVersion};
use volume::ExtVolume;

/// ext2, ext3 and ext4.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ext;

impl FileSystem for Ext {
    fn name(&self) -> &'static str {
        "ext"
    }

    /// A superblock is always told as a copy: the volume begins somewhere before it.
    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        if sector[56..58] == [0x53, 0xef] && ExtSuperblock::parse(sector).is_some() {
            return Some(Clue::Copy);
        }
        (sector[0] == 0xc0 && jbd2::begins(sector)).then_some(Clue::Records)
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        let superblock = ExtSuperblock::read(bytes, at.checked_add(superblock::AT)?)?;
        (superblock.group == 0).then(|| contents(&open::open(bytes, at, room, superblock)))
    }

    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        Some(contents(&backup::find(bytes, at)?))
    }

    fn salvage(&self, _: &dyn Bytes, _: &[u64], _: &[Contents]) -> Vec<Contents> {
        Vec::new()
    }
}

/// What a volume says.
fn contents(volume: &ExtVolume) -> Contents {
    let tables = InodeTables::of(&volume.superblock, &volume.groups);
    let survey = InodeSurvey::of(volume, &tables);
    let names = NameHistory::of(volume, &tables, &survey);
    let mut faults = Vec::new();
    let free = free(volume, &survey, &mut faults);
    let cluster_len = volume.superblock.block_len * volume.superblock.ratio;
    Contents {
        kind: volume.superblock.kind(),
        span: Span::between(volume.blocks.at, volume.blocks.end),
        label: volume.superblock.label(),
        cluster_len,
        clusters_at: volume.blocks.at + volume.superblock.first_block * volume.superblock.block_len,
        faults,
        encrypted: None,
        entries: entries(volume, &survey, &names),
        free,
        kept: Default::default(),
    }
}

/// The files with their paths, each once.
fn entries(volume: &ExtVolume, survey: &InodeSurvey, names: &NameHistory) -> Vec<Entry> {
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

fn entry(volume: &ExtVolume, file: &InodeVersion, path: String, certain: bool) -> Entry {
    let inode = &file.inode;
    let runs = if inode.is_inline() && inode.size <= inode::MAP_LEN as u64 {
        vec![Span { at: inode.map_at(), len: inode.size }]
    } else {
        file.layout.runs(&volume.blocks)
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
        written: inode.size,
        locations: if runs.is_empty() { Vec::new() } else { vec![Location::Runs(runs)] },
        modified: inode.modified,
        deleted_at: file.deleted_at.and_then(|seconds| Moment::utc(seconds.into(), 0)),
        record: inode.at,
        coded,
    }
}

/// The free blocks, when the bitmaps and the files agree.
fn free(volume: &ExtVolume, survey: &InodeSurvey, faults: &mut Vec<String>) -> Option<SpanSet> {
    let promised = volume.superblock.blocks.saturating_mul(volume.superblock.block_len);
    if volume.blocks.end - volume.blocks.at < promised {
        faults.push("it is larger than the room for it".into());
    }
    let live = || survey.files.iter().chain(&survey.folders).filter(|version| version.is_live());
    let used = || live().flat_map(|version| version.layout.extents.clone()).collect();
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
    let free = SpanSet::from(free);
    if live().flat_map(|file| file.layout.runs(&volume.blocks)).any(|run| free.meets(run)) {
        faults.push("a bitmap has blocks of its files as free".into());
        return None;
    }
    let idle = live().flat_map(|file| &file.layout.idle).map(|extent| extent.run(&volume.blocks));
    Some(free.iter().chain(idle).collect())
}

#[cfg(test)]
mod tests;

//! APFS, the file system of the Mac since 2017.
//!
//! Nothing in it is overwritten in place. So the ring of checkpoints often has superblocks of
//! earlier generations, and volumes may have snapshots: what only those know was deleted. On the
//! flash of a Mac its bytes are mostly erased; on an external disk they may be there.
//!
//! Source: Apple, "Apple File System Reference" (2020-06-22).

mod container;
mod files;
mod map;
mod node;
mod object;
#[cfg(test)]
mod tests;
mod volume;

use std::collections::BTreeMap;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use self::container::{Checkpoint, ContainerGeometry, MOST_VOLUMES};
use self::map::ObjectMap;
use self::object::{ContainerBlocks, VOLUME};
use self::volume::{ApfsSuperblock, ApfsVolume};
use super::{Clue, Contents, FileSystem, MOST_ENTRIES, SECTOR};

/// APFS.
pub(crate) struct Apfs;

const FILEVAULT: &str = "encrypted by FileVault";

impl FileSystem for Apfs {
    fn name(&self) -> &'static str {
        "apfs"
    }

    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        // All superblocks of a container look alike, the first and those of the ring.
        let is = sector[32..36] == *b"NXSB" && ContainerGeometry::parse(sector).is_some();
        is.then_some(Clue::Copy)
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        let geometry = ContainerGeometry::read(bytes, at)?;
        contents(bytes, geometry, at, room)
    }

    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        let geometry = ContainerGeometry::read(bytes, at)?;
        contents(bytes, geometry, geometry.start(bytes, at)?, u64::MAX)
    }

    fn salvage(&self, _: &dyn Bytes, _: &[u64], _: &[Contents]) -> Vec<Contents> {
        Vec::new() // Nodes say nothing of files without the map that leads to them.
    }
}

fn contents(
    bytes: &dyn Bytes,
    geometry: ContainerGeometry,
    at: u64,
    room: u64,
) -> Option<Contents> {
    let room = room.min(bytes.len().checked_sub(at)?);
    let len = geometry.len().min(room);
    let blocks = ContainerBlocks { bytes, at, len, block: geometry.block };
    let checkpoints = geometry.checkpoints(&blocks);
    let newest = checkpoints.first()?;
    let mut faults = Vec::new();
    if geometry.len() > room {
        faults.push("the container reaches beyond the end".into());
    }
    let mut found = ApfsContainer { blocks, map: ObjectMap::default(), volumes: BTreeMap::new() };
    // Where the newest is damaged, what the one before it has may be there still.
    let mut live = true;
    for checkpoint in &checkpoints {
        let whole = found.add(checkpoint, live);
        if live && !whole {
            faults.push(format!("the checkpoint {} is damaged", checkpoint.transaction));
        }
        live &= !whole;
    }
    found.add_snapshots(newest.transaction);
    let open: Vec<&ListedVolume> =
        found.volumes.values().filter(|volume| !volume.encrypted).collect();
    let encrypted = found.volumes.len() - open.len();
    if encrypted > 0 && !open.is_empty() {
        faults.push(format!("{encrypted} of its volumes are encrypted by FileVault"));
    }
    let mut entries = Vec::new();
    for volume in &open {
        // Volumes share the blocks, so they are one; their names tell their files apart.
        let top = if found.volumes.len() > 1 { volume.name.as_str() } else { "" };
        entries.extend(volume.volume.files.entries(&blocks, top));
    }
    entries.truncate(MOST_ENTRIES);
    let label = found.volumes.values().next().map(|volume| volume.name.clone());
    Some(Contents {
        kind: "apfs",
        span: Span { at, len },
        label: label.filter(|label| found.volumes.len() == 1 && !label.is_empty()),
        cluster_len: geometry.block.into(),
        clusters_at: at,
        faults,
        encrypted: (encrypted > 0 && open.is_empty()).then_some(FILEVAULT),
        entries,
        free: None,
        kept: Default::default(),
    })
}

/// A container through all its generations.
struct ApfsContainer<'b> {
    blocks: ContainerBlocks<'b>,
    map: ObjectMap,
    volumes: BTreeMap<u64, ListedVolume>,
}

/// A volume, by what its newest superblock says.
struct ListedVolume {
    name: String,
    encrypted: bool,
    volume: ApfsVolume,
}

impl ApfsContainer<'_> {
    /// Adds a checkpoint; whether all of it could be read.
    fn add(&mut self, checkpoint: &Checkpoint, live: bool) -> bool {
        let mut whole = self.map.add(&self.blocks, checkpoint.map);
        for &id in &checkpoint.volumes {
            let fits = self.volumes.contains_key(&id) || self.volumes.len() < MOST_VOLUMES;
            let superblock = if fits { self.superblock(id, checkpoint.transaction) } else { None };
            let Some(superblock) = superblock else {
                whole = false;
                continue;
            };
            let listed = self.volumes.entry(id).or_insert_with(|| ListedVolume {
                name: superblock.name.clone(),
                encrypted: superblock.encrypted,
                volume: ApfsVolume::default(),
            });
            if !superblock.encrypted {
                let volume = &mut listed.volume;
                whole &= volume.map.add(&self.blocks, superblock.map);
                whole &= volume.add(&self.blocks, &superblock, checkpoint.transaction, live);
            }
        }
        whole
    }

    fn add_snapshots(&mut self, transaction: u64) {
        let ids: Vec<u64> = self.volumes.keys().copied().collect();
        for id in ids {
            let superblock = self.superblock(id, transaction);
            if let (Some(superblock), Some(listed)) = (superblock, self.volumes.get_mut(&id))
                && !listed.encrypted
            {
                listed.volume.add_snapshots(&self.blocks, &superblock);
            }
        }
    }

    fn superblock(&self, id: u64, transaction: u64) -> Option<ApfsSuperblock> {
        let object = self.map.object(&self.blocks, id, transaction, &[VOLUME])?;
        ApfsSuperblock::parse(&object)
    }
}

//! The list of the shadow copies of a volume.

use std::collections::BTreeMap;

use super::record::{IDENTIFIER, Kind, VolumeBytes};
use crate::volumes::fields::{array, le32, le64};

/// Where the header lies in the boot region of NTFS, and how long it is.
const HEADER_AT: u64 = 0x1e00;
const HEADER: usize = 100;

/// The kind of record that the header is.
const VOLUME_HEADER: u32 = 1;

/// Bytes of an entry.
const ENTRY: usize = 128;

/// Shadow copies of one volume; Windows keeps 512.
const MOST: usize = 1024;

/// A shadow copy, and where what it keeps is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// When it was made, as Windows counts.
    pub created: u64,
    /// Its number among those of the volume, which only grows.
    pub sequence: u64,
    /// Where its block list stands on the volume.
    pub blocks_at: u64,
    /// Where the bitmap of blocks stands that it does not use.
    pub bitmap_at: u64,
    /// The same of the shadow copy before it; 0 where there is none.
    pub previous_at: u64,
}

/// What the two entries of a shadow copy say: when it was made and its number; where what it keeps lies.
#[derive(Default)]
struct Told {
    made: Option<(u64, u64)>,
    places: Option<Entry>,
}

/// The shadow copies that a volume lists, the oldest first.
pub(super) fn read(volume: &VolumeBytes<'_>) -> Vec<Entry> {
    let Some(header) = volume.read(HEADER_AT, HEADER) else { return Vec::new() };
    if !header.starts_with(&IDENTIFIER) || le32(&header, 20) != Some(VOLUME_HEADER) {
        return Vec::new();
    }
    // By identifier: the entries of one may lie apart.
    let mut found: BTreeMap<[u8; 16], Told> = BTreeMap::new();
    let catalog = le64(&header, 48).unwrap_or(0);
    volume.chain(catalog, Kind::Catalog, &mut |block| {
        for entry in block.chunks_exact(ENTRY) {
            let (kind, Some(id)) = (le64(entry, 0), array::<16>(entry, 16)) else { continue };
            if found.len() >= MOST && !found.contains_key(&id) {
                return false;
            }
            match kind {
                Some(2) => found.entry(id).or_default().made = le64(entry, 48).zip(le64(entry, 32)),
                Some(3) => found.entry(id).or_default().places = places(entry),
                _ => {}
            }
        }
        true
    });
    let mut entries: Vec<Entry> = found
        .into_values()
        .filter_map(|told| {
            let (created, sequence) = told.made?;
            Some(Entry { created, sequence, ..told.places? })
        })
        .collect();
    entries.sort_by_key(|entry| (entry.created, entry.sequence));
    entries
}

fn places(entry: &[u8]) -> Option<Entry> {
    Some(Entry {
        blocks_at: le64(entry, 8)?,
        bitmap_at: le64(entry, 48)?,
        previous_at: le64(entry, 72)?,
        ..Entry::default()
    })
}

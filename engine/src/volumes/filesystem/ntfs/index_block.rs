//! Blocks of a folder's index, with what they held before and was not overwritten.

use super::name::FileName;
use super::record::{self, Reference};
use super::time;
use crate::volumes::fields;

/// Bytes of a block; the largest that is believed.
pub(crate) const MOST_BLOCK: usize = 64 << 10;

/// Where the header of the entries begins, from which its own offsets count.
const ENTRIES: usize = 24;

/// Bytes of an entry before its key.
const KEY: usize = 16;

/// What an index says of a file in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    /// The record of the file.
    pub(crate) file: Reference,
    /// Its name, with the folder.
    pub(crate) name: FileName,
}

/// How long the block is that begins with `sector`, when all that its header says can be.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "index record".
pub(crate) fn block_len(sector: &[u8]) -> Option<usize> {
    let (words_at, words) = (fields::le16(sector, 4)?, usize::from(fields::le16(sector, 6)?));
    let first = fields::le32(sector, ENTRIES)? as usize;
    let (used, len) = (fields::le32(sector, 28)? as usize, fields::le32(sector, 32)? as usize);
    let block = words.checked_sub(1)? * record::STRIDE;
    let plausible = sector.starts_with(b"INDX")
        && (record::STRIDE..=MOST_BLOCK).contains(&block)
        && block.is_power_of_two()
        && words_at >= 40
        && first.is_multiple_of(8)
        && first <= used
        && used <= len
        && len <= block - ENTRIES;
    plausible.then_some(block)
}

/// The files that a block names, or named: entries that were removed stay after the others until
/// new ones need their room.
pub(crate) fn entries(block: &mut [u8]) -> Vec<IndexEntry> {
    if block_len(block) != Some(block.len()) {
        return Vec::new();
    }
    let whole = record::restore(block);
    let block = &block[..whole];
    let first = fields::le32(block, ENTRIES).map_or(whole, |first| first as usize + ENTRIES);
    let (mut found, mut at) = (Vec::new(), first);
    while at < whole {
        let entry = entry(&block[at..]);
        at += entry.as_ref().map_or(8, |(_, len)| *len);
        found.extend(entry.map(|(entry, _)| entry));
    }
    found
}

/// The entry that `bytes` begin with, and its length.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "index entry".
fn entry(bytes: &[u8]) -> Option<(IndexEntry, usize)> {
    let (len, key_len) = (fields::le16(bytes, 8)? as usize, fields::le16(bytes, 10)? as usize);
    // Behind the key there may be the number of a block further down.
    if !len.is_multiple_of(8) || len < KEY + key_len || len > KEY + key_len + 16 {
        return None;
    }
    let name = FileName::parse(bytes.get(KEY..KEY + key_len)?)?;
    let plausible = name.len == key_len && time::stamp(name.modified).is_some();
    let file = Reference(fields::le64(bytes, 0)?);
    (plausible && file.number() != 0).then_some((IndexEntry { file, name }, len))
}

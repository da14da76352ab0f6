//! Blocks of a folder's index, with what they held before and was not overwritten.

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::name::FileName;
use super::record::{self, MultiSectorHeader, Reference};
use crate::model::Moment;
use crate::volumes::fields;

/// Bytes of a block; the largest that is believed.
pub(crate) const MOST_BLOCK: usize = 64 << 10;

/// Where the header of the entries begins, from which its own offsets count.
const ENTRIES: usize = 24;

/// The header of a block as it lies there.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "index record".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct IndexBlockHeader {
    multi_sector: MultiSectorHeader,
    _log_sequence: U64,
    _block: U64,
    /// The three below count from this field, which lies at [`ENTRIES`].
    first_entry: U32,
    used: U32,
    allocated: U32,
}

/// An entry as it lies there, before its key.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "index entry".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct IndexEntryHeader {
    file: U64,
    len: U16,
    key_len: U16,
    _flags: U32,
}

/// Bytes of an entry before its key.
const KEY: usize = size_of::<IndexEntryHeader>();

/// What an index says of a file in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    /// The record of the file.
    pub(crate) file: Reference,
    /// Its name, with the folder.
    pub(crate) name: FileName,
}

/// How long the block is that begins with `sector`, when all that its header says can be.
pub(crate) fn block_len(sector: &[u8]) -> Option<usize> {
    let header: &IndexBlockHeader = fields::structure(sector)?;
    let MultiSectorHeader { signature, sequence_at, sequence_words } = &header.multi_sector;
    let first = header.first_entry.get() as usize;
    let (used, len) = (header.used.get() as usize, header.allocated.get() as usize);
    let block = usize::from(*sequence_words).checked_sub(1)? * record::STRIDE;
    let plausible = *signature == *b"INDX"
        && (record::STRIDE..=MOST_BLOCK).contains(&block)
        && block.is_power_of_two()
        && sequence_at.get() >= 40
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
    let header = fields::structure::<IndexBlockHeader>(block);
    let first = header.map_or(whole, |header| header.first_entry.get() as usize + ENTRIES);
    let (mut found, mut at) = (Vec::new(), first);
    while at < whole {
        let entry = entry(&block[at..]);
        at += entry.as_ref().map_or(8, |(_, len)| *len);
        found.extend(entry.map(|(entry, _)| entry));
    }
    found
}

/// The entry that `bytes` begin with, and its length.
fn entry(bytes: &[u8]) -> Option<(IndexEntry, usize)> {
    let header: &IndexEntryHeader = fields::structure(bytes)?;
    let (len, key_len) = (usize::from(header.len), usize::from(header.key_len));
    // After the key there may be the number of a block further down.
    if !len.is_multiple_of(8) || len < KEY + key_len || len > KEY + key_len + 16 {
        return None;
    }
    let name = FileName::parse(bytes.get(KEY..KEY + key_len)?)?;
    let plausible = name.len == key_len && Moment::filetime(name.modified).is_some();
    let file = Reference(header.file.get());
    (plausible && file.number() != 0).then_some((IndexEntry { file, name }, len))
}

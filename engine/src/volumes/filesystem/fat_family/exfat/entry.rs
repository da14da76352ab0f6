//! Directory entries of exFAT as they lie on the disk: 32 bytes each.

use zerocopy::{FromBytes, Immutable, KnownLayout, LE, U16, U32, U64, Unaligned};

/// The bit of an entry's type that deletion clears.
pub(crate) const IN_USE: u8 = 0x80;

/// Types of entries of the root that are about the volume, in use.
pub(crate) const BITMAP: u8 = 0x81;
pub(crate) const UPCASE: u8 = 0x82;
pub(crate) const LABEL: u8 = 0x83;

/// Types of entries of a file, without the bit that says that they are in use.
pub(crate) const FILE: u8 = 0x05;
pub(crate) const STREAM: u8 = 0x40;
pub(crate) const NAME: u8 = 0x41;

/// Characters of a name entry.
pub(crate) const NAME_PART: usize = 15;

/// The first entry of a file or a directory.
///
/// Source: "exFAT file system specification", 7.4.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct FileEntry {
    kind: u8,
    /// How many entries follow that belong to it.
    pub secondary_count: u8,
    /// Over all of these entries.
    pub checksum: U16<LE>,
    pub attributes: U16<LE>,
    reserved: [u8; 6],
    pub modified_time: U16<LE>,
    pub modified_date: U16<LE>,
    accessed: U32<LE>,
    created_hundredths: u8,
    pub modified_hundredths: u8,
    created_zone: u8,
    /// Quarters of an hour east of UTC, in seven bits with a sign; the eighth says that they are valid.
    pub modified_zone: u8,
    accessed_zone: u8,
    reserved_end: [u8; 7],
}

/// Where a file lies.
///
/// Source: "exFAT file system specification", 7.6.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct StreamEntry {
    pub kind: u8,
    pub flags: u8,
    reserved: u8,
    /// Characters of the name.
    pub name_len: u8,
    /// Over the name in capitals.
    pub name_hash: U16<LE>,
    reserved_middle: [u8; 2],
    /// Bytes that were written.
    pub valid_len: U64<LE>,
    reserved_end: [u8; 4],
    pub cluster: U32<LE>,
    /// Bytes of the file.
    pub len: U64<LE>,
}

/// A part of a name. The label of the volume is one, with fewer characters.
///
/// Source: "exFAT file system specification", 7.3 and 7.7.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct NameEntry {
    pub kind: u8,
    /// Of a label: how many characters it has.
    pub label_len: u8,
    pub characters: [U16<LE>; NAME_PART],
}

/// The allocation bitmap or the up-case table.
///
/// Source: "exFAT file system specification", 7.1 and 7.2.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct SystemEntry {
    pub kind: u8,
    /// Of a bitmap: the lowest bit is its number.
    pub flags: u8,
    reserved: [u8; 2],
    /// Of an up-case table.
    pub checksum: U32<LE>,
    reserved_end: [u8; 12],
    pub cluster: U32<LE>,
    pub len: U64<LE>,
}

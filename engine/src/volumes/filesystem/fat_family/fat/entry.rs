//! Directory entries of FAT: 32 bytes that name a file, or carry a part of a long name.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000), "FAT Directory
//! Structure" and "FAT Long Directory Entries".

use jiff::civil::DateTime;
use zerocopy::{FromBytes, Immutable, KnownLayout, LE, U16, U32, Unaligned};

use crate::volumes::filesystem::fat_family::dos_time;
use crate::volumes::filesystem::fat_family::geometry::FamilyKind;

/// First byte of an entry that was deleted.
pub(crate) const DELETED: u8 = 0xe5;

/// Stands for a first letter 0xE5, which would mean a deleted entry.
pub(crate) const KANJI: u8 = 0x05;

/// Attributes that an entry may have: read-only, hidden, system, label, directory, archive.
const ATTRIBUTES: u8 = 0x3f;
const LABEL: u8 = 0x08;
const DIRECTORY: u8 = 0x10;

/// The attributes read-only, hidden, system and label: no file has all of them.
const LONG_NAME: u8 = 0x0f;

/// Highest number of parts of a long name.
pub(crate) const MOST_PARTS: usize = 20;

/// The lower-case flags of Windows NT: bit 3 the name, bit 4 the extension.
const CASE: u8 = 0x18;

/// Highest cluster there can be in any volume.
pub(crate) const HIGHEST: u32 = 0x0fff_fff6;

/// How entries of a volume say numbers of clusters.
///
/// Source: "FAT: General Overview of On-Disk Format" 1.03, "FAT Directory Structure": the word at
/// offset 20 is zero on FAT12 and FAT16. OS/2 keeps a handle of extended attributes there, DR-DOS access
/// rights. Of the 32 bits of FAT32 the upper four are reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClusterNumbers {
    /// Those bits of both words that count.
    mask: u32,
    /// The highest number there can be.
    most: u32,
}

impl ClusterNumbers {
    /// Where it is not known which FAT it is.
    pub const ANY: ClusterNumbers = ClusterNumbers { mask: 0x0fff_ffff, most: HIGHEST };

    /// On this FAT; `most` is the highest number there can be.
    pub fn of(kind: FamilyKind, most: u32) -> Self {
        let mask = if kind == FamilyKind::Fat32 { ClusterNumbers::ANY.mask } else { 0xffff };
        ClusterNumbers { mask, most }
    }

    /// Those bits of a number that count.
    pub fn of_these(self, number: u32) -> u32 {
        number & self.mask
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryRole {
    /// Nothing was ever written here, nor behind it.
    End,
    /// A part of a long name.
    LongName,
    /// The label of the volume.
    Label,
    /// A directory or a file.
    File,
}

/// An entry as it lies on the disk.
#[derive(Debug, FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct FatEntry {
    /// The name and the extension, filled with spaces.
    pub name: [u8; 11],
    attributes: u8,
    case: u8,
    created_hundredths: u8,
    created_time: U16<LE>,
    created_date: U16<LE>,
    accessed_date: U16<LE>,
    /// On FAT32 the upper word of the first cluster; else what systems keep there, such as a handle of
    /// extended attributes or access rights.
    word_20: U16<LE>,
    modified_time: U16<LE>,
    modified_date: U16<LE>,
    cluster_low: U16<LE>,
    /// In bytes; zero for a directory.
    pub size: U32<LE>,
}

impl FatEntry {
    /// What it is.
    pub fn role(&self) -> EntryRole {
        match self.attributes & ATTRIBUTES {
            _ if self.name[0] == 0 => EntryRole::End,
            LONG_NAME => EntryRole::LongName,
            attributes if attributes & (LABEL | DIRECTORY) == LABEL => EntryRole::Label,
            _ => EntryRole::File,
        }
    }

    /// Whether it was deleted.
    pub fn is_deleted(&self) -> bool {
        self.name[0] == DELETED
    }

    /// Whether it stands for a directory.
    pub fn is_directory(&self) -> bool {
        self.attributes & DIRECTORY != 0
    }

    /// The lower-case flags.
    pub fn case(&self) -> u8 {
        self.case & CASE
    }

    /// The first cluster, by those bits that count.
    pub fn cluster(&self, numbers: ClusterNumbers) -> u32 {
        let all = u32::from(self.word_20.get()) << 16 | u32::from(self.cluster_low.get());
        all & numbers.mask
    }

    /// When it was last modified.
    pub fn modified(&self) -> Option<DateTime> {
        dos_time::moment(self.modified_date.get(), self.modified_time.get(), 0)
    }

    /// Whether all of a file's entry can be true. Entries in use may have a name that is not quite
    /// legal: see [`FatEntry::is_usable`].
    pub fn is_valid(&self, numbers: ClusterNumbers) -> bool {
        let (date, time) = (self.created_date.get(), self.created_time.get());
        let accessed = self.accessed_date.get();
        let was_created = date == 0 && time == 0 || dos_time::moment(date, time, 0).is_some();
        let was_accessed = accessed == 0 || dos_time::moment(accessed, 0, 0).is_some();
        let is_dated = self.modified().is_some() || (self.modified_date.get() == 0 && date != 0);
        is_legal(&self.name)
            && self.is_usable(numbers)
            && self.case & !CASE == 0
            && was_created
            && was_accessed
            && is_dated
            && self.created_hundredths < 200
    }

    /// Whether a file's entry can be used.
    pub fn is_usable(&self, numbers: ClusterNumbers) -> bool {
        let cluster = self.cluster(numbers);
        self.attributes & !ATTRIBUTES == 0
            && self.attributes & LABEL == 0
            && self.name[1..].iter().all(|&byte| byte >= b' ' && byte != 0x7f)
            && self.name[0] != b' '
            && cluster <= numbers.most
            && cluster != 1
            && (!self.is_directory() || self.size == 0)
    }

    /// Whether all of a label's entry can be true.
    pub fn is_valid_label(&self) -> bool {
        let is_printable = self.name.iter().all(|&byte| byte >= b' ' && byte != 0x7f);
        is_printable && self.cluster_low == 0 && self.size == 0 && self.modified().is_some()
    }

    /// Whether it is the entry `.` or `..` of a directory, by the number of dots.
    pub fn is_dots(&self, count: usize) -> bool {
        let (dots, rest) = self.name.split_at(count);
        dots.iter().all(|&byte| byte == b'.')
            && rest.iter().all(|&byte| byte == b' ')
            && self.attributes & !ATTRIBUTES == 0
            && self.is_directory()
    }
}

/// Whether a short name is one that is written: no lower case, no control characters, no signs with
/// a meaning, spaces only at the ends.
fn is_legal(name: &[u8; 11]) -> bool {
    let is_sign = |byte: u8| b"\"*+,./:;<=>?[\\]|".contains(&byte);
    let is_letter =
        |byte: u8| byte > b' ' && byte != 0x7f && !byte.is_ascii_lowercase() && !is_sign(byte);
    let (stem, extension) = name.split_at(8);
    let is_filled = |part: &[u8]| {
        let part = part.trim_ascii_end();
        part.iter().all(|&byte| is_letter(byte) || byte == b' ')
            && !part.windows(2).any(|pair| pair == b"  ")
    };
    (matches!(name[0], DELETED | KANJI) || is_letter(name[0]))
        && is_filled(&stem[1..])
        && is_filled(extension)
        && !(extension[0] == b' ' && extension[1..] != *b"  ")
}

/// A part of a long name as it lies on the disk.
#[derive(Debug, FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct LongNameEntry {
    /// Its number from 1 on; 0x40 is added to the last one's. 0xE5 when it was deleted.
    order: u8,
    characters_1: [U16<LE>; 5],
    attributes: u8,
    kind: u8,
    /// Checksum of the short name.
    pub checksum: u8,
    characters_2: [U16<LE>; 6],
    cluster: U16<LE>,
    characters_3: [U16<LE>; 2],
}

impl LongNameEntry {
    /// Whether it was deleted.
    pub fn is_deleted(&self) -> bool {
        self.order == DELETED
    }

    /// Its number. Lost when it was deleted.
    pub fn number(&self) -> usize {
        usize::from(self.order & 0x3f)
    }

    /// Whether it is the last part of its name. Lost when it was deleted.
    pub fn is_last(&self) -> bool {
        self.order & 0x40 != 0
    }

    /// Its 13 characters, up to the zero that ends the name.
    pub fn characters(&self) -> impl Iterator<Item = u16> {
        self.all().take_while(|&character| character != 0)
    }

    fn all(&self) -> impl Iterator<Item = u16> {
        let parts = [&self.characters_1[..], &self.characters_2, &self.characters_3];
        parts.into_iter().flatten().map(|character| character.get())
    }

    /// Whether the name ends in this part.
    pub fn ends(&self) -> bool {
        self.all().any(|character| character == 0)
    }

    /// Whether all of it can be true.
    pub fn is_valid(&self) -> bool {
        let is_counted = self.is_deleted()
            || (1..=MOST_PARTS).contains(&self.number()) && self.order & 0x80 == 0;
        let len = self.characters().count();
        is_counted
            && self.attributes == LONG_NAME
            && self.kind == 0
            && self.cluster == 0
            && len > 0
            && self.characters().all(is_legal_long)
            && self.all().skip(len + 1).all(|padding| padding == 0xffff)
    }
}

/// Whether a long name may have the character.
fn is_legal_long(character: u16) -> bool {
    let is_sign = u8::try_from(character).is_ok_and(|byte| b"\"*/:<>?\\|".contains(&byte));
    (0x20..0xffff).contains(&character) && character != 0x7f && !is_sign
}

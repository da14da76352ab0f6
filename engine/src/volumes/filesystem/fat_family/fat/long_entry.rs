//! Directory entries of FAT that carry a part of a long name.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000), "FAT Long Directory
//! Entries".

use zerocopy::{FromBytes, Immutable, KnownLayout, LE, U16, Unaligned};

/// The attributes read-only, hidden, system and label: no file has all of them.
pub(crate) const LONG_NAME: u8 = 0x0f;

/// Highest number of parts of a long name.
pub(crate) const MOST_PARTS: usize = 20;

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
        self.order == 0xe5
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
pub(crate) fn is_legal_long(character: u16) -> bool {
    let is_sign = u8::try_from(character).is_ok_and(|byte| b"\"*/:<>?\\|".contains(&byte));
    (0x20..0xffff).contains(&character) && character != 0x7f && !is_sign
}

//! One record of a directory: 32 bytes that name a file, or carry a part of a long name.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000), "FAT Directory
//! Structure" and "FAT Long Directory Entries".

use crate::volumes::filesystem::fat_family::dos;
use crate::volumes::filesystem::fat_family::fat::boot::{u16_at, u32_at};

pub use crate::volumes::filesystem::fat_family::records::LEN;

/// First byte of a record that was deleted.
pub const DELETED: u8 = 0xe5;

/// Stands for a first letter 0xE5, which would mean a deleted record.
const KANJI: u8 = 0x05;

/// Attributes that a record may have: read-only, hidden, system, label, folder, archive.
const ATTRIBUTES: u8 = 0x3f;
const LABEL: u8 = 0x08;
const FOLDER: u8 = 0x10;
/// All four of read-only, hidden, system and label: no file is that.
const LONG: u8 = 0x0f;

/// The lower-case flags of Windows NT: bit 3 the name, bit 4 the extension.
const CASE: u8 = 0x18;

/// Highest number of parts of a long name.
pub const MOST_PARTS: usize = 20;

/// Where the 13 characters of a part of a long name lie.
const CHARACTERS: [usize; 13] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing was ever written here, nor behind it.
    End,
    /// A part of a long name.
    Part,
    /// The label of the volume.
    Label,
    /// A folder or a file.
    Name,
}

/// A record.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a>(pub &'a [u8; LEN]);

impl<'a> Slot<'a> {
    /// What it is.
    pub fn role(self) -> Role {
        match self.0[11] & ATTRIBUTES {
            _ if self.0[0] == 0 => Role::End,
            LONG => Role::Part,
            attributes if attributes & (LABEL | FOLDER) == LABEL => Role::Label,
            _ => Role::Name,
        }
    }

    /// Whether it was deleted.
    pub fn deleted(self) -> bool {
        self.0[0] == DELETED
    }

    /// Whether it stands for a folder.
    pub fn folder(self) -> bool {
        self.0[11] & FOLDER != 0
    }

    /// The name and the extension, filled with spaces.
    pub fn name(self) -> &'a [u8; 11] {
        self.0.first_chunk().expect("a record is longer than its name")
    }

    /// The lower-case flags.
    pub fn case(self) -> u8 {
        self.0[12] & CASE
    }

    /// The first cluster, with both words.
    pub fn cluster(self) -> u32 {
        u32::from(u16_at(self.0, 20)) << 16 | u32::from(u16_at(self.0, 26))
    }

    /// The size in bytes; zero for a folder.
    pub fn size(self) -> u32 {
        u32_at(self.0, 28)
    }

    /// When it was last modified.
    pub fn modified(self) -> Option<jiff::civil::DateTime> {
        dos::moment(u16_at(self.0, 24), u16_at(self.0, 22), 0)
    }

    /// When it was made, as it lies there: date, time and hundredths of a second.
    pub fn created(self) -> (u16, u16, u8) {
        (u16_at(self.0, 16), u16_at(self.0, 14), self.0[13])
    }

    /// The checksum of the short name that a part of a long one belongs to.
    pub fn checksum(self) -> u8 {
        self.0[13]
    }

    /// The number of a part, and whether it is the last of its name. Lost when it was deleted.
    pub fn ordinal(self) -> (u8, bool) {
        (self.0[0] & 0x3f, self.0[0] & 0x40 != 0)
    }

    /// The characters of a part.
    pub fn characters(self) -> [u16; 13] {
        CHARACTERS.map(|at| u16_at(self.0, at))
    }

    /// Whether all of a name's record can be true; `most` is the highest cluster there can be.
    /// Records that are in use may have a name that is not quite legal: see [`Slot::usable`].
    pub fn sane(self, most: u32) -> bool {
        let (date, time, hundredths) = self.created();
        let made = (date == 0 && time == 0) || dos::moment(date, time, 0).is_some();
        let access = u16_at(self.0, 18);
        let lived = access == 0 || dos::moment(access, 0, 0).is_some();
        let modified = self.modified().is_some();
        let dated = modified || (u16_at(self.0, 24) == 0 && date != 0);
        let legal = legal(self.name());
        legal
            && self.usable(most)
            && self.0[12] & !CASE == 0
            && made
            && lived
            && dated
            && hundredths < 200
    }

    /// Whether a name's record can be used.
    pub fn usable(self, most: u32) -> bool {
        let rest = &self.name()[1..];
        let cluster = self.cluster();
        let place = cluster <= most && cluster != 1;
        let content = if self.folder() { self.size() == 0 } else { true };
        self.0[11] & !ATTRIBUTES == 0
            && self.0[11] & LABEL == 0
            && rest.iter().all(|&byte| byte >= b' ' && byte != 0x7f)
            && self.0[0] != b' '
            && place
            && content
    }

    /// Whether all of a label's record can be true.
    pub fn sane_label(self) -> bool {
        let printable = self.name().iter().all(|&byte| byte >= b' ' && byte != 0x7f);
        printable && self.cluster() == 0 && self.size() == 0 && self.modified().is_some()
    }

    /// Whether all of a long name's part can be true.
    pub fn sane_part(self) -> bool {
        let (number, _) = self.ordinal();
        let counted =
            self.deleted() || (1..=MOST_PARTS as u8).contains(&number) && self.0[0] & 0x80 == 0;
        let characters = self.characters();
        let len = characters.iter().position(|&c| c == 0).unwrap_or(characters.len());
        let padded = characters[len..].iter().skip(1).all(|&c| c == 0xffff);
        let written = len > 0 && characters[..len].iter().all(|&c| legal_long(c));
        counted
            && self.0[11] == LONG
            && self.0[12] == 0
            && u16_at(self.0, 26) == 0
            && padded
            && written
    }

    /// Whether it is the entry `.` or `..` of a folder, by the number of dots.
    pub fn dots(self, count: usize) -> bool {
        let name = self.name();
        name[..count].iter().all(|&byte| byte == b'.')
            && name[count..].iter().all(|&byte| byte == b' ')
            && self.0[11] & !ATTRIBUTES == 0
            && self.folder()
    }
}

/// Whether a name of 8 + 3 characters is one that is written: no lower case, no control
/// characters, no signs with a meaning, spaces only at the ends.
fn legal(name: &[u8; 11]) -> bool {
    let sign = |byte: u8| b"\"*+,./:;<=>?[\\]|".contains(&byte);
    let letter =
        |byte: u8| byte > b' ' && byte != 0x7f && !byte.is_ascii_lowercase() && !sign(byte);
    let first = matches!(name[0], DELETED | KANJI) || letter(name[0]);
    let (stem, extension) = name.split_at(8);
    let filled = |part: &[u8]| {
        let len = part.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
        part[..len].iter().all(|&byte| letter(byte) || byte == b' ')
            && !part[..len].windows(2).any(|pair| pair == b"  ")
    };
    first
        && filled(&stem[1..])
        && filled(extension)
        && !(extension[0] == b' ' && extension[1..] != *b"  ")
}

/// Whether a long name may have the character.
pub fn legal_long(character: u16) -> bool {
    let sign = u8::try_from(character).is_ok_and(|byte| b"\"*/:<>?\\|".contains(&byte));
    (0x20..0xffff).contains(&character) && character != 0x7f && !sign
}

//! Records of a catalog: files, folders, and what is left of them where nodes have room.

use zerocopy::big_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::header::{Fork, ForkData};
use crate::model::Moment;
use crate::volumes::fields::{self, be16};

/// Seconds from 1904, where the dates of HFS+ begin, to 1970.
const EPOCH: i64 = 2_082_844_800;

/// Bytes of the record of a file, and of a folder.
const FILE: usize = 248;
const FOLDER: usize = 88;

/// Letters of the longest name.
const LONGEST_NAME: usize = 255;

/// The key of a record as it lies there, before the name.
///
/// Source: TN1150, "Catalog File Keys".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct CatalogKey {
    len: U16,
    parent: U32,
    letters: U16,
}

/// What the records of files and folders begin with.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct RecordStart {
    kind: U16,
    _flags: U16,
    _reserved: U32,
    id: U32,
}

/// The record of a file as it lies there, up to the last field that is used.
///
/// Source: TN1150, "Catalog File Records".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct FileData {
    _start: RecordStart,
    _created: U32,
    modified: U32,
    _other_dates: [U32; 3],
    _owner: U32,
    _group: U32,
    _admin_flags: u8,
    owner_flags: u8,
    mode: U16,
    /// Of a hard link, the number of the file that it leads to.
    special: U32,
    type_and_creator: [u8; 8],
    _finder: [u8; 24],
    _encoding: U32,
    _reserved: U32,
    data: ForkData,
}

/// A record and the key that leads to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CatalogRecord {
    pub(crate) parent: u32,
    pub(crate) name: String,
    /// The number of the file or the folder.
    pub(crate) id: u32,
    pub(crate) item: CatalogItem,
}

/// What a record is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CatalogItem {
    Folder,
    File(CatalogFile),
}

/// What a record says of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CatalogFile {
    pub(crate) modified: u32,
    pub(crate) fork: Fork,
    /// The number of the file in the private folder that this is a link to.
    pub(crate) link: Option<u32>,
    pub(crate) compressed: bool,
    /// Neither a symbolic link nor a device.
    pub(crate) regular: bool,
}

impl CatalogFile {
    pub(crate) fn stamp(&self) -> Option<Moment> {
        Moment::utc(i64::from(self.modified) - EPOCH, 0)
    }
}

impl CatalogRecord {
    /// The record, key first, that `bytes` begin with. Threads are none: they repeat.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let key: &CatalogKey = fields::structure(bytes)?;
        let (key_len, letters) = (usize::from(key.len), usize::from(key.letters));
        if key_len != 6 + 2 * letters || letters > LONGEST_NAME {
            return None;
        }
        let name = bytes.get(8..8 + 2 * letters)?;
        let record = bytes.get(2 + key_len..)?;
        let start: &RecordStart = fields::structure(record)?;
        let item = match start.kind.get() {
            1 if record.len() >= FOLDER => CatalogItem::Folder,
            2 if record.len() >= FILE => CatalogItem::File(file(record)?),
            _ => return None,
        };
        let (parent, id) = (key.parent.get(), start.id.get());
        (parent > 0 && id > 1).then(|| CatalogRecord { parent, name: text(name), id, item })
    }

    /// Bytes that the record of that kind takes with its key, at least.
    pub(crate) const SHORTEST: usize = 8 + FOLDER;
}

fn file(record: &[u8]) -> Option<CatalogFile> {
    let raw: &FileData = fields::structure(record)?;
    let is_link = raw.type_and_creator == *b"hlnkhfs+";
    let kind = raw.mode & 0xf000;
    Some(CatalogFile {
        modified: raw.modified.get(),
        fork: Fork::of(&raw.data),
        link: is_link.then(|| raw.special.get()),
        // UF_COMPRESSED: the data are in an attribute or in the resource fork.
        compressed: raw.owner_flags & 0x20 != 0,
        regular: kind == 0 || kind == 0x8000,
    })
}

/// A name; a slash in it is what other systems show as a colon.
fn text(name: &[u8]) -> String {
    let units = name.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
    let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{fffd}'));
    letters.map(|letter| if letter == '/' { ':' } else { letter }).collect()
}

/// What is left of records in bytes that no record owns, and where each begins. Records begin at
/// even locations; what lies there by chance is told by the bounds of all of its fields.
pub(crate) fn left(bytes: &[u8], from: usize) -> Vec<(usize, CatalogRecord)> {
    let mut found = Vec::new();
    let mut at = from + from % 2;
    while at + CatalogRecord::SHORTEST <= bytes.len() {
        let key = usize::from(be16(bytes, at).unwrap_or(0));
        let letters = usize::from(be16(bytes, at + 6).unwrap_or(0));
        let record =
            (letters > 0 && key == 6 + 2 * letters).then(|| CatalogRecord::read(&bytes[at..]));
        match record.flatten() {
            Some(record) => {
                let len = if record.item == CatalogItem::Folder { FOLDER } else { FILE };
                found.push((at, record));
                at += 2 + key + len;
            }
            None => at += 2,
        }
    }
    found
}

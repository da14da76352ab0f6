//! Records of a catalog: files, folders, and what is left of them where nodes have room.

use super::header::Fork;
use crate::model::Moment;
use crate::volumes::fields::{array, be16, be32};

/// Seconds from 1904, where the dates of HFS+ begin, to 1970.
const EPOCH: i64 = 2_082_844_800;

/// Bytes of the record of a file, and of a folder.
const FILE: usize = 248;
const FOLDER: usize = 88;

/// Letters of the longest name.
const LONGEST_NAME: usize = 255;

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
        let (key, letters) = (usize::from(be16(bytes, 0)?), usize::from(be16(bytes, 6)?));
        if key != 6 + 2 * letters || letters > LONGEST_NAME {
            return None;
        }
        let name = bytes.get(8..8 + 2 * letters)?;
        let record = bytes.get(2 + key..)?;
        let item = match be16(record, 0)? {
            1 if record.len() >= FOLDER => CatalogItem::Folder,
            2 if record.len() >= FILE => CatalogItem::File(file(record)?),
            _ => return None,
        };
        let (parent, id) = (be32(bytes, 2)?, be32(record, 8)?);
        (parent > 0 && id > 1).then(|| CatalogRecord { parent, name: text(name), id, item })
    }

    /// Bytes that the record of that kind takes with its key, at least.
    pub(crate) const SHORTEST: usize = 8 + FOLDER;
}

fn file(record: &[u8]) -> Option<CatalogFile> {
    let is_link = array(record, 48)? == *b"hlnkhfs+";
    let mode = be16(record, 42)? & 0xf000;
    Some(CatalogFile {
        modified: be32(record, 16)?,
        fork: Fork::read(record, 88)?,
        link: is_link.then(|| be32(record, 44)).flatten(),
        // UF_COMPRESSED: the data are in an attribute or in the resource fork.
        compressed: record[41] & 0x20 != 0,
        regular: mode == 0 || mode == 0x8000,
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

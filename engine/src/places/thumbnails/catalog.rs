//! The list in a `Thumbs.db` of Windows XP: which picture is of which file.

use crate::model::Moment;
use crate::volumes::fields::{le16, le32, le64, utf16_until_nul};

/// Bytes of an entry before its name, and the zeros after it.
const ENTRY: usize = 16;
const AFTER: usize = 4;

/// A file of the folder that had a thumbnail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// The stream with its picture.
    pub stream: String,
    /// Its name.
    pub name: String,
    /// When it was last modified.
    pub modified: Option<Moment>,
}

/// The files of a list, as far as it is sound.
///
/// Source: documentation of vinetto, "Thumbs.db format"; D. Hurlbut, "Thumbs DB Files Forensic Issues".
pub(super) fn read(catalog: &[u8]) -> Vec<Listed> {
    let mut files = Vec::new();
    let mut at = le16(catalog, 0).map_or(usize::MAX, usize::from).max(ENTRY);
    while let Some((file, next)) = entry(catalog, at) {
        files.push(file);
        at = next;
    }
    files
}

fn entry(catalog: &[u8], at: usize) -> Option<(Listed, usize)> {
    let len = le32(catalog, at)? as usize;
    let entry = catalog.get(at..at.checked_add(len)?)?;
    let name = entry.get(ENTRY..len.checked_sub(AFTER)?)?;
    let stream: String = le32(entry, 4)?.to_string().chars().rev().collect();
    let modified = Moment::filetime(le64(entry, 8)?);
    Some((Listed { stream, name: utf16_until_nul(name), modified }, at + len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(names: &[(u32, &str)]) -> Vec<u8> {
        let mut out = [16u16.to_le_bytes(), 7u16.to_le_bytes()].concat();
        out.extend([names.len() as u32, 96, 96].map(u32::to_le_bytes).concat());
        for (nth, name) in names {
            let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
            out.extend(((ENTRY + name.len() + AFTER) as u32).to_le_bytes());
            out.extend(nth.to_le_bytes());
            out.extend(132_537_600_000_000_000u64.to_le_bytes());
            out.extend(name);
            out.extend([0; AFTER]);
        }
        out
    }

    #[test]
    fn streams_are_named_by_reversed_digits() {
        let files = read(&catalog(&[(1, "IMG_0001.JPG"), (12, "Müller.jpg"), (10, "x")]));
        let pairs: Vec<_> = files.iter().map(|file| (&*file.stream, &*file.name)).collect();
        assert_eq!(pairs, [("1", "IMG_0001.JPG"), ("21", "Müller.jpg"), ("01", "x")]);
        assert_eq!(files[0].modified.unwrap().to_string(), "2020-12-30T00:00:00Z");
    }

    #[test]
    fn a_damaged_list_gives_its_beginning() {
        let mut list = catalog(&[(1, "a"), (2, "b"), (3, "c")]);
        let second = 16 + ENTRY + 4 + AFTER;
        list[second..second + 4].copy_from_slice(&[3, 0, 0, 0]);
        assert_eq!(read(&list).len(), 1);
        bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
            assert!(read(bytes).len() <= bytes.len() / (ENTRY + AFTER));
        });
    }
}

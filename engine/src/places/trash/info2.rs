//! The index of the Recycle Bin of Windows 95 to XP.

use super::ansi::ansi;
use crate::model::Moment;
use crate::volumes::fields::{le32, le64, utf16_until_nul};

/// Bytes before the first record.
const HEADER: usize = 20;

/// Bytes of the path in the code page of the system.
const NARROW: usize = 260;

/// Bytes of a record without a path in UTF-16, and with one.
const LENS: [u32; 2] = [280, 800];

/// Versions, by the first bytes: Windows 95, NT 4, 98, and ME to XP.
const VERSIONS: [u32; 4] = [0, 2, 4, 5];

/// A file or folder that the index tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Info2Record {
    /// Where it was, names joined by `/`, after the letter of its drive. Hostile.
    pub(super) path: String,
    /// What the name of its content beside the index begins with: `dc5`, before its extension.
    pub(super) stem: String,
    /// Bytes that it took on the disk.
    pub(super) size: u64,
    /// When it was deleted.
    pub(super) deleted_at: Option<Moment>,
    /// Whether it was restored or removed since.
    pub(super) is_removed: bool,
}

/// The records of an index; nothing where the bytes are none. A record that makes no sense is left out.
///
/// Source: rifiuti2 and plaso agree.
pub(super) fn records(bytes: &[u8]) -> Option<Vec<Info2Record>> {
    let version = le32(bytes, 0)?;
    let len = le32(bytes, 12)?;
    if !VERSIONS.contains(&version) || !LENS.contains(&len) {
        return None;
    }
    let rest = bytes.get(HEADER..)?;
    // The last record may lack the end of its second path.
    Some(rest.chunks(len as usize).filter_map(record).collect())
}

fn record(bytes: &[u8]) -> Option<Info2Record> {
    let narrow = bytes.get(..NARROW)?;
    let (index, drive) = (le32(bytes, 260)?, le32(bytes, 264)?);
    let time = le64(bytes, 268)?;
    let size = le32(bytes, 276)?;
    let letter = u8::try_from(drive).ok().filter(|drive| *drive < 26)? + b'a';
    // What is restored or removed loses the first letter of its path.
    let is_removed = narrow[0] == 0;
    let known = if is_removed { &narrow[1..] } else { narrow };
    let narrow = ansi(known);
    let narrow = if is_removed {
        format!("{}{narrow}", char::from(letter).to_ascii_uppercase())
    } else {
        narrow
    };
    let wide = bytes.get(280..).and_then(wide);
    let path = wide.unwrap_or(narrow).replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_path = !name.is_empty() && path.contains('/') && !path.contains(char::is_control);
    let stem = format!("d{}{index}", char::from(letter));
    let deleted_at = Moment::filetime(time);
    is_path.then(|| Info2Record {
        stem,
        size: size.into(),
        deleted_at,
        is_removed,
        path: path.clone(),
    })
}

/// The text up to the first NUL, in UTF-16; nothing where there is none.
fn wide(bytes: &[u8]) -> Option<String> {
    Some(utf16_until_nul(bytes)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::places::info2::{Row, info2};
    use afterimage_testdata::places::recycle_bin::filetime;

    fn row(path: &str, removed: bool) -> Row {
        Row { path: path.into(), index: 5, deleted: filetime(1_700_000_000), size: 8192, removed }
    }

    #[test]
    fn both_versions_tell_paths_and_times() {
        for (version, path) in [(5, "D:\\Fotos\\日本.jpg"), (4, "D:\\Fotos\\Übersee €.jpg")] {
            let records = records(&info2(&[row(path, false)], version)).unwrap();
            let [one] = &records[..] else { panic!("{records:?}") };
            assert_eq!((&*one.path, &*one.stem), (&*path.replace('\\', "/"), "dd5"));
            assert_eq!(one.deleted_at.unwrap().to_string(), "2023-11-14T22:13:20Z");
            assert_eq!((one.size, one.is_removed), (8192, false));
        }
    }

    #[test]
    fn what_was_removed_keeps_its_path() {
        for version in [4, 5] {
            let records = records(&info2(&[row("C:\\a b\\c.jpg", true)], version)).unwrap();
            assert_eq!((&*records[0].path, records[0].is_removed), ("C:/a b/c.jpg", true));
        }
    }

    #[test]
    fn other_files_and_cut_ones_are_told_apart() {
        let whole = info2(&[row("C:\\a.jpg", false), row("C:\\b.jpg", false)], 4);
        assert_eq!(records(&whole[..20 + 280 + 279]).unwrap().len(), 1);
        assert_eq!(records(&whole[..19]), None);
        assert_eq!(records(b"some other file of that name, long enough"), None);
    }

    #[test]
    fn any_bytes_are_read_without_panic() {
        let start = info2(&[row("C:\\a.jpg", false)], 5);
        bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
            records(bytes);
            let found = records(&[&start[..20], bytes].concat()).unwrap();
            assert!(found.len() <= bytes.len() / 280 + 1);
        });
    }
}

//! What Windows notes of a file or a folder when it puts it into the Recycle Bin.
//!
//! `$I<six characters><extension>` tells of `$R<the same>`, which lies beside it and holds the bytes.

use crate::model::Moment;
use crate::volumes::fields::{le32, le64};

/// Characters of the longest path that Windows has, the NUL after it counted.
const MOST_UNITS: usize = 32_768;

/// Bytes of the longest `$I` file.
pub const MOST_BIN_RECORD: usize = 28 + 2 * MOST_UNITS;

/// Bytes of the shortest that tells anything.
pub const LEAST_BIN_RECORD: usize = 24;

/// Bytes of a `$I` file of Windows Vista to 8.1.
const LEN_1: usize = 544;

/// What a `$I` file says.
///
/// Source: plaso and rifiuti2 agree; version 1 is of Windows Vista to 8.1, version 2 of Windows 10 and later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinRecord {
    /// Where the file or folder was, names joined by `/`, after the letter of its drive: `C:/Users/a/b.jpg`.
    /// Hostile. Nothing where it is cut off.
    pub path: Option<String>,
    /// Its length in bytes; of a folder, that of all files in it.
    pub size: u64,
    /// When it was deleted.
    pub deleted_at: Option<Moment>,
}

impl BinRecord {
    /// What the `$I` file with these bytes says; nothing where it is none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        // Some of version 1 are a byte short: the size has seven bytes then, and all after it lies before.
        let short = usize::from(bytes.len() == LEN_1 - 1 && bytes.starts_with(&[1]));
        let version = le64(bytes, 0)?;
        let size = le64(bytes, 8)? & (u64::MAX >> (8 * short));
        let deleted_at = Moment::filetime(le64(bytes, 16 - short)?);
        let text = match version {
            1 => bytes.get(24 - short..)?,
            2 => {
                let units = le32(bytes, 24).unwrap_or_default() as usize;
                let text = bytes.get(28..).unwrap_or_default();
                let room = units.min(MOST_UNITS).checked_mul(2);
                room.and_then(|room| text.get(..room)).unwrap_or_default()
            }
            _ => return None,
        };
        let path = path_of(text);
        // Zeros in which a 1 happens to stand are no record.
        (path.is_some() || deleted_at.is_some()).then_some(BinRecord { path, size, deleted_at })
    }

    /// Its path in its volume, without the letter of the drive; nothing for one that is not of a drive.
    pub fn path_in_volume(&self) -> Option<&str> {
        let path = self.path.as_deref()?;
        let path = path.strip_prefix("//?/").unwrap_or(path);
        let (drive, rest) = path.split_once(":/")?;
        let is_drive = drive.len() == 1 && drive.starts_with(|c: char| c.is_ascii_alphabetic());
        (is_drive && !rest.is_empty()).then_some(rest)
    }
}

/// The path that `text` begins with, in UTF-16; nothing where its end is not there, or it names no file.
fn path_of(text: &[u8]) -> Option<String> {
    let units = text.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let units: Vec<u16> = units.collect();
    let end = units.iter().position(|unit| *unit == 0)?;
    let path = String::from_utf16_lossy(&units[..end]).replace('\\', "/");
    let is_path = path.contains('/') && !path.ends_with('/') && !path.contains(char::is_control);
    is_path.then_some(path)
}

/// What `$I` and `$R` files that belong together have in common: all of their names but the second letter,
/// and which of the two it is. The first letter may be lost, as that of a deleted file is on FAT.
pub fn bin_name(name: &str) -> Option<(BinKind, &str)> {
    let rest = name.strip_prefix(['$', '_'])?;
    let kind = match rest.as_bytes().first()? {
        b'I' | b'i' => BinKind::Record,
        b'R' | b'r' => BinKind::Content,
        _ => return None,
    };
    let rest = &rest[1..];
    let id = rest.split('.').next()?;
    let is_id = id.len() == 6 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then_some((kind, rest))
}

/// Which file of a pair in the Recycle Bin one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinKind {
    /// `$I`: what is known.
    Record,
    /// `$R`: the bytes, or a folder.
    Content,
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::places::recycle_bin::{record_1, record_2};

    /// 2016-06-29T21:39:45Z, as a FILETIME.
    const WHEN: u64 = 131_117_099_850_000_000;

    const PATH: &str = r"C:\Users\random\Downloads\bunnies.jpg";

    #[track_caller]
    fn check(bytes: &[u8], path: Option<&str>, size: u64) {
        let record = BinRecord::parse(bytes).unwrap();
        assert_eq!((record.path.as_deref(), record.size), (path, size));
        assert_eq!(record.deleted_at.unwrap().to_string(), "2016-06-29T21:39:45Z");
    }

    #[test]
    fn both_versions_tell_path_size_and_time() {
        let path = Some("C:/Users/random/Downloads/bunnies.jpg");
        check(&record_1(PATH, 222_255, WHEN), path, 222_255);
        check(&record_2(PATH, 222_255, WHEN), path, 222_255);
        assert_eq!(record_1(PATH, 1, WHEN).len(), 544);
        assert_eq!(record_2(PATH, 1, WHEN).len(), 28 + 2 * (PATH.len() + 1));
    }

    #[test]
    fn a_record_without_its_ninth_byte_is_read_all_the_same() {
        let mut bytes = record_1(PATH, 222_255, WHEN);
        bytes.remove(15);
        check(&bytes, Some("C:/Users/random/Downloads/bunnies.jpg"), 222_255);
    }

    #[test]
    fn a_path_that_is_cut_off_is_none() {
        let bytes = record_2(PATH, 222_255, WHEN);
        check(&bytes[..60], None, 222_255);
        check(&bytes[..24], None, 222_255);
        assert_eq!(BinRecord::parse(&bytes[..23]), None);
        assert_eq!(BinRecord::parse(b"not a record, but some text of that length"), None);
        assert_eq!(BinRecord::parse(&[0; 544]), None);
    }

    #[test]
    fn a_path_in_its_volume_has_no_drive() {
        let of = |path| BinRecord::parse(&record_2(path, 1, WHEN)).unwrap();
        assert_eq!(of(PATH).path_in_volume(), Some("Users/random/Downloads/bunnies.jpg"));
        assert_eq!(of(r"\\?\D:\a.jpg").path_in_volume(), Some("a.jpg"));
        assert_eq!(of(r"\\server\share\a.jpg").path_in_volume(), None);
        assert_eq!(of(r"D:\..\a.jpg").path_in_volume(), Some("../a.jpg"));
    }

    #[test]
    fn names_of_a_pair_differ_in_one_letter() {
        assert_eq!(bin_name("$IABC123.jpg"), Some((BinKind::Record, "ABC123.jpg")));
        assert_eq!(bin_name("$rabc123"), Some((BinKind::Content, "abc123")));
        assert_eq!(bin_name("_RABC123.JPG"), Some((BinKind::Content, "ABC123.JPG")));
        for name in ["$RABC12.jpg", "$RABC1234.jpg", "$I30", "RABC123.jpg", "$", "$XABC123.jpg", ""]
        {
            assert_eq!(bin_name(name), None, "{name}");
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic() {
        bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
            let record = BinRecord::parse(bytes);
            let path = record.and_then(|record| record.path).unwrap_or_default();
            assert!(path.len() <= 3 * bytes.len());
        });
    }
}

//! `Manifest.mbdb`, before iOS 10.

use super::row::{Row, RowKind, id_of, kind_of_mode};
use crate::model::Moment;

/// How a file begins.
const MAGIC: &[u8; 6] = b"mbdb\x05\x00";

/// A text that is not there has this length.
const NONE: u16 = 0xFFFF;

/// Where a damaged list ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MbdbFault {
    /// It does not begin as one.
    #[error("Manifest.mbdb does not begin as one")]
    Magic,
    /// The record at this offset goes on after the end of the file.
    #[error("Manifest.mbdb is cut or damaged at byte {0:#x}")]
    Cut(usize),
}

/// Reads `Manifest.mbdb`: the rows that are whole, and where it ends early what is wrong. All numbers are
/// big-endian; texts have their length before them.
pub fn read_mbdb(bytes: &[u8]) -> (Vec<Row>, Option<MbdbFault>) {
    let mut rows = Vec::new();
    let Some(rest) = bytes.strip_prefix(MAGIC) else { return (rows, Some(MbdbFault::Magic)) };
    let mut reader = Reader(rest);
    while !reader.0.is_empty() {
        let at = bytes.len() - reader.0.len();
        match reader.record() {
            Some(row) => rows.push(row),
            None => return (rows, Some(MbdbFault::Cut(at))),
        }
    }
    (rows, None)
}

/// What is left to be read.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn number<const LEN: usize>(&mut self) -> Option<u64> {
        let bytes = self.take(LEN)?;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A text; empty where it is not there.
    fn text(&mut self) -> Option<&'b [u8]> {
        match self.number::<2>()? {
            len if len == u64::from(NONE) => Some(&[]),
            len => self.take(usize::try_from(len).ok()?),
        }
    }

    fn record(&mut self) -> Option<Row> {
        let (domain, path, target) = (self.text()?, self.text()?, self.text()?);
        let (_data_hash, key) = (self.text()?, self.text()?);
        let mode = self.number::<2>()?;
        let (_inode, _user, _group) = (self.take(8)?, self.take(4)?, self.take(4)?);
        let (modified, _accessed, born) =
            (self.number::<4>()?, self.number::<4>()?, self.number::<4>()?);
        let size = self.number::<8>()?;
        let _class = self.number::<1>()?;
        for _ in 0..self.number::<1>()? {
            // Name and value; a value is not always a text.
            let _property = (self.text()?, self.text()?);
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let moment = |seconds: u64| Moment::utc(i64::try_from(seconds).ok()?, 0);
        let kind = kind_of_mode(mode, Some(&text(target)));
        Some(Row {
            id: id_of(domain, path),
            domain: text(domain),
            path: text(path),
            size: (kind == RowKind::File).then_some(size),
            kind,
            modified: moment(modified),
            born: moment(born),
            key: (!key.is_empty()).then(|| key.to_vec()),
            is_unclear: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(path: &[u8], mode: u16) -> Vec<u8> {
        let text = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes(), bytes].concat();
        let mut out = [text(b"CameraRollDomain"), text(path), vec![0xFF; 4], text(b"key")].concat();
        out.extend(mode.to_be_bytes());
        out.extend([0; 16]);
        for time in [1_715_961_802_u32, 0, 1_715_875_402] {
            out.extend(time.to_be_bytes());
        }
        out.extend(7_u64.to_be_bytes());
        out.extend([3, 1, 0, 1, b'a', 0, 2, 0xFF, 0]);
        out
    }

    #[test]
    fn records_follow_one_another() {
        let bytes =
            [&MAGIC[..], &record(b"Media/a.jpg", 0o100_644), &record(b"x", 0o040_755)].concat();
        let (rows, fault) = read_mbdb(&bytes);
        assert_eq!((rows.len(), fault), (2, None));
        let first = &rows[0];
        assert_eq!(
            (&*first.domain, &*first.path, first.size),
            ("CameraRollDomain", "Media/a.jpg", Some(7))
        );
        assert_eq!(first.modified, Moment::utc(1_715_961_802, 0));
        assert_eq!(
            (first.born, first.key.as_deref()),
            (Moment::utc(1_715_875_402, 0), Some(&b"key"[..]))
        );
        assert_eq!(first.id, id_of(b"CameraRollDomain", b"Media/a.jpg"));
        assert_eq!((&rows[1].kind, rows[1].size), (&RowKind::Folder, None));
    }

    #[test]
    fn what_is_whole_comes_back_of_a_list_that_is_cut() {
        let bytes = [&MAGIC[..], &record(b"a", 0o100_644), &record(b"b", 0o100_644)].concat();
        let second = 6 + record(b"a", 0).len();
        let (rows, fault) = read_mbdb(&bytes[..bytes.len() - 1]);
        assert_eq!((rows.len(), fault), (1, Some(MbdbFault::Cut(second))));
        assert_eq!(read_mbdb(b"mbdb\x06\x00"), (Vec::new(), Some(MbdbFault::Magic)));
        assert_eq!(read_mbdb(MAGIC), (Vec::new(), None));
    }

    proptest! {
        #[test]
        fn any_bytes_give_no_more_rows_than_they_hold(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let (rows, _) = read_mbdb(&[&MAGIC[..], &bytes].concat());
            prop_assert!(rows.len() <= bytes.len() / 46);
        }
    }
}

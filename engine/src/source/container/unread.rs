//! What an image says that its device did not give: pieces of the disk that are lost.

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::piece::{Piece, Stored};
use super::unpack::{ADLER32_LEN, adler32};
use crate::model::SpanSet;

/// What is said of an image of which such a list is damaged.
pub(super) const DAMAGED: &str =
    "its list of sectors that could not be read is damaged: they are zeros in it";

/// Rows of all lists of an image that are read.
const MOST_ROWS: usize = 1 << 20;

/// The longest row, in bytes.
const MOST_ROW: usize = 16;

/// How a list of sectors lies in its section: the number of its rows, other things and a checksum, then the rows and a
/// checksum of them.
pub(super) struct UnreadList {
    /// Bytes before the rows, and those that the first checksum covers, which stands after them.
    pub head: u64,
    pub covered: u64,
    /// Bytes of a row.
    pub row: usize,
}

/// The rows of a list; nothing of one that is damaged, which took as much to read.
pub(super) struct Rows {
    count: usize,
    rows: Option<Vec<[u8; MOST_ROW]>>,
}

/// The rows of all lists of an image.
#[derive(Default)]
pub(super) struct UnreadRows {
    rows: Vec<[u8; MOST_ROW]>,
    read: usize,
    is_damaged: bool,
}

impl UnreadList {
    /// Reads the list in the data of a section, of no more than `most` rows.
    pub(super) fn read(&self, files: &Files, file: usize, data: Span, most: usize) -> Rows {
        let count = files.array::<4>(file, data.at).map_or(0, u32::from_le_bytes);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let rows_len = (count as u64).saturating_mul(self.row as u64);
        let is_fine = count <= most
            && self.head.saturating_add(rows_len).saturating_add(ADLER32_LEN) <= data.len;
        let covered = |at: u64, len: u64| {
            let bytes = files.bytes(file, at, len)?;
            let said = files.array::<4>(file, at.checked_add(len)?)?;
            (u32::from_le_bytes(said) == adler32(&bytes)).then_some(bytes)
        };
        let read = || {
            covered(data.at, self.covered)?;
            let bytes = covered(data.at.checked_add(self.head)?, rows_len)?;
            let row = |bytes: &[u8]| {
                let mut row = [0; MOST_ROW];
                row[..bytes.len()].copy_from_slice(bytes);
                row
            };
            Some(bytes.chunks_exact(self.row.min(MOST_ROW)).map(row).collect())
        };
        match is_fine {
            true => Rows { count, rows: read() },
            false => Rows { count: 0, rows: None },
        }
    }
}

impl UnreadRows {
    /// Rows that may still be read.
    pub(super) fn left(&self) -> usize {
        MOST_ROWS - self.read.min(MOST_ROWS)
    }

    pub(super) fn add(&mut self, list: Rows) {
        self.read = self.read.saturating_add(list.count);
        self.is_damaged |= list.rows.is_none();
        self.rows.extend(list.rows.unwrap_or_default());
    }

    /// Whether no list was damaged.
    pub(super) fn are_whole(&self) -> bool {
        !self.is_damaged
    }

    /// The ranges of a disk of `len` bytes that the rows tell, each by its first sector and the number of them.
    pub(super) fn spans(
        &self,
        first_and_count: impl Fn(&[u8]) -> Option<(u64, u64)>,
        sector: u64,
        len: u64,
    ) -> SpanSet {
        let span = |row: &[u8; MOST_ROW]| {
            let (first, count) = first_and_count(row)?;
            let (at, len) = (first.checked_mul(sector)?, count.checked_mul(sector)?);
            at.checked_add(len).map(|_| Span { at, len })
        };
        self.rows.iter().filter_map(span).filter(|span| span.at < len).collect()
    }
}

/// The lost piece of `chunk` at `at`, where `unread` has that byte.
pub(super) fn lost(unread: &SpanSet, chunk: Span, at: u64) -> Option<Piece> {
    let bad = unread.after(at).first().copied().filter(|bad| bad.at <= at)?;
    let part = Span::between(bad.at.max(chunk.at), bad.end().min(chunk.end()));
    Some(Piece::new(part, Stored::Lost))
}

/// Where the next range of `unread` after `at` begins.
pub(super) fn next(unread: &SpanSet, at: u64) -> u64 {
    unread.after(at).iter().map(|range| range.at).find(|start| *start > at).unwrap_or(u64::MAX)
}

//! A page as a node of a tree: its kind, its cells, its free bytes.

use std::ops::Range;

use super::header::HEADER_LEN;
use super::numbers::varint;
use crate::volumes::fields::{be16, be32};

/// How often the bytes of a page may be read as parts of cells.
pub(super) const MOST_OVERLAP: usize = 4;

/// What a page of a tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    IndexInterior,
    TableInterior,
    IndexLeaf,
    TableLeaf,
}

impl PageKind {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            2 => Some(PageKind::IndexInterior),
            5 => Some(PageKind::TableInterior),
            10 => Some(PageKind::IndexLeaf),
            13 => Some(PageKind::TableLeaf),
            _ => None,
        }
    }

    pub(super) fn is_leaf(self) -> bool {
        matches!(self, PageKind::IndexLeaf | PageKind::TableLeaf)
    }

    /// Whether it belongs to a tree of rows with numbers.
    pub(super) fn is_table(self) -> bool {
        matches!(self, PageKind::TableInterior | PageKind::TableLeaf)
    }
}

/// A page of a tree.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 1.6 "B-tree Pages".
#[derive(Clone, Copy, Debug)]
pub(super) struct TreePage<'p> {
    pub(super) kind: PageKind,
    /// The page without its reserved bytes.
    pub(super) bytes: &'p [u8],
    /// Where the header of the node is: after the header of the database in page 1.
    header_at: usize,
    /// How many cells it says to have, as far as their pointers fit.
    pub(super) cells: usize,
}

/// A record in a cell, as far as it lies in its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Number of the row; an index has none.
    pub(super) rowid: Option<i64>,
    /// Length of the record in bytes.
    pub(super) len: usize,
    /// What lies in the page of it.
    pub(super) local: Range<usize>,
    /// The first page of the rest.
    pub(super) overflow: Option<u32>,
    /// Bytes of the page that the cell takes.
    pub(super) span: Range<usize>,
}

impl<'p> TreePage<'p> {
    /// Reads page `number`; nothing when it is no node of a tree.
    pub(super) fn read(bytes: &'p [u8], number: u32) -> Option<Self> {
        let header_at = if number == 1 { HEADER_LEN } else { 0 };
        TreePage::of_kind(bytes, number, PageKind::of(*bytes.get(header_at)?)?)
    }

    /// Reads page `number` as one of that kind.
    pub(super) fn of_kind(bytes: &'p [u8], number: u32, kind: PageKind) -> Option<Self> {
        let header_at = if number == 1 { HEADER_LEN } else { 0 };
        let cells = usize::from(be16(bytes, header_at + 3)?);
        let page = TreePage { kind, bytes, header_at, cells: 0 };
        let room = bytes.len().checked_sub(page.pointers())? / 2;
        Some(TreePage { cells: cells.min(room), ..page })
    }

    /// A page without cells.
    pub(super) fn empty(kind: PageKind) -> Self {
        TreePage { kind, bytes: &[], header_at: 0, cells: 0 }
    }

    /// Where the pointers to its cells begin.
    fn pointers(&self) -> usize {
        self.header_at + if self.kind.is_leaf() { 8 } else { 12 }
    }

    /// Where the pointers to its cells end: free bytes follow them.
    pub(super) fn pointers_end(&self) -> usize {
        self.pointers() + 2 * self.cells
    }

    /// Where the first of its cells begins, as it says.
    pub(super) fn content_start(&self) -> usize {
        match be16(self.bytes, self.header_at + 5).unwrap_or(0) {
            0 => self.bytes.len(),
            start => usize::from(start).min(self.bytes.len()),
        }
    }

    /// Where a cell begins.
    fn pointer(&self, nth: usize) -> Option<usize> {
        let at = usize::from(be16(self.bytes, self.pointers() + 2 * nth)?);
        (self.pointers_end()..self.bytes.len()).contains(&at).then_some(at)
    }

    /// The child page of an interior page and the highest row in it; the last one has no bound.
    pub(super) fn child(&self, nth: usize) -> Option<(u32, Option<i64>)> {
        if nth == self.cells {
            return Some((be32(self.bytes, self.header_at + 8)?, None));
        }
        let at = self.pointer(nth)?;
        let child = be32(self.bytes, at)?;
        let key = self.kind.is_table().then(|| varint(self.bytes.get(at + 4..)?));
        Some((child, key.flatten().map(|(key, _)| key.cast_signed())))
    }

    /// The record of a cell; nothing when it cannot be one.
    pub(super) fn cell(&self, nth: usize) -> Option<Cell> {
        self.cell_at(self.pointer(nth)?)
    }

    /// The records of its cells in turn, nothing for one that cannot be read. Cells do not overlap in a sound page;
    /// where a hostile one leads through the same bytes again and again, they end.
    pub(super) fn records(&self) -> impl Iterator<Item = Option<Cell>> {
        let most = self.bytes.len() * MOST_OVERLAP;
        (0..self.cells).map(|nth| self.cell(nth)).scan(0, move |read, cell| {
            *read += cell.as_ref().map_or(1, |cell| cell.local.len());
            (*read <= most).then_some(cell)
        })
    }

    /// The record of the cell that begins at `start`.
    pub(super) fn cell_at(&self, start: usize) -> Option<Cell> {
        let mut at = match self.kind {
            PageKind::IndexInterior => start + 4,
            PageKind::TableInterior => return None,
            PageKind::IndexLeaf | PageKind::TableLeaf => start,
        };
        let mut number = || {
            let (number, len) = varint(self.bytes.get(at..)?)?;
            at += len;
            Some(number)
        };
        let len = usize::try_from(number()?).ok().filter(|len| *len <= i32::MAX as usize)?;
        let rowid = if self.kind.is_table() { Some(number()?.cast_signed()) } else { None };
        let in_page = local_len(self.bytes.len(), len, self.kind.is_table());
        let local = at..at + in_page;
        let overflow = if in_page < len { Some(be32(self.bytes, local.end)?) } else { None };
        let end = local.end + if overflow.is_some() { 4 } else { 0 };
        (end <= self.bytes.len()).then_some(Cell { rowid, len, local, overflow, span: start..end })
    }

    /// Whether these spans of its cells, its free blocks and what it says to be fragments take all its content.
    pub(super) fn is_full(&self, taken: &[Range<usize>]) -> bool {
        // A cell takes four bytes at least, so that it can become a free block.
        let cells: usize = taken.iter().map(|span| span.len().max(4)).sum();
        let free: usize = self.free_blocks().iter().map(Range::len).sum();
        let fragments = self.bytes.get(self.header_at + 7).map_or(0, |count| usize::from(*count));
        cells + free + fragments == self.bytes.len() - self.content_start()
    }

    /// The free blocks between its cells, in order, as far as they can be true.
    pub(super) fn free_blocks(&self) -> Vec<Range<usize>> {
        let mut blocks = Vec::new();
        let mut at = usize::from(be16(self.bytes, self.header_at + 1).unwrap_or(0));
        let mut from = self.pointers_end();
        while at >= from {
            let word = |at| be16(self.bytes, at).map_or(0, usize::from);
            let end = at + word(at + 2).max(4);
            if end > self.bytes.len() {
                break;
            }
            blocks.push(at..end);
            (from, at) = (end, word(at));
        }
        blocks
    }
}

/// How much of a record of `len` bytes lies in a page with `usable` bytes.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 1.6, "the amount of payload that spills".
pub(super) fn local_len(usable: usize, len: usize, is_table: bool) -> usize {
    let most = if is_table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
    if len <= most {
        return len;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let spilt = least + (len - least) % (usable - 4);
    if spilt <= most { spilt } else { least }
}

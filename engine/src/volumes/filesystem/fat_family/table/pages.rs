//! The bytes of an allocation table, which is read in pages: all of it need not fit in memory.

use std::collections::HashMap;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::read;

/// Bytes of a table that are read at once.
const PAGE: u64 = 1 << 16;

/// Bytes that a page holds of the next one, for entries that lie on the edge.
const OVERLAP: u64 = 4;

/// Pages kept in memory.
const MOST_PAGES: usize = 256;

/// How often all of the table may be read before its chains jump about too wildly to be followed.
const MOST_PASSES: u64 = 8;

/// The pages of a table that were read last.
pub(crate) struct TablePages<'b> {
    bytes: &'b dyn Bytes,
    /// By where they begin in the source.
    pages: HashMap<u64, Vec<u8>>,
    /// How many more may be read.
    loads: u64,
}

impl<'b> TablePages<'b> {
    /// None of the pages of so many bytes of tables.
    pub fn new(bytes: &'b dyn Bytes, len: u64) -> Self {
        let loads = (len / PAGE + 2).saturating_mul(MOST_PASSES);
        TablePages { bytes, pages: HashMap::new(), loads }
    }

    /// Whether some of the `len` bytes at offset `at` of the table that begins at `start` could not be read.
    pub fn is_unreadable(&self, start: u64, at: u64, len: usize) -> bool {
        let span = Span { at: start.saturating_add(at), len: len as u64 };
        self.bytes.unreadable_in(span).is_some()
    }

    /// Fills `out`, at most [`OVERLAP`] bytes, from offset `at` of the table that begins at `start`;
    /// leaves it as it is when the table has been read too often.
    pub fn fetch(&mut self, start: u64, at: u64, out: &mut [u8]) {
        if let Some(mapped) = self.bytes.mapped(start.saturating_add(at), out.len()) {
            return out.copy_from_slice(mapped);
        }
        let (page, inside) = (start.saturating_add(at / PAGE * PAGE), (at % PAGE) as usize);
        if !self.pages.contains_key(&page) {
            if self.loads == 0 {
                return;
            }
            self.loads -= 1;
            if self.pages.len() >= MOST_PAGES {
                self.pages.clear();
            }
            let read = read::padded(self.bytes, page, (PAGE + OVERLAP) as usize);
            self.pages.insert(page, read);
        }
        if let Some(bytes) = self.pages.get(&page).and_then(|page| page.get(inside..)) {
            out.copy_from_slice(&bytes[..out.len()]);
        }
    }
}

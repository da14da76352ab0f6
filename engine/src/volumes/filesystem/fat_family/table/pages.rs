//! Numbers of an allocation table, which is read in pages: all of it need not fit in memory.

use std::collections::HashMap;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::padded::read_padded;
use crate::volumes::filesystem::fat_family::table::layout::{EntryWidth, TableLayout};

/// Copies of the table that are looked at.
pub(crate) const MOST_COPIES: usize = 2;

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
    /// None of the pages of a table of `len` bytes.
    pub fn new(bytes: &'b dyn Bytes, len: u64) -> Self {
        let all = (len / PAGE + 1).saturating_mul(MOST_COPIES as u64);
        TablePages { bytes, pages: HashMap::new(), loads: all.saturating_mul(MOST_PASSES) }
    }

    /// The bits of a cluster's entry; zero when the table has been read too often.
    pub fn entry(&mut self, layout: &TableLayout, copy: usize, cluster: u32) -> u32 {
        let Some(&start) = layout.copies.get(copy) else { return 0 };
        let at = u64::from(cluster) * layout.width.bits() / 8;
        let mut entry = [0; 4];
        let len = layout.width.bits().div_ceil(8) as usize;
        self.fetch(start, at, &mut entry[..len]);
        let raw = u32::from_le_bytes(entry);
        match layout.width {
            EntryWidth::Twelve if cluster % 2 == 1 => raw >> 4,
            width => raw & width.ones(),
        }
    }

    fn fetch(&mut self, start: u64, at: u64, out: &mut [u8]) {
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
            let read = read_padded(self.bytes, page, (PAGE + OVERLAP) as usize);
            self.pages.insert(page, read);
        }
        if let Some(bytes) = self.pages.get(&page).and_then(|page| page.get(inside..)) {
            out.copy_from_slice(&bytes[..out.len()]);
        }
    }
}

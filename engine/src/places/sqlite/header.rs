//! The first hundred bytes of a database.

use super::encoding::Encoding;
use crate::volumes::fields::{be16, be32};

/// Length of the header; the first page's tree node follows it.
pub(super) const HEADER_LEN: usize = 100;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Bytes of the magic that may be damaged.
const MOST_WRONG: usize = 3;

/// Bytes that are looked at to tell the page size and the reserved bytes of a damaged header.
const SAMPLE: usize = 1 << 20;

/// The bytes are no SQLite database, not even a damaged one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an SQLite database")]
pub struct NotADatabase;

/// What the header says, with what is impossible in it put right by what the pages show.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 1.3 "The Database Header".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DatabaseHeader {
    /// Bytes of a page.
    pub(super) page_size: usize,
    /// Bytes of a page without those reserved at its end.
    pub(super) usable: usize,
    pub(super) encoding: Encoding,
    /// The first page of the list of free pages; 0 when there is none.
    pub(super) first_free: u32,
    pub(super) user_version: u32,
}

impl DatabaseHeader {
    pub(super) fn read(main: &[u8]) -> Result<Self, NotADatabase> {
        let header = main.get(..HEADER_LEN).ok_or(NotADatabase)?;
        let wrong = header.iter().zip(MAGIC).filter(|(one, other)| one != other).count();
        if wrong > MOST_WRONG {
            return Err(NotADatabase);
        }
        let word = |at| be32(header, at).unwrap_or(0);
        let page_size = page_size(main);
        let reserved = usize::from(header[20]);
        let is_kept = page_size - reserved >= 480 && !fills_the_reserved(main, page_size, reserved);
        Ok(DatabaseHeader {
            page_size,
            usable: if is_kept { page_size - reserved } else { page_size },
            encoding: Encoding::numbered(word(56)).unwrap_or(Encoding::Utf8),
            first_free: word(32),
            user_version: word(60),
        })
    }
}

/// The page size that the header gives when pages begin there, else the one at which most do.
fn page_size(main: &[u8]) -> usize {
    let stored = match be16(main, 16).unwrap_or(0) {
        1 => 65536,
        size => usize::from(size),
    };
    let is_possible = stored.is_power_of_two() && (512..=65536).contains(&stored);
    if is_possible && main.len().is_multiple_of(stored) && beginnings(main, stored) > 0 {
        return stored;
    }
    let sizes = (9..=16).map(|power| 1 << power);
    let possible = if is_possible { stored } else { 4096 };
    // At too small a size most pages do not begin as nodes; at too large a one there are few.
    let score = |size: &usize| {
        let (nodes, pages) = (beginnings(main, *size), (main.len().min(SAMPLE) / size).max(1));
        (nodes * nodes * 1000 / pages, *size == possible)
    };
    sizes.max_by_key(score).unwrap_or(possible)
}

/// How many of the first pages begin as a node of a tree does.
fn beginnings(main: &[u8], size: usize) -> usize {
    let pages = main[..main.len().min(SAMPLE)].chunks_exact(size).enumerate();
    let is_node = |(at, page): &(usize, &[u8])| {
        let page = if *at == 0 { page.get(HEADER_LEN..).unwrap_or(&[]) } else { page };
        let cells = be16(page, 3).map_or(usize::MAX, usize::from);
        let content = match be16(page, 5).map_or(usize::MAX, usize::from) {
            0 => 65536,
            content => content,
        };
        matches!(page.first(), Some(2 | 5 | 10 | 13)) && content <= size && cells * 2 < size
    };
    pages.filter(is_node).count()
}

/// Whether nodes of trees store something where the header says that bytes are reserved.
fn fills_the_reserved(main: &[u8], page_size: usize, reserved: usize) -> bool {
    // A node without cells tells where its content would begin: at the end of what is usable.
    let nodes = main[..main.len().min(SAMPLE)].chunks_exact(page_size).skip(1);
    let mut nodes = nodes.filter(|page| matches!(page[0], 2 | 5 | 10 | 13));
    reserved > 0
        && nodes.any(|page| {
            let start = be16(page, 5).map_or(0, usize::from);
            let first = be16(page, 8).map_or(0, usize::from);
            start.max(first) > page_size - reserved && start.max(first) < page_size
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(size: usize, stored: u16) -> Vec<u8> {
        let mut main = vec![0; size * 8];
        main[..16].copy_from_slice(MAGIC);
        main[16..18].copy_from_slice(&stored.to_be_bytes());
        main[59] = 1;
        for at in (0..8).map(|page| if page == 0 { HEADER_LEN } else { page * size }) {
            main[at] = 13;
            // The content of an empty page begins at its end; 0 stands for 65536.
            main[at + 5..at + 7].copy_from_slice(&(size as u16).to_be_bytes());
        }
        main
    }

    #[test]
    fn a_damaged_header_is_put_right_by_the_pages() {
        let read = |main: &[u8]| DatabaseHeader::read(main).map(|header| header.page_size);
        assert_eq!(read(&database(4096, 4096)), Ok(4096));
        assert_eq!(read(&database(65536, 1)), Ok(65536));
        assert_eq!(read(&database(4096, 4097)), Ok(4096));
        assert_eq!(read(&database(1024, 17)), Ok(1024));
        let mut main = database(4096, 4096);
        main[..3].fill(0);
        assert_eq!(read(&main), Ok(4096));
        main[3] = 0;
        assert_eq!(read(&main), Err(NotADatabase));
        assert_eq!(read(&main[..99]), Err(NotADatabase));
    }
}

//! The files of a container, and what is read of their tables.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use afterimage_signatures::verdict::Span;

use crate::source::definition::Source;

/// Bytes of tables that are read at once, and kept for the next question.
const PAGE: u64 = 64 << 10;

/// No system has smaller pages of memory, in bytes.
const TOUCH: usize = 4096;

/// Pages that are kept of each container, the last ones used.
const MOST_PAGES: usize = 32;

/// Bytes of one table, or of packed data, that are read at once.
const MOST_BYTES: u64 = 256 << 20;

/// A part of a file: the number of the file and its own, and its bytes.
type Page = ((usize, u64), Arc<[u8]>);

/// The files that a disk lies in.
pub(super) struct Files {
    sources: Vec<Box<dyn Source>>,
    pages: Mutex<VecDeque<Page>>,
}

impl Files {
    pub(super) fn new(sources: Vec<Box<dyn Source>>) -> Self {
        Files { sources, pages: Mutex::default() }
    }

    /// One more file; its number.
    pub(super) fn add(&mut self, source: Box<dyn Source>) -> usize {
        self.sources.push(source);
        self.sources.len() - 1
    }

    /// Closes the last file, of which nothing is needed.
    pub(super) fn drop_last(&mut self) {
        self.sources.pop();
        let pages = self.pages.get_mut().unwrap_or_else(PoisonError::into_inner);
        pages.retain(|((file, _), _)| *file < self.sources.len());
    }

    /// The first file alone.
    pub(super) fn into_first(self) -> Box<dyn Source> {
        let mut sources = self.sources;
        sources.swap_remove(0)
    }

    pub(super) fn get(&self, file: usize) -> Option<&dyn Source> {
        self.sources.get(file).map(AsRef::as_ref)
    }

    pub(super) fn all(&self) -> &[Box<dyn Source>] {
        &self.sources
    }

    pub(super) fn all_mut(&mut self) -> &mut [Box<dyn Source>] {
        &mut self.sources
    }

    /// Whether none of them is the disk in another container.
    pub(super) fn is_bottom(&self) -> bool {
        self.sources.iter().all(|source| source.container().is_none())
    }

    /// Where they lie.
    pub(super) fn paths(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.sources.iter().flat_map(|source| source.files())
    }

    /// Bytes of a file; 0 for one that there is not.
    pub(super) fn len_of(&self, file: usize) -> u64 {
        self.get(file).map_or(0, |source| source.len())
    }

    /// The `len` bytes at `at` of a file: nothing where it has not so many, or they cannot be read.
    pub(super) fn bytes(&self, file: usize, at: u64, len: u64) -> Option<Cow<'_, [u8]>> {
        let source = self.get(file)?;
        let span = Span { at, len };
        let is_inside = at.checked_add(len).is_some_and(|end| end <= source.len());
        if !is_inside || len > MOST_BYTES {
            return None;
        }
        let len = usize::try_from(len).ok()?;
        let bytes = match source.mapped(at, len) {
            Some(bytes) => {
                // What cannot be read of a mapped file is known when it is looked at.
                let touched = bytes.iter().step_by(TOUCH).fold(0, |sum, byte| sum ^ byte);
                std::hint::black_box(touched);
                Cow::Borrowed(bytes)
            }
            None => {
                let mut bytes = vec![0; len];
                source.read_at(at, &mut bytes);
                Cow::Owned(bytes)
            }
        };
        source.unreadable_in(span).is_none().then_some(bytes)
    }

    /// The `N` bytes at `at` of a file, such as an entry of a table, as [`Files::bytes`] has them.
    pub(super) fn array<const N: usize>(&self, file: usize, at: u64) -> Option<[u8; N]> {
        let source = self.get(file)?;
        if let Some(bytes) = source.mapped(at, N) {
            return bytes.first_chunk().copied().filter(|_| {
                let span = Span { at, len: N as u64 };
                source.unreadable_in(span).is_none()
            });
        }
        let (number, inside) = (at / PAGE, (at % PAGE) as usize);
        if inside + N <= PAGE as usize
            && let Some(page) = self.page(file, number)
        {
            return page.get(inside..)?.first_chunk().copied();
        }
        // Over the end of a page, or beside what cannot be read.
        self.bytes(file, at, N as u64)?.first_chunk().copied()
    }

    /// A part of a file that is kept, or read now.
    fn page(&self, file: usize, number: u64) -> Option<Arc<[u8]>> {
        let key = (file, number);
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = pages.iter().position(|(known, _)| *known == key)
            && let Some(known) = pages.remove(at)
        {
            let page = Arc::clone(&known.1);
            pages.push_front(known);
            return Some(page);
        }
        drop(pages);
        let at = number.checked_mul(PAGE)?;
        let len = self.len_of(file).checked_sub(at)?.min(PAGE);
        let page: Arc<[u8]> = self.bytes(file, at, len)?.into();
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.truncate(MOST_PAGES - 1);
        pages.push_front((key, Arc::clone(&page)));
        Some(page)
    }
}

/// Little-endian numbers in what was read, by their places; nothing after its end.
pub(super) fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The same of four bytes.
pub(super) fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The same of eight bytes.
pub(super) fn u64_le(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Big-endian numbers in what was read, by their places; nothing after its end.
pub(super) fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The same of eight bytes.
pub(super) fn u64_be(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

//! Bytes in memory as a source: for tests, and for programs that have an image already.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::source::definition::{SECTOR_SIZE, Source, SourceKind};
use crate::source::unreadable::UnreadableRanges;

/// An image in memory.
#[derive(Debug)]
pub struct MemorySource {
    name: PathBuf,
    data: Vec<u8>,
    mapped: bool,
    bad: Vec<Span>,
    unreadable: UnreadableRanges,
    read: AtomicU64,
}

impl MemorySource {
    /// An image called `name` that lends its bytes as a mapped one does.
    pub fn new(name: impl Into<PathBuf>, data: Vec<u8>) -> Self {
        MemorySource {
            name: name.into(),
            data,
            mapped: true,
            bad: Vec::new(),
            unreadable: UnreadableRanges::default(),
            read: AtomicU64::new(0),
        }
    }

    /// Lends nothing and counts what is read, as a device does.
    pub fn unmapped(mut self) -> Self {
        self.mapped = false;
        self
    }

    /// Has bad sectors: zeros that become known as unreadable when somebody asks for them.
    pub fn with_bad_sectors(mut self, bad: Vec<Span>) -> Self {
        let len = self.data.len() as u64;
        for span in &bad {
            let (at, end) = (span.at.min(len) as usize, span.end().min(len) as usize);
            self.data[at..end].fill(0);
        }
        self.bad = bad;
        self
    }

    /// The bytes from `at` on, at most `len` of them; notes what is bad among them.
    fn touch(&self, at: u64, len: u64) -> &[u8] {
        let total = self.data.len() as u64;
        let (at, end) = (at.min(total), at.saturating_add(len).min(total));
        for bad in &self.bad {
            self.unreadable.add(Span::between(bad.at.max(at), bad.end().min(end)));
        }
        &self.data[at as usize..end as usize]
    }
}

impl Bytes for MemorySource {
    fn len(&self) -> u64 {
        self.data.len() as u64
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        if !self.mapped {
            return None;
        }
        let bytes = self.touch(at, len as u64);
        (bytes.len() == len).then_some(bytes)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let bytes = self.touch(at, out.len() as u64);
        if !self.mapped {
            self.read.fetch_add(bytes.len() as u64, Relaxed);
        }
        let (head, tail) = out.split_at_mut(bytes.len());
        head.copy_from_slice(bytes);
        tail.fill(0);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.unreadable.first_in(span)
    }
}

impl Source for MemorySource {
    fn path(&self) -> &Path {
        &self.name
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        SECTOR_SIZE
    }

    fn unreadable(&self) -> Vec<Span> {
        self.unreadable.list()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        let len = self.data.len() as u64;
        (at < len).then(|| Span::between(at, len))
    }

    fn bytes_read(&self) -> u64 {
        self.read.load(Relaxed)
    }
}

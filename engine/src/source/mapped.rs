//! An image that is mapped into memory.

mod guard;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::source::definition::{SECTOR_SIZE, Source, SourceKind};
use crate::source::sparse;
use guard::GuardedMap;

/// A regular file mapped into memory: reading it copies nothing.
///
/// A page that cannot be read, because of a bad sector or because the file was cut short, becomes
/// a page of zeros and joins [`Source::unreadable`].
pub(super) struct MappedImage {
    path: PathBuf,
    map: GuardedMap,
    /// When it was written to last before it was opened; nothing where the disk does not say.
    written: Option<SystemTime>,
}

impl MappedImage {
    /// Maps the regular file `file`; hands it back when no more mappings can be guarded.
    pub(super) fn new(path: &Path, file: File) -> io::Result<Result<Self, File>> {
        let path = path.to_path_buf();
        let written = written(&file);
        Ok(GuardedMap::new(file)?.map(|map| MappedImage { path, map, written }))
    }
}

impl Bytes for MappedImage {
    fn len(&self) -> u64 {
        self.map.bytes().len() as u64
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        Bytes::mapped(self.map.bytes(), at, len)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let bytes = self.map.bytes();
        let start = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let (_, here) = bytes.split_at(start);
        let (head, tail) = out.split_at_mut(out.len().min(here.len()));
        head.copy_from_slice(&here[..head.len()]);
        tail.fill(0);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.map.unreadable_in(span)
    }
}

impl Source for MappedImage {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        SECTOR_SIZE
    }

    fn unreadable(&self) -> Vec<Span> {
        self.map.unreadable()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        sparse::data_after(self.map.file(), at, Bytes::len(self))
    }

    fn bytes_read(&self) -> u64 {
        0
    }

    fn is_gone(&self) -> bool {
        self.map.has_shrunk()
    }

    fn has_changed(&self) -> bool {
        written(self.map.file()) != self.written
    }
}

/// When a file was written to last.
fn written(file: &File) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

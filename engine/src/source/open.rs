//! stub
use super::{Kind, Source};
use crate::error::Error;
use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use std::path::{Path, PathBuf};
/// How to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Io {
    /// Chosen by what the source is.
    Auto,
    /// Mapped into memory; regular files only.
    Mmap,
    /// Positioned reads.
    Read,
    /// Positioned reads that bypass the page cache.
    Direct,
}
struct F(std::fs::File, PathBuf, u64, std::sync::atomic::AtomicU64);
impl Bytes for F {
    fn len(&self) -> u64 {
        self.2
    }
    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }
    fn read_at(&self, at: u64, out: &mut [u8]) {
        use std::os::unix::fs::FileExt;
        drop(self.0.read_exact_at(out, at));
        self.3.fetch_add(out.len() as u64, std::sync::atomic::Ordering::Relaxed);
    }
}
impl Source for F {
    fn path(&self) -> &Path {
        &self.1
    }
    fn kind(&self) -> Kind {
        Kind::Image
    }
    fn sector_size(&self) -> u32 {
        512
    }
    fn unreadable(&self) -> Vec<Span> {
        Vec::new()
    }
    fn data_after(&self, at: u64) -> Option<Span> {
        Some(Span { at, len: self.2 - at })
    }
    fn bytes_read(&self) -> u64 {
        self.3.load(std::sync::atomic::Ordering::Relaxed)
    }
}
/// Opens.
pub fn open(path: &Path, _: Io) -> Result<Box<dyn Source>, Error> {
    let f = std::fs::File::open(path)
        .map_err(|source| Error::Open { path: path.to_path_buf(), source })?;
    let len = f.metadata().map_or(0, |m| m.len());
    Ok(Box::new(F(f, path.to_path_buf(), len, 0.into())))
}

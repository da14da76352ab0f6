//! How a source is read.

/// How to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Io {
    /// Chosen by what the source is: images are mapped, devices read. Under Windows images are read too.
    Auto,
    /// Mapped into memory; regular files only, and not under Windows.
    Mmap,
    /// Positioned reads.
    Read,
    /// Positioned reads that bypass the page cache, where the file system allows it.
    Direct,
}

//! Opening.

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

/// Opens.
pub fn open() {}

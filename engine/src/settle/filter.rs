//! Which files are asked for.

use crate::formats::Registry;
use crate::ledger::IndexEntry;

/// Which files are asked for, and which of them are written.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    /// The formats.
    pub registry: &'a Registry,
    /// Which formats, by position in the registry.
    pub wanted: &'a [bool],
    /// Files are not smaller, in bytes.
    pub min_size: u64,
    /// Pictures have no fewer pixels, where their dimensions are known.
    pub min_pixels: u64,
    /// Whether files that are still there are written too.
    pub all: bool,
    /// Whether a file that is still there stands for its copies elsewhere, which are not written then.
    pub live_first: bool,
}

impl Filter<'_> {
    /// Whether a file is as large as is asked for.
    pub(super) fn is_large(&self, entry: &IndexEntry) -> bool {
        entry.own_len >= self.min_size && entry.pixels >= self.min_pixels
    }

    /// Whether a file is of a format that is asked for; what no format recognises was asked for by its name.
    pub(super) fn is_wanted(&self, entry: &IndexEntry) -> bool {
        self.wanted.get(usize::from(entry.format)).is_none_or(|wanted| *wanted)
    }

    /// Whether a file is asked for.
    pub(super) fn wants(&self, entry: &IndexEntry) -> bool {
        self.is_wanted(entry) && entry.chosen && self.is_large(entry)
    }
}

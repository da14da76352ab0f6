//! Bytes of a source by their places.

use crate::source::definition::Source;

/// Whether `magic` stands at `at`.
pub(super) fn starts(source: &dyn Source, at: u64, magic: &[u8]) -> bool {
    read(source, at, magic.len()).is_some_and(|bytes| bytes == magic)
}

/// The `len` bytes at `at`, where there are so many.
pub(super) fn read(source: &dyn Source, at: u64, len: usize) -> Option<Vec<u8>> {
    at.checked_add(len as u64).filter(|end| *end <= source.len())?;
    let mut bytes = vec![0; len];
    source.read_at(at, &mut bytes);
    Some(bytes)
}

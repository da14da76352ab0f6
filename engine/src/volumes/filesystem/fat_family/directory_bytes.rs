//! The bytes of a directory: entries of 32 bytes, in FAT and exFAT.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::volumes::read;

/// Bytes of a directory entry.
pub(crate) const ENTRY_LEN: usize = 32;

/// Bytes of one directory that are read.
///
/// FAT allows 65,536 entries, exFAT 256 MiB; a quarter of that are 700,000 files.
///
/// Source: "FAT: General Overview of On-Disk Format" 1.03; "exFAT file system specification", 7.4.
pub(crate) const MOST_DIRECTORY: u64 = 64 << 20;

/// The `index`th entry of a directory, as one of the structures that an entry may be.
pub(crate) fn entry<T: FromBytes + Immutable + KnownLayout + Unaligned>(
    directory: &[u8],
    index: usize,
) -> Option<&T> {
    let bytes = directory.get(index.checked_mul(ENTRY_LEN)?..)?;
    T::ref_from_prefix(bytes).ok().map(|(entry, _)| entry)
}

/// The entries of a directory and where they lie.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirectoryBytes {
    bytes: Vec<u8>,
    /// Where each run begins, in the directory and in the source.
    runs: Vec<(u64, u64)>,
}

impl DirectoryBytes {
    /// The directory that lies in these runs, at most [`MOST_DIRECTORY`] bytes of it.
    pub fn read(bytes: &dyn Bytes, runs: impl IntoIterator<Item = Span>) -> Self {
        let mut directory = DirectoryBytes::default();
        for run in runs {
            let have = directory.bytes.len() as u64;
            let len = run.len.min(MOST_DIRECTORY - have);
            if len == 0 {
                break;
            }
            directory.runs.push((have, run.at));
            directory.bytes.extend(read::padded(bytes, run.at, len as usize));
        }
        directory
    }

    /// The same without entries that could not be read: zeros would end the directory. Each is given the first
    /// byte of one that tells nothing.
    pub fn without_unreadable(mut self, source: &dyn Bytes, nothing: u8) -> Self {
        let runs = self.runs.clone();
        let ends = runs.iter().skip(1).map(|run| run.0).chain([self.bytes.len() as u64]);
        for (&(start, offset), end) in runs.iter().zip(ends) {
            let mut at = offset;
            let last = offset + (end - start);
            while let Some(range) = source.unreadable_in(Span::between(at, last)) {
                let from = (range.at.max(offset) - offset + start) / ENTRY_LEN as u64;
                let to = (range.end().min(last) - offset + start).div_ceil(ENTRY_LEN as u64);
                for index in from..to {
                    if let Some(first) = self.bytes.get_mut(index as usize * ENTRY_LEN) {
                        *first = nothing;
                    }
                }
                at = range.end();
            }
        }
        self
    }

    /// The entries, one behind the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.bytes.len() / ENTRY_LEN
    }

    /// Where the `index`th entry lies, in bytes from the start of the source.
    pub fn offset(&self, index: usize) -> u64 {
        let at = (index * ENTRY_LEN) as u64;
        let run = self.runs.partition_point(|&(start, _)| start <= at);
        match run.checked_sub(1).and_then(|run| self.runs.get(run)) {
            Some(&(start, offset)) => offset + (at - start),
            None => at,
        }
    }
}

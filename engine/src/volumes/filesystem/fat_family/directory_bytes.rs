//! The bytes of a directory: entries of 32 bytes, in FAT and exFAT.

use afterimage_signatures::{Bytes, Run};

use crate::volumes::filesystem::fat_family::padded::read_padded;

/// Bytes of a directory entry.
pub(crate) const ENTRY_LEN: usize = 32;

/// The entries of a directory and where they lie.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirectoryBytes {
    bytes: Vec<u8>,
    /// Where each run begins, in the directory and in the source.
    runs: Vec<(u64, u64)>,
}

impl DirectoryBytes {
    /// The directory that lies in these runs, at most `most` bytes of it.
    pub fn read(bytes: &dyn Bytes, runs: impl IntoIterator<Item = Run>, most: u64) -> Self {
        let mut directory = DirectoryBytes::default();
        for run in runs {
            let have = directory.bytes.len() as u64;
            let len = run.len.min(most.saturating_sub(have));
            if len == 0 {
                break;
            }
            directory.runs.push((have, run.at));
            directory.bytes.extend(read_padded(bytes, run.at, len as usize));
        }
        directory
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

//! Bitmaps of blocks: which of their sectors are here, and which in the parent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::files::Files;

/// Bitmaps that are kept, the last ones used: a block is asked for once for each run of its sectors.
const MOST: usize = 16;

/// The bitmaps of an image, by where they lie in its file.
#[derive(Default)]
pub(super) struct Bitmaps(Mutex<VecDeque<(u64, Arc<[u8]>)>>);

impl Bitmaps {
    /// The bitmap of `len` bytes at `at` of the first file.
    pub(super) fn get(&self, files: &Files, at: u64, len: u64) -> Option<Arc<[u8]>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().iter().find(|(known, _)| *known == at).map(|(_, bits)| Arc::clone(bits));
        if known.is_some() {
            return known;
        }
        let bits: Arc<[u8]> = files.bytes(0, at, len)?.into();
        let mut kept = lock();
        kept.truncate(MOST - 1);
        kept.push_front((at, Arc::clone(&bits)));
        Some(bits)
    }
}

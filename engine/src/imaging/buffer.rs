//! Memory for what is read: aligned for reads past the page cache, shared by those who write and hash it, and
//! used again when the last of them is done.

use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Alignment in bytes that suits every device.
const ALIGNMENT: usize = 4096;
/// Buffers that are kept for use.
const KEPT: usize = 32;

/// Buffers that nobody uses.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<Vec<u8>>>);

/// Some bytes.
#[derive(Debug)]
pub(super) struct Buffer {
    memory: Vec<u8>,
    start: usize,
    len: usize,
    home: Weak<Pool>,
}

impl Pool {
    /// A buffer of `len` bytes, whose content is anything.
    pub(super) fn take(self: &Arc<Self>, len: usize) -> Buffer {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut memory = kept.unwrap_or_default();
        if memory.len() < len + ALIGNMENT {
            memory.resize(len + ALIGNMENT, 0);
        }
        let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Buffer { memory, start, len, home: Arc::downgrade(self) }
    }
}

impl Buffer {
    /// Leaves out what follows the first `len` bytes.
    pub(super) fn cut(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.len]
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.len]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let Some(pool) = self.home.upgrade() else { return };
        let mut kept = pool.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.memory));
        }
    }
}

//! How much memory the scans of a batch take together.

use std::sync::{Condvar, Mutex, PoisonError};

/// What all scans that run at a time may take, in bytes: two large images, or many small ones.
const MOST: u64 = 256 << 20;

/// What a scan takes whatever its image, in bytes: chunks on their way, batches of what was found.
const EACH: u64 = 24 << 20;

/// The most of an image that a scan holds in memory, in bytes: its window.
const WINDOW: u64 = 96 << 20;

/// Room in memory, of which a scan takes its part before it begins.
#[derive(Debug)]
pub(super) struct Room {
    left: Mutex<u64>,
    freed: Condvar,
}

/// A part of it, given back when it is dropped.
pub(super) struct Part<'r> {
    room: &'r Room,
    bytes: u64,
}

impl Default for Room {
    fn default() -> Self {
        Room { left: Mutex::new(MOST), freed: Condvar::new() }
    }
}

impl Room {
    /// Waits for the part that the scan of an image of `len` bytes takes; of one that nobody has opened yet, the part
    /// of a large one.
    pub(super) fn take(&self, len: Option<u64>) -> Part<'_> {
        let bytes = EACH + len.unwrap_or(WINDOW).min(WINDOW);
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_while(left, |left| *left < bytes);
        let mut left = waited.unwrap_or_else(PoisonError::into_inner);
        *left -= bytes;
        Part { room: self, bytes }
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        *self.room.left.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.room.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_large_images_fit_and_a_third_waits() {
        const { assert!(2 * (EACH + WINDOW) <= MOST && 3 * (EACH + WINDOW) > MOST) };
        let room = Room::default();
        let (first, _second) = (room.take(None), room.take(Some(u64::MAX)));
        std::thread::scope(|scope| {
            let third = scope.spawn(|| drop(room.take(Some(1 << 40))));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!third.is_finished());
            drop(first);
            third.join().unwrap();
        });
    }
}

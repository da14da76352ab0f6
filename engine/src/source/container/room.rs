//! Memory for what is being unpacked, of all containers of the process together: parts of streams are long, and as many
//! threads unpack them as there are.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that unpacking may take at once; what takes more alone has to itself what there is.
const MOST: u64 = 160 << 20;

/// What takes less does not ask: blocks are short, and many.
const LEAST: u64 = 4 << 20;

static TAKEN: Mutex<u64> = Mutex::new(0);
static GIVEN_BACK: Condvar = Condvar::new();

/// Room that was taken, until it is dropped.
///
/// Whoever holds some must not ask for more: two of them would wait for each other. So only a container whose files are
/// no containers themselves asks.
pub(super) struct Room(u64);

impl Room {
    /// Room for `len` bytes, once others have left it.
    pub(super) fn take(len: u64) -> Self {
        let len = if len < LEAST { 0 } else { len.min(MOST) };
        if len > 0 {
            let mut taken = lock();
            while *taken + len > MOST {
                taken = GIVEN_BACK.wait(taken).unwrap_or_else(PoisonError::into_inner);
            }
            *taken += len;
        }
        Room(len)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.0 > 0 {
            let mut taken = lock();
            *taken -= self.0;
            drop(taken);
            GIVEN_BACK.notify_all();
        }
    }
}

// The lock is poisoned by nobody: nothing between taking and giving back panics.
fn lock() -> MutexGuard<'static, u64> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
    use std::thread;

    use super::*;

    #[test]
    fn no_more_is_taken_at_once_than_there_is() {
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for len in [MOST / 3, MOST / 2, 2 * MOST, LEAST, 1, MOST / 3 + 1, MOST, 100] {
                let (now, most) = (&now, &most);
                scope.spawn(move || {
                    let room = Room::take(len);
                    most.fetch_max(now.fetch_add(room.0, SeqCst) + room.0, SeqCst);
                    thread::yield_now();
                    now.fetch_sub(room.0, SeqCst);
                });
            }
        });
        assert!(most.load(SeqCst) <= MOST && now.load(SeqCst) == 0);
        assert_eq!(Room::take(LEAST - 1).0, 0);
    }
}

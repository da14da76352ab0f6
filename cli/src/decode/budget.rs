//! Memory for pictures that are decoded, shared by all workers: many small ones at once, or one large one alone.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes for all pictures that are decoded at the same time.
pub const TOGETHER: u64 = 192 << 20;

/// Bytes for one picture that needs more than [`TOGETHER`], which is decoded while no other is: a photo of 100
/// megapixels, or one of 70 that is progressive.
pub const ALONE: u64 = 640 << 20;

/// Memory that may be shared out.
pub struct Budget {
    together: u64,
    alone: u64,
    used: Mutex<Used>,
    freed: Condvar,
}

/// Bytes of a budget that are not free.
#[derive(Debug, Default, PartialEq, Eq)]
struct Used {
    /// All of them.
    all: u64,
    /// Those of them that nobody waits for any more.
    abandoned: u64,
}

/// The memory of this program.
pub static MEMORY: Budget = Budget::new(TOGETHER, ALONE);

/// A share of a budget, which is given back when it is dropped.
pub struct Share<'b> {
    budget: &'b Budget,
    bytes: u64,
    is_abandoned: AtomicBool,
}

impl Budget {
    const fn new(together: u64, alone: u64) -> Self {
        Budget {
            together,
            alone,
            used: Mutex::new(Used { all: 0, abandoned: 0 }),
            freed: Condvar::new(),
        }
    }

    /// So many bytes, as soon as they are free; more than all workers share as soon as nobody else has any.
    ///
    /// # Errors
    ///
    /// Why nobody gets so many, in words.
    pub fn share(&self, bytes: u64) -> Result<Share<'_>, String> {
        if bytes > self.alone {
            return Err(format!(
                "decoding it takes {} of memory, more than the {} that one picture may take",
                megabytes(bytes),
                megabytes(self.alone)
            ));
        }
        let mut used = self.lock();
        while !self.has_room(used.all, used.abandoned, bytes) {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        used.all += bytes;
        Ok(Share { budget: self, bytes, is_abandoned: AtomicBool::new(false) })
    }

    /// The bytes of a file and a share for decoding it: `file` bytes for what is packed, and as many as `decoded` tells for
    /// the picture. `read` gives the bytes; it is called once more where that memory had to be waited for.
    ///
    /// # Errors
    ///
    /// Those of `read`, `decoded` and [`Budget::share`], and where the file was changed while it was read.
    pub fn read(
        &self,
        file: u64,
        read: impl Fn() -> Result<Vec<u8>, String>,
        decoded: impl Fn(&[u8]) -> Result<u64, String>,
    ) -> Result<(Vec<u8>, Share<'_>), String> {
        let mut share = self.share(file)?;
        let mut bytes = read()?;
        let needed = file.saturating_add(decoded(&bytes)?);
        if !share.grow(needed) {
            // It waits with nothing in its hands.
            drop((share, bytes));
            share = self.share(needed)?;
            bytes = read()?;
            // Somebody may have changed it meanwhile.
            if file.saturating_add(decoded(&bytes)?) > needed {
                return Err("it was changed while it was read".to_owned());
            }
        }
        Ok((bytes, share))
    }

    /// Whether so many bytes are free beside those that others have. Whoever has them alone does not wait for what
    /// was abandoned.
    fn has_room(&self, others: u64, abandoned: u64, bytes: u64) -> bool {
        others == abandoned || others.saturating_add(bytes) <= self.together
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share<'_> {
    /// Whether it became a share of so many bytes without waiting: one that waits with a share of its own could wait
    /// for another that does the same.
    fn grow(&mut self, bytes: u64) -> bool {
        let mut used = self.budget.lock();
        let others = used.all - self.bytes;
        let has_room = self.budget.has_room(others, used.abandoned, bytes);
        let is_granted = bytes <= self.budget.alone && has_room;
        if is_granted && bytes > self.bytes {
            used.all = others + bytes;
            self.bytes = bytes;
        }
        is_granted
    }

    /// Nobody waits any more for what has it to end. It stays taken until that ends all the same.
    #[cfg(any(feature = "heic", test))]
    pub fn abandon(&self) {
        let mut used = self.budget.lock();
        if !self.is_abandoned.swap(true, Relaxed) {
            used.abandoned += self.bytes;
        }
        self.budget.freed.notify_all();
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut used = self.budget.lock();
        used.all -= self.bytes;
        if self.is_abandoned.load(Relaxed) {
            used.abandoned -= self.bytes;
        }
        drop(used);
        self.budget.freed.notify_all();
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
    use std::thread;

    use super::*;

    #[test]
    fn shares_never_come_to_more_than_there_is() {
        let budget = Budget::new(100, 300);
        let (used, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for worker in 0..8_u64 {
                let (budget, used, most) = (&budget, &used, &most);
                scope.spawn(move || {
                    for round in 0..50 {
                        let bytes = 10 + (worker * 37 + round * 11) % 60;
                        let share = budget.share(bytes).unwrap();
                        most.fetch_max(used.fetch_add(bytes, SeqCst) + bytes, SeqCst);
                        thread::yield_now();
                        used.fetch_sub(bytes, SeqCst);
                        drop(share);
                    }
                });
            }
        });
        assert!(most.load(SeqCst) <= 100, "{most:?}");
        assert_eq!(*budget.lock(), Used::default());
    }

    #[test]
    fn what_needs_more_than_all_share_is_alone() {
        let budget = Budget::new(100, 300);
        let small = budget.share(1).unwrap();
        thread::scope(|scope| {
            let large = scope.spawn(|| budget.share(250).map(|share| share.bytes));
            thread::sleep(std::time::Duration::from_millis(50));
            assert!(!large.is_finished(), "it waits for the other");
            drop(small);
            assert_eq!(large.join().unwrap(), Ok(250));
        });
        let why = budget.share(301).err().unwrap();
        assert!(why.contains("memory"), "{why}");
    }

    #[test]
    fn nobody_waits_for_what_was_abandoned_and_it_stays_taken() {
        let budget = Budget::new(100, 300);
        let hung = budget.share(300).unwrap();
        hung.abandon();
        hung.abandon();
        let large = budget.share(250).unwrap();
        assert_eq!(*budget.lock(), Used { all: 550, abandoned: 300 });
        drop((large, hung));
        assert_eq!(*budget.lock(), Used::default());
    }

    #[test]
    fn a_share_grows_only_where_there_is_room() {
        let budget = Budget::new(100, 300);
        let mut one = budget.share(20).unwrap();
        assert!(one.grow(100) && one.grow(250), "nobody else has any");
        drop(one);
        let (mut one, other) = (budget.share(20).unwrap(), budget.share(20).unwrap());
        assert!(one.grow(80) && !one.grow(81));
        drop(other);
        assert!(one.grow(300) && !one.grow(301));
        drop(one);
        assert_eq!(*budget.lock(), Used::default());
    }
}

//! How much is derived for what a header says, before it is refused.

use super::hash::Hash;

/// Iterations of PBKDF2 for one key, counted for each block of its hash: a minute or so. What cryptsetup makes takes a
/// few seconds.
const MOST_ITERATIONS: u64 = 100_000_000;

/// The same for all that is tried on one volume.
const MOST_ITERATIONS_IN_ALL: u64 = 400_000_000;

/// Memory of Argon2 in KiB: what cryptsetup takes at the most unless it is told otherwise.
pub(super) const MOST_MEMORY: u32 = 1 << 20;

/// KiB times passes of Argon2 for one key: 32 passes over all of that memory.
const MOST_PASSES: u64 = 32 * MOST_MEMORY as u64;

/// The same for all that is tried on one volume.
const MOST_PASSES_IN_ALL: u64 = 4 * MOST_PASSES;

/// Lanes of Argon2; cryptsetup takes four at the most.
pub(super) const MOST_LANES: u32 = 16;

/// What may still be derived for one volume.
pub(crate) struct Work {
    iterations: u64,
    passes: u64,
}

impl Work {
    /// All of it.
    pub(crate) fn new() -> Self {
        Work { iterations: MOST_ITERATIONS_IN_ALL, passes: MOST_PASSES_IN_ALL }
    }

    /// Takes the work of a key of `len` bytes by PBKDF2.
    ///
    /// # Errors
    ///
    /// What it asks for, where that is too much.
    pub(super) fn pbkdf2(&mut self, hash: Hash, iterations: u32, len: usize) -> Result<(), String> {
        let blocks = len.div_ceil(hash.len()).max(1) as u64;
        let asked = u64::from(iterations).saturating_mul(blocks);
        let asks = |of: u64| {
            format!("it asks for {iterations} iterations, more than {of} are not done here")
        };
        if iterations == 0 {
            return Err("it asks for no iterations".to_owned());
        }
        if asked > MOST_ITERATIONS {
            return Err(asks(MOST_ITERATIONS / blocks));
        }
        self.iterations =
            self.iterations.checked_sub(asked).ok_or_else(|| asks(self.iterations / blocks))?;
        Ok(())
    }

    /// Takes the work of a key by Argon2.
    ///
    /// # Errors
    ///
    /// What it asks for, where that is too much.
    pub(super) fn argon2(&mut self, memory: u32, time: u32, lanes: u32) -> Result<(), String> {
        if memory > MOST_MEMORY {
            return Err(format!(
                "it asks for {memory} KiB of memory, more than {MOST_MEMORY} are not given here"
            ));
        }
        let asked = u64::from(memory).saturating_mul(time.into());
        if lanes > MOST_LANES || asked > MOST_PASSES {
            return Err(format!(
                "it asks for {time} passes over {memory} KiB by {lanes} lanes, which is more than is done here"
            ));
        }
        let left = self.passes.checked_sub(asked);
        self.passes = left.ok_or("what its key slots ask for in all is more than is done here")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cryptsetup_asks_for_is_done_and_no_more_than_a_limit() {
        let mut work = Work::new();
        // Eight slots of eight seconds each, and the dearest that cryptsetup makes by itself.
        (0..8).for_each(|_| work.pbkdf2(Hash::Sha256, 20_000_000, 64).unwrap());
        (0..8).for_each(|_| work.argon2(MOST_MEMORY, 10, 4).unwrap());
        assert!(work.pbkdf2(Hash::Sha256, u32::MAX, 32).is_err());
        assert!(work.pbkdf2(Hash::Sha1, 0, 32).is_err());
        assert!(work.argon2(MOST_MEMORY + 1, 1, 1).is_err());
        assert!(work.argon2(MOST_MEMORY, 33, 1).is_err());
        assert!(work.argon2(32, 4, 17).is_err());
        let refused = (0..100).filter(|_| work.pbkdf2(Hash::Sha1, 40_000_000, 20).is_err()).count();
        assert!(refused > 90);
        assert!((0..100).filter(|_| work.argon2(MOST_MEMORY, 30, 1).is_err()).count() > 90);
    }
}

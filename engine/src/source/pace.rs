//! How fast may be read, by all who read the same card at the same time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A limit on the bytes that are read in a second. Clones share it: what one of them reads, the others wait for. The
/// default has no limit.
#[derive(Clone, Debug, Default)]
pub struct Pace(Option<Arc<Turns>>);

#[derive(Debug)]
struct Turns {
    /// Bytes a second, one at the least.
    limit: u64,
    /// When the next piece may be read.
    due: Mutex<Instant>,
}

impl Pace {
    /// No more than `limit` bytes a second; as many as the source gives where that is 0.
    pub fn of(limit: u64) -> Self {
        let turns = |limit| Arc::new(Turns { limit, due: Mutex::new(Instant::now()) });
        Pace((limit > 0).then(|| turns(limit)))
    }

    /// Bytes a second, where there is a limit.
    pub fn limit(&self) -> Option<u64> {
        self.0.as_ref().map(|turns| turns.limit)
    }

    /// How long it takes until so many bytes are read, those included that others wait to read before.
    pub fn time_until(&self, len: u64) -> Duration {
        let Some(turns) = &self.0 else { return Duration::ZERO };
        let due = *turns.due.lock().unwrap_or_else(PoisonError::into_inner);
        due.saturating_duration_since(Instant::now()).saturating_add(turns.time_for(len))
    }

    /// Takes a turn for `len` bytes; tells when it begins.
    pub(super) fn turn(&self, len: u64) -> Option<Instant> {
        let turns = self.0.as_ref()?;
        let mut due = turns.due.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = (*due).max(Instant::now());
        *due = mine.checked_add(turns.time_for(len)).unwrap_or(mine);
        Some(mine)
    }
}

impl Turns {
    fn time_for(&self, len: u64) -> Duration {
        let nanoseconds = u128::from(len) * 1_000_000_000 / u128::from(self.limit);
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_share_a_pace_wait_for_one_another() {
        let (one, begun) = (Pace::of(1000), Instant::now());
        let other = one.clone();
        one.turn(500);
        let second = other.turn(500).unwrap();
        let third = one.turn(1).unwrap();
        assert!(second >= begun + Duration::from_millis(500), "{:?}", second - begun);
        assert!(third >= begun + Duration::from_secs(1), "{:?}", third - begun);
        // Whoever comes now waits for all of them, and reads then.
        let (least, most) = (Duration::from_millis(800), Duration::from_millis(1251));
        assert!((least..=most).contains(&one.time_until(250)), "{:?}", one.time_until(250));
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let pace = Pace::of(0);
        assert_eq!((pace.limit(), pace.turn(1 << 40)), (None, None));
        assert_eq!(pace.time_until(u64::MAX), Duration::ZERO);
    }
}

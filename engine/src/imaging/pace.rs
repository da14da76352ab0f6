//! Whether a device is much slower here than elsewhere.

use std::time::Duration;

/// Reads are judged together for so long.
const WINDOW: Duration = Duration::from_secs(1);
/// An area is slow where it gives less than the average divided by this.
const SHARE: u128 = 10;
/// Bytes after which there is an average.
const ENOUGH: u64 = 4 << 20;

/// Bytes and the time they took: of what was read at the usual pace, and lately.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    usual: (u64, Duration),
    lately: (u64, Duration),
}

impl Pace {
    /// Adds a read; whether the device is slow where it was made.
    pub(super) fn is_slow(&mut self, len: u64, took: Duration) -> bool {
        self.lately = (self.lately.0 + len, self.lately.1 + took);
        if self.lately.1 < WINDOW && self.lately.0 < ENOUGH {
            return false;
        }
        let (len, took) = std::mem::take(&mut self.lately);
        let (usual_len, usual_took) = self.usual;
        let rate = |len: u64, took: Duration| u128::from(len) * 1_000_000 / took.as_micros().max(1);
        let is_slow = took >= WINDOW
            && usual_len >= ENOUGH
            && rate(len, took) * SHARE < rate(usual_len, usual_took);
        if !is_slow {
            self.usual = (usual_len + len, usual_took + took);
        }
        is_slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_at_a_tenth_of_the_usual_rate_is_slow() {
        let mut pace = Pace::default();
        let ms = Duration::from_millis;
        assert!((0..5).all(|_| !pace.is_slow(64 << 10, ms(2000))), "nothing is known yet");
        let mut pace = Pace::default();
        assert!((0..1000).all(|_| !pace.is_slow(64 << 10, ms(2))));
        assert!(!pace.is_slow(64 << 10, ms(300)), "one slow read is a hiccup");
        assert!((0..1000).all(|_| !pace.is_slow(64 << 10, ms(10))), "a fifth is not slow");
        let slow: Vec<bool> = (0..10).map(|_| pace.is_slow(64 << 10, ms(200))).collect();
        assert!(slow.contains(&true), "{slow:?}");
        assert!(pace.is_slow(64 << 10, ms(1500)) || pace.is_slow(64 << 10, ms(1500)));
    }
}

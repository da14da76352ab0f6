//! How long to wait before a request is made again.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// Requests that are made at the most before one is given up.
pub const MOST_ATTEMPTS: u32 = 7;

/// The longest wait that a service may ask for; one that asks for more is given up.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// The waits between the attempts of one request: each about twice as long as the one before, none of them the
/// same for two programs that were turned away at one moment.
#[derive(Debug)]
pub struct Backoff {
    unit: Duration,
    attempts: u32,
}

impl Backoff {
    /// Waits that begin with about `unit`.
    pub fn new(unit: Duration) -> Self {
        Backoff { unit, attempts: 0 }
    }

    /// The wait before the next attempt; `asked` is what the service asked for. Nothing where it is to be given
    /// up.
    pub fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        self.attempts += 1;
        if self.attempts >= MOST_ATTEMPTS || asked.is_some_and(|asked| asked > LONGEST_WAIT) {
            return None;
        }
        let wait = self.unit.saturating_mul(1 << (self.attempts - 1)).min(LONGEST_WAIT);
        let jitter = RandomState::new().hash_one(self.attempts) as f64 / u64::MAX as f64;
        let wait = wait.mul_f64(0.5 + jitter / 2.0);
        // Sooner than was asked for would only be turned away again.
        Some(asked.map_or(wait, |asked| asked + wait / 4))
    }
}

/// What a `Retry-After` header asks for, at `now`: seconds, or a date of HTTP (RFC 9110, 10.2.3).
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn waits_double_within_bounds_and_end() {
        let mut backoff = Backoff::new(SECOND);
        for attempt in 0..MOST_ATTEMPTS - 1 {
            let wait = backoff.next(None).unwrap();
            let most = SECOND * (1 << attempt);
            assert!(wait >= most / 2 && wait <= most, "{attempt}: {wait:?}");
        }
        assert_eq!(backoff.next(None), None);
    }

    #[test]
    fn a_service_is_never_asked_sooner_than_it_said() {
        let asked = Duration::from_secs(30);
        assert!(Backoff::new(SECOND).next(Some(asked)).unwrap() >= asked);
        assert_eq!(Backoff::new(SECOND).next(Some(Duration::from_secs(3600))), None);
    }

    #[test]
    fn a_header_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-06T08:49:37Z".parse().unwrap();
        let table = [
            ("120", Some(120)),
            (" 0", Some(0)),
            ("Fri, 06 Nov 2026 08:50:07 GMT", Some(30)),
            ("Fri, 06 Nov 2020 08:50:07 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ];
        for (header, expected) in table {
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(header, now), expected, "{header}");
        }
    }
}

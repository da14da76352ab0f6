//! Times as Apple's databases have them.

use crate::model::Moment;

/// Seconds from the start of 1970 to the start of 2001.
const EPOCH: i64 = 978_307_200;

/// Seconds since 2001 of an instant in seconds since 1970.
pub(super) fn since_2001(instant: i64) -> f64 {
    (instant - EPOCH) as f64
}

/// How long a photo stays in Recently Deleted, in seconds: 30 days at least, and up to 40.
const TERM: f64 = 30.0 * 86_400.0;

/// The most that a clock is away from UTC, in seconds.
const MOST_OFFSET: u64 = 18 * 3600;

/// The moment that many seconds after the start of 2001 in UTC, by the clock of a place so many seconds east of it.
pub(in crate::places) fn moment(seconds: f64, east: Option<i64>) -> Option<Moment> {
    if !seconds.is_finite() || seconds.abs() > 1e11 {
        return None;
    }
    let whole = seconds.floor();
    let utc = Moment::utc(whole as i64 + EPOCH, ((seconds - whole) * 1e9) as i32)?;
    let east = east.filter(|east| east.unsigned_abs() <= MOST_OFFSET);
    let Some(east) = east.and_then(|east| i32::try_from(east).ok()) else { return Some(utc) };
    let civil = utc.civil.checked_add(jiff::SignedDuration::from_secs(i64::from(east))).ok()?;
    Some(Moment { civil, offset: Some(east) })
}

/// When a photo that was deleted then is removed for good, at the earliest.
pub(in crate::places) fn expiry(deleted: f64) -> Option<Moment> {
    moment(deleted + TERM, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_count_from_2001() {
        let shown = |seconds, east| moment(seconds, east).map(|moment| moment.to_string());
        assert_eq!(shown(0.0, None).as_deref(), Some("2001-01-01T00:00:00Z"));
        assert_eq!(shown(721_692_800.5, Some(3600)).as_deref(), Some("2023-11-14T23:13:20+01:00"));
        assert_eq!(shown(0.0, Some(99_999_999)).as_deref(), Some("2001-01-01T00:00:00Z"));
        assert_eq!(
            (shown(f64::NAN, None), shown(1e300, None), shown(-1e300, None)),
            (None, None, None)
        );
        assert_eq!(expiry(0.0).map(|at| at.to_string()).as_deref(), Some("2001-01-31T00:00:00Z"));
    }
}

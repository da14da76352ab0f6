//! Moments: 100 ns since 1601 in UTC.

use crate::model::Moment;

/// Seconds from 1601 to 1970.
const TO_1970: i64 = 11_644_473_600;

/// What a moment of an NTFS structure means; nothing for one far from our time.
pub(crate) fn stamp(moment: u64) -> Option<Moment> {
    let seconds = i64::try_from(moment / 10_000_000).ok()? - TO_1970;
    let nanoseconds = i32::try_from(moment % 10_000_000 * 100).ok()?;
    Moment::utc(seconds, nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_counts_from_1601_in_tenths_of_microseconds() {
        let civil = jiff::civil::date(2023, 11, 14).at(22, 13, 20, 500);
        let moment = (1_700_000_000 + TO_1970 as u64) * 10_000_000 + 5;
        assert_eq!(stamp(moment), Some(Moment { civil, offset: Some(0) }));
        assert_eq!(stamp(0), None);
        assert_eq!(stamp(u64::MAX), None);
    }
}

//! Times of the report as numbers.

use jiff::tz::TimeZone;

use crate::model::Moment;

/// A time, in microseconds from 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    /// By the clock that showed it.
    pub clock: i64,
    /// In UTC, where the zone of that clock is known.
    pub instant: Option<i64>,
}

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// A time in RFC 3339, with or without a zone, which `zone` may tell; nothing where it is none.
pub(super) fn time(text: &str, zone: Option<&str>) -> Option<Time> {
    let (civil, own) = split(text);
    let moment = Moment::parse(civil, own.or(zone))?;
    let clock = moment.civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond();
    let east = |seconds: i32| clock.checked_sub(i64::from(seconds).checked_mul(SECOND)?);
    Some(Time { clock, instant: moment.offset.and_then(east) })
}

/// A time and its zone, where one follows.
fn split(text: &str) -> (&str, Option<&str>) {
    if let Some(civil) = text.strip_suffix(['Z', 'z']) {
        return (civil, Some("+00:00"));
    }
    let of_day = text.find(['T', 't', ' ']).unwrap_or(text.len());
    match text[of_day..].find(['+', '-']) {
        Some(at) => (&text[..of_day + at], Some(&text[of_day + at..])),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_is_told_by_its_clock_and_in_utc() {
        let noon = 1_715_947_200 * SECOND;
        let told = |clock, instant| Some(Time { clock, instant });
        for (text, zone, expected) in [
            ("2024-05-17T12:00:00", None, told(noon, None)),
            ("2024-05-17T12:00:00Z", None, told(noon, Some(noon))),
            ("2024-05-17T12:00:00.5Z", None, told(noon + SECOND / 2, Some(noon + SECOND / 2))),
            ("2024-05-17T12:00:00+02:00", None, told(noon, Some(noon - 7200 * SECOND))),
            ("2024-05-17T12:00:00", Some("-05:30"), told(noon, Some(noon + 19_800 * SECOND))),
            ("2024-05-17T12:00:00", Some("nonsense"), told(noon, None)),
            ("1969-12-31T23:59:59Z", None, told(-SECOND, Some(-SECOND))),
            ("yesterday", None, None),
            ("", None, None),
        ] {
            assert_eq!(time(text, zone), expected, "{text} {zone:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_none(text in any::<String>(), zone in any::<Option<String>>()) {
            time(&text, zone.as_deref());
        }
    }
}

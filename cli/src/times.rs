//! Time zones and moments as they are typed.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{Offset, TimeZone};

/// A zone by its name in the database of the system, `UTC`, or its distance from UTC as `+hh:mm`.
pub fn zone(text: &str) -> Result<TimeZone, String> {
    if text.eq_ignore_ascii_case("utc") {
        return Ok(TimeZone::UTC);
    }
    let named = || TimeZone::get(text).ok();
    offset(text).map(TimeZone::fixed).or_else(named).ok_or_else(|| {
        "not a time zone that this system knows, such as Europe/Berlin, UTC or +02:00".to_owned()
    })
}

/// `+hh:mm` or `-hh:mm`, less than a day.
fn offset(text: &str) -> Option<Offset> {
    let offset = BrokenDownTime::parse("%:z", text).ok()?.offset()?;
    (offset.seconds().unsigned_abs() < 86_400).then_some(offset)
}

/// The first moment that is asked for: of a date, its midnight.
pub fn since(text: &str) -> Result<DateTime, String> {
    let (date, time) = moment(text)?;
    Ok(date.to_datetime(time.unwrap_or(Time::midnight())))
}

/// The first moment that is no longer asked for: of a date, the end of its day.
pub fn until(text: &str) -> Result<DateTime, String> {
    let (date, time) = moment(text)?;
    match time {
        Some(time) => Ok(date.to_datetime(time)),
        None => {
            let next = date.checked_add(1.day()).map_err(|error| error.to_string())?;
            Ok(next.to_datetime(Time::midnight()))
        }
    }
}

/// A date, and perhaps a time, by the clock that wrote it: without a zone.
fn moment(text: &str) -> Result<(Date, Option<Time>), String> {
    let wrong = |_| "not a date such as 2024-05-31 or 2024-05-31T18:00".to_owned();
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    // Neither a zone nor a fraction, which would be read and left out.
    let plain =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || b"-:".contains(&byte));
    let is_plain = plain(date) && time.is_none_or(|time| plain(time) && !time.contains('-'));
    let date = if is_plain { date } else { "" };
    let time = time.map(str::parse::<Time>).transpose().map_err(wrong)?;
    Ok((date.parse().map_err(wrong)?, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_name_or_a_distance_from_utc() {
        let table = [
            ("UTC", Some(0)),
            ("utc", Some(0)),
            ("+02:00", Some(7200)),
            ("-05:30", Some(-19_800)),
            ("+00:00", Some(0)),
            ("+2:00", None),
            ("+02:60", None),
            ("+24:00", None),
            ("+02", None),
            ("02:00", None),
            ("++1:00", None),
            ("Europe/Atlantis", None),
            ("", None),
        ];
        for (text, expected) in table {
            let found = zone(text).ok().map(|zone| zone.to_fixed_offset().unwrap().seconds());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[track_caller]
    fn check(text: &str, first: Option<&str>, last: Option<&str>) {
        let said = |moment: Result<DateTime, String>| moment.ok().map(|one| one.to_string());
        assert_eq!(said(since(text)).as_deref(), first, "since {text}");
        assert_eq!(said(until(text)).as_deref(), last, "until {text}");
    }

    #[test]
    fn a_date_is_all_of_its_day() {
        check("2024-05-31", Some("2024-05-31T00:00:00"), Some("2024-06-01T00:00:00"));
        check("2023-12-31", Some("2023-12-31T00:00:00"), Some("2024-01-01T00:00:00"));
    }

    #[test]
    fn a_time_is_that_moment() {
        for text in ["2024-05-31T18:00", "2024-05-31 18:00", "2024-05-31T18:00:00"] {
            check(text, Some("2024-05-31T18:00:00"), Some("2024-05-31T18:00:00"));
        }
    }

    #[test]
    fn what_is_no_civil_date_is_an_error() {
        for text in [
            "",
            "yesterday",
            "2024",
            "2024-5-1",
            "2024-02-30",
            "31.05.2024",
            "2024-05-31T",
            "2024-05-31T25:00",
            "2024-05-31T18:00Z",
            "2024-05-31T18:00+02:00",
            "2024-05-31T18:00-02",
        ] {
            check(text, None, None);
        }
    }
}
